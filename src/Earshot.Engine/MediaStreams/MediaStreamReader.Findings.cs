namespace Earshot.Engine.MediaStreams;

/// <summary>What was found of each property. It is judged when the event is known, since properties come in any order.</summary>
internal sealed partial class MediaStreamReader
{
    private enum Section
    {
        None,
        Start,
        Media,
        Dtmf,
        Mark,
    }

    private enum Found : byte
    {
        Absent,
        Good,
        WrongType,
        Negative,
    }

    /// <summary>A text in the message, or in the scratch buffer if it had escapes.</summary>
    private readonly record struct Place(int Start, int Length, bool InScratch);

    private struct Findings
    {
        public Found Event;
        public Place EventText;
        public Found StreamSid;
        public Place StreamSidText;
        public Found Sequence;
        public long SequenceNumber;
        public Found Start;
        public Found InnerStreamSid;
        public Place InnerStreamSidText;
        public Found Media;
        public Found MediaTrack;
        public Place MediaTrackText;
        public Found Chunk;
        public long ChunkNumber;
        public Found Timestamp;
        public long TimestampMs;
        public Found Payload;
        public Place PayloadText;
        public Found Dtmf;
        public Found DtmfTrack;
        public Place DtmfTrackText;
        public Found Digit;
        public Place DigitText;
        public Found Mark;
        public Found MarkName;
        public Place MarkNameText;
    }

    private MediaMessageVerdict Judge(ReadOnlySpan<byte> utf8, ref Findings found, ref MediaMessage message)
    {
        if (message.Kind == MediaMessageKind.Start && found.StreamSid == Found.Absent)
        {
            found.StreamSid = found.InnerStreamSid;
            found.StreamSidText = found.InnerStreamSidText;
        }

        message.StreamSid = Span(utf8, found.StreamSidText);
        message.SequenceNumber = found.SequenceNumber;
        if (message.Kind is MediaMessageKind.Unknown or MediaMessageKind.Connected)
        {
            return MediaMessageVerdict.Ok;
        }

        if (found.StreamSid == Found.WrongType)
        {
            return MediaMessageVerdict.StreamSidNotAString;
        }

        if (message.StreamSid.IsEmpty)
        {
            return MediaMessageVerdict.MissingStreamSid;
        }

        if (found.Sequence is Found.WrongType or Found.Negative)
        {
            return MediaMessageVerdict.SequenceNotANumber;
        }

        return message.Kind switch
        {
            MediaMessageKind.Media => JudgeMedia(utf8, ref found, ref message),
            MediaMessageKind.Start => found.Start switch
            {
                Found.Good => MediaMessageVerdict.Ok,
                Found.Absent => MediaMessageVerdict.MissingStart,
                _ => MediaMessageVerdict.StartNotAnObject,
            },
            MediaMessageKind.Dtmf => JudgeDtmf(utf8, ref found, ref message),
            MediaMessageKind.Mark => JudgeMark(utf8, ref found, ref message),
            _ => MediaMessageVerdict.Ok,
        };
    }

    private MediaMessageVerdict JudgeMedia(ReadOnlySpan<byte> utf8, ref Findings found, ref MediaMessage message)
    {
        if (found.Media != Found.Good)
        {
            return found.Media == Found.Absent ? MediaMessageVerdict.MissingMedia : MediaMessageVerdict.MediaNotAnObject;
        }

        message.Track = Span(utf8, found.MediaTrackText);
        message.Chunk = found.ChunkNumber;
        message.TimestampMs = found.TimestampMs;
        message.Payload = Span(utf8, found.PayloadText);
        if (found.MediaTrack == Found.WrongType)
        {
            return MediaMessageVerdict.TrackNotAString;
        }

        if (found.Chunk is Found.WrongType or Found.Negative)
        {
            return MediaMessageVerdict.ChunkNotANumber;
        }

        if (found.Timestamp is Found.WrongType or Found.Negative)
        {
            return found.Timestamp == Found.Negative ? MediaMessageVerdict.NegativeTimestamp : MediaMessageVerdict.TimestampNotANumber;
        }

        if (found.Payload != Found.Good)
        {
            return found.Payload == Found.Absent ? MediaMessageVerdict.MissingPayload : MediaMessageVerdict.PayloadNotAString;
        }

        if (!PayloadText.IsValid(message.Payload, out int bytes))
        {
            return MediaMessageVerdict.PayloadNotBase64;
        }

        message.PayloadBytes = bytes;
        return bytes == 0 ? MediaMessageVerdict.EmptyPayload : MediaMessageVerdict.Ok;
    }

    private MediaMessageVerdict JudgeDtmf(ReadOnlySpan<byte> utf8, ref Findings found, ref MediaMessage message)
    {
        if (found.Dtmf != Found.Good)
        {
            return found.Dtmf == Found.Absent ? MediaMessageVerdict.MissingDtmf : MediaMessageVerdict.DtmfNotAnObject;
        }

        message.Track = Span(utf8, found.DtmfTrackText);
        message.Digit = Span(utf8, found.DigitText);
        return found.DtmfTrack == Found.WrongType ? MediaMessageVerdict.TrackNotAString
            : found.Digit == Found.WrongType ? MediaMessageVerdict.DigitNotAString
            : message.Digit.IsEmpty ? MediaMessageVerdict.MissingDigit
            : MediaMessageVerdict.Ok;
    }

    private MediaMessageVerdict JudgeMark(ReadOnlySpan<byte> utf8, ref Findings found, ref MediaMessage message)
    {
        if (found.Mark != Found.Good)
        {
            return found.Mark == Found.Absent ? MediaMessageVerdict.MissingMark : MediaMessageVerdict.MarkNotAnObject;
        }

        message.MarkName = Span(utf8, found.MarkNameText);
        return found.MarkName switch
        {
            Found.Good => MediaMessageVerdict.Ok,
            Found.Absent => MediaMessageVerdict.MissingMarkName,
            _ => MediaMessageVerdict.MarkNameNotAString,
        };
    }
}

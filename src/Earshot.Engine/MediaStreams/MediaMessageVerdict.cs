namespace Earshot.Engine.MediaStreams;

/// <summary>Why a message could be read, or exactly why not. A property counts only for the events it belongs to.</summary>
internal enum MediaMessageVerdict
{
    /// <summary>The message was read (an unknown event is Ok, with kind Unknown).</summary>
    Ok,

    /// <summary>The message begins with a UTF-8 byte order mark, which JSON text must not have.</summary>
    ByteOrderMark,

    /// <summary>The message is not one complete JSON value (empty, cut off, or followed by something else).</summary>
    NotJson,

    /// <summary>The message is JSON, but not an object.</summary>
    NotAnObject,

    /// <summary>The message nests deeper than <see cref="MediaStreamReader.MaxDepth"/> levels.</summary>
    TooDeep,

    /// <summary>There is no <c>event</c> property.</summary>
    NoEvent,

    /// <summary><c>event</c> is not a string, or not text (half a surrogate pair).</summary>
    EventNotAString,

    /// <summary><c>streamSid</c> is absent or empty in an event that must name its stream.</summary>
    MissingStreamSid,

    /// <summary><c>streamSid</c> is not a string, or not text (half a surrogate pair).</summary>
    StreamSidNotAString,

    /// <summary><c>sequenceNumber</c> is not a whole number from 0 to 2^53 - 1, neither as a number nor as a string.</summary>
    SequenceNotANumber,

    /// <summary>A <c>start</c> event without its <c>start</c> object.</summary>
    MissingStart,

    /// <summary><c>start</c> is not an object.</summary>
    StartNotAnObject,

    /// <summary>A <c>start</c> message in which callSid, accountSid, tracks, customParameters or mediaFormat has the wrong type.</summary>
    StartFieldWrongType,

    /// <summary>The message was read, but it is not a <c>start</c> (only from <see cref="StartMessage.TryParse"/>).</summary>
    NotAStart,

    /// <summary>A <c>media</c> event without its <c>media</c> object.</summary>
    MissingMedia,

    /// <summary><c>media</c> is not an object.</summary>
    MediaNotAnObject,

    /// <summary><c>media.track</c> or <c>dtmf.track</c> is not a string, or not text.</summary>
    TrackNotAString,

    /// <summary><c>media.chunk</c> is not a whole number from 0 to 2^53 - 1, neither as a number nor as a string.</summary>
    ChunkNotANumber,

    /// <summary><c>media.timestamp</c> is not a whole number up to 2^53 - 1, neither as a number nor as a string.</summary>
    TimestampNotANumber,

    /// <summary><c>media.timestamp</c> is below zero.</summary>
    NegativeTimestamp,

    /// <summary><c>media.payload</c> is absent.</summary>
    MissingPayload,

    /// <summary><c>media.payload</c> is not a string.</summary>
    PayloadNotAString,

    /// <summary><c>media.payload</c> is the empty string, or decodes to nothing.</summary>
    EmptyPayload,

    /// <summary><c>media.payload</c> is not base64.</summary>
    PayloadNotBase64,

    /// <summary>A <c>dtmf</c> event without its <c>dtmf</c> object.</summary>
    MissingDtmf,

    /// <summary><c>dtmf</c> is not an object.</summary>
    DtmfNotAnObject,

    /// <summary><c>dtmf.digit</c> is absent or empty.</summary>
    MissingDigit,

    /// <summary><c>dtmf.digit</c> is not a string.</summary>
    DigitNotAString,

    /// <summary>A <c>mark</c> event without its <c>mark</c> object.</summary>
    MissingMark,

    /// <summary><c>mark</c> is not an object.</summary>
    MarkNotAnObject,

    /// <summary><c>mark.name</c> is absent (it may be empty).</summary>
    MissingMarkName,

    /// <summary><c>mark.name</c> is not a string.</summary>
    MarkNameNotAString,
}

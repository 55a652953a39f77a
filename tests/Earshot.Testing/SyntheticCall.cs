using System.Buffers;
using System.Security.Cryptography;
using System.Text;
using Earshot.Audio.Codecs;
using Earshot.Engine.MediaStreams;

namespace Earshot.Testing;

/// <summary>One media message with what is in it.</summary>
internal sealed record SyntheticFrame(long Sequence, string Track, long TimestampMs, byte[] Audio, byte[] Message);

/// <summary>Writes a carrier's messages with content that is known: every frame of every track is different.</summary>
internal sealed class SyntheticCall(string streamSid = SyntheticCall.DefaultStreamSid, string callSid = SyntheticCall.DefaultCallSid)
{
    public const string DefaultStreamSid = "MZ0123456789abcdef0123456789abcdef";
    public const string DefaultCallSid = "CA0123456789abcdef0123456789abcdef";
    public const string AccountSid = "AC0123456789abcdef0123456789abcdef";
    public const int FrameMs = 20;

    private readonly byte[] sid = Encoding.UTF8.GetBytes(streamSid);
    private long chunk;

    public string StreamSid => streamSid;

    public string CallSid => callSid;

    /// <summary>A stream of <c>&lt;Connect&gt;</c>: it brings the far side only.</summary>
    public bool TwoWay { get; init; }

    /// <summary>The number of the last message that has one.</summary>
    public long Sequence { get; private set; }

    public static byte[] Connected { get; } = Bytes(MediaStreamWriter.WriteConnected);

    /// <summary>The start message.</summary>
    public byte[] Start(MediaFormat? format = null, params (string Name, string Value)[] parameters)
    {
        var start = new StartMessage
        {
            StreamSid = streamSid,
            CallSid = callSid,
            AccountSid = AccountSid,
            Tracks = TwoWay ? ["inbound"] : ["inbound", "outbound"],
            CustomParameters = [.. parameters.Select(p => KeyValuePair.Create(p.Name, p.Value))],
            SequenceNumber = ++Sequence,
        };
        if (format is { } other) start = start with { MediaFormat = other };
        return Bytes(output => MediaStreamWriter.WriteStart(output, start));
    }

    /// <summary>The next media message.</summary>
    public SyntheticFrame Media(string track, long timestampMs, int bytes = 160) => Media(track, timestampMs, AudioOf(track, timestampMs, bytes));

    public SyntheticFrame Media(string track, long timestampMs, byte[] audio)
    {
        long sequence = ++Sequence;
        chunk++;
        return new SyntheticFrame(sequence, track, timestampMs, audio,
            Bytes(output => MediaStreamWriter.WriteMedia(output, sid, sequence, Encoding.UTF8.GetBytes(track), chunk, timestampMs, audio)));
    }

    /// <summary>A number that is used up by a message that never comes.</summary>
    public void Lose() => Sequence++;

    public byte[] Stop()
    {
        long sequence = ++Sequence;
        return Bytes(output => MediaStreamWriter.WriteStop(output, streamSid, sequence, AccountSid, callSid));
    }

    /// <summary>Frames of a track, one behind the other, from a timestamp on.</summary>
    public List<SyntheticFrame> Run(string track, long fromMs, int count) => [.. Enumerable.Range(0, count).Select(i => Media(track, fromMs + (i * FrameMs)))];

    /// <summary>Frames of both tracks, interleaved.</summary>
    public List<SyntheticFrame> RunBoth(long fromMs, int count) =>
        [.. Enumerable.Range(0, count).SelectMany(i => new[] { Media("inbound", fromMs + (i * FrameMs)), Media("outbound", fromMs + (i * FrameMs)) })];

    /// <summary>Mu-law bytes that belong to this place of this track alone.</summary>
    public static byte[] AudioOf(string track, long timestampMs, int bytes)
    {
        byte[] audio = new byte[bytes];
        new Random((track.Length * 7919) ^ (int)timestampMs).NextBytes(audio);
        for (int i = 0; i < bytes; i++)
            if (MuLaw.Decode(audio[i]) == 0) audio[i] = 0x55; // No sample is digital silence, so that a hole can be told from audio.
        return audio;
    }

    public static string Sha256(IEnumerable<SyntheticFrame> frames) => Convert.ToHexStringLower(SHA256.HashData(frames.SelectMany(f => f.Audio).ToArray()));

    private static byte[] Bytes(Action<IBufferWriter<byte>> write)
    {
        var buffer = new ArrayBufferWriter<byte>();
        write(buffer);
        return buffer.WrittenSpan.ToArray();
    }
}

using System.Buffers;
using System.Text;
using Earshot.Audio.Codecs;
using Earshot.Engine.Calling;
using Earshot.Engine.Calls;
using Earshot.Engine.Ingest;
using Earshot.Engine.MediaStreams;
using Earshot.Testing;

namespace Earshot.Engine.Tests.Ingest;

/// <summary>A carrier's line with delays, drift and stalls in a time of its own: what a bot sends when is known, what the caller heard when is known, and the decoder is told what a server sees.</summary>
internal sealed class LineRig : StreamConsumer
{
    public const int FirstTimestampMs = 57;
    private const double FrameMs = 20;

    private readonly SyntheticCall call = new();
    private readonly List<(double AtMs, byte[] Text, bool Sent)> seen = [];
    private readonly List<(double AtMs, byte[] Text)> sent = [];
    private readonly List<short> outbound = [];

    /// <summary>From the server to the carrier.</summary>
    public double UpMs { get; init; } = 40;

    /// <summary>From the carrier to the server.</summary>
    public double DownMs { get; init; } = 30;

    /// <summary>How much faster the server's clock runs than the line's.</summary>
    public double DriftPpm { get; init; }

    /// <summary>Nothing comes from the carrier from here on for so long; then all at once.</summary>
    public (double AtMs, double LengthMs) Stall { get; init; }

    /// <summary>From here on the carrier's socket answers pings; null for one that does not.</summary>
    public double? AnswersAfterMs { get; init; }

    /// <summary>The carrier sends the marks of a moment before its frame.</summary>
    public bool MarksFirst { get; init; }

    public TimelineLog Events { get; } = new();

    /// <summary>What the caller heard, from the line's first frame on.</summary>
    public List<byte> Heard { get; } = [];

    /// <summary>The decoder's outbound track.</summary>
    public IReadOnlyList<short> Outbound => outbound;

    public ITrackFigures? Figures { get; private set; }

    /// <summary>The bot says something at this time of the line.</summary>
    public void Say(double atMs, byte[] audio) => Send(atMs, o => MediaStreamWriter.WriteMedia(o, Encoding.UTF8.GetBytes(call.StreamSid), audio));

    public void Mark(double atMs, string name) => Send(atMs, o => MediaStreamWriter.WriteMark(o, call.StreamSid, name));

    public void Clear(double atMs) => Send(atMs, o => MediaStreamWriter.WriteClear(o, call.StreamSid));

    /// <summary>Runs the line for so long and decodes what the server saw.</summary>
    public void Run(double lengthMs)
    {
        RunLine(lengthMs);
        using var decoder = new StreamDecoder(new IngestOptions(), 0, Events, this);
        Take(decoder, 0, SyntheticCall.Connected, false);
        Take(decoder, 0, Start(), false);
        decoder.OpenLine();
        foreach ((double atMs, byte[] text, bool isSent) in seen.OrderBy(s => s.AtMs))
        {
            if (AnswersAfterMs is { } after && atMs >= after) decoder.RoundTrip((long)((UpMs + DownMs) * 1000));
            Take(decoder, atMs, text, isSent);
        }
        Figures = decoder[Track.Outbound]?.Figures;
        decoder.Complete();
    }

    /// <summary>Onsets in ms of the stretches that are louder than the threshold and begin behind 40 ms of quiet.</summary>
    public static List<double> Onsets(IReadOnlyList<short> samples, int samplesPerMs)
    {
        var onsets = new List<double>();
        int quietSince = -1_000_000;
        for (int i = 0; i < samples.Count; i++)
        {
            if (Math.Abs((int)samples[i]) < 2000) continue;
            if (i - quietSince > 40 * samplesPerMs) onsets.Add((double)i / samplesPerMs);
            quietSince = i;
        }
        return onsets;
    }

    /// <summary>A beep of 1 kHz.</summary>
    public static byte[] Beep(double ms)
    {
        short[] samples = [.. Enumerable.Range(0, (int)(ms * 8)).Select(i => (short)(12_000 * Math.Cos(2 * Math.PI * i / 8)))];
        byte[] coded = new byte[samples.Length];
        MuLaw.Encode(samples, coded);
        return coded;
    }

    /// <summary>Beeps of 60 ms, one each 200 ms.</summary>
    public static byte[] Beeps(int count) => [.. Enumerable.Range(0, count).SelectMany(_ => (byte[])[.. Beep(60), .. Enumerable.Repeat(MuLaw.Silence, 140 * 8)])];

    public List<double> HeardOnsets()
    {
        short[] samples = new short[Heard.Count];
        MuLaw.Decode(Heard.ToArray(), samples);
        return Onsets(samples, 8);
    }

    public override void OnSamples(Track track, long startSample, ReadOnlySpan<short> samples)
    {
        if (track == Track.Outbound) outbound.AddRange(samples);
    }

    private void RunLine(double lengthMs)
    {
        var queue = new PlaybackQueue();
        var waiting = new Queue<(double AtMs, byte[] Text)>(sent.OrderBy(s => s.AtMs));
        byte[] frame = new byte[160];
        frame.AsSpan().Fill(MuLaw.Silence);
        call.Lose();
        for (int k = 0; k * FrameMs < lengthMs; k++)
        {
            double nowMs = (k + 1) * FrameMs; // The frame that ends now goes out, what is taken from the queue plays from now on.
            Heard.AddRange(frame);
            while (waiting.TryPeek(out var next) && next.AtMs + UpMs <= nowMs) queue.Take(waiting.Dequeue().Text);
            var marks = new List<string>();
            queue.NextFrame(frame, marks);
            byte[] media = call.Media("inbound", FirstTimestampMs + (k * (int)FrameMs)).Message;
            if (!MarksFirst) seen.Add((Arrival(nowMs), media, false));
            foreach (string mark in marks) seen.Add((Arrival(nowMs), Bytes(o => MediaStreamWriter.WriteMark(o, call.StreamSid, 1, mark)), false));
            if (MarksFirst) seen.Add((Arrival(nowMs), media, false));
        }
        seen.AddRange(sent.Select(s => (s.AtMs, s.Text, true)));
    }

    private double Arrival(double atMs) => Math.Max(atMs, atMs >= Stall.AtMs && atMs < Stall.AtMs + Stall.LengthMs ? Stall.AtMs + Stall.LengthMs : 0) + DownMs;

    private void Take(StreamDecoder decoder, double atMs, byte[] text, bool isSent)
    {
        long us = (long)(atMs * 1000 * (1 + (DriftPpm / 1e6))) + 1000;
        MediaMessageVerdict verdict = decoder.Read(text, out MediaMessage message);
        if (isSent) decoder.ApplySent(verdict, message, us);
        else decoder.Apply(text, verdict, message, us).SetAside.ShouldBe(SetAside.No);
    }

    private void Send(double atMs, Action<IBufferWriter<byte>> write) => sent.Add((atMs, Bytes(write)));

    private byte[] Start() => Bytes(o => MediaStreamWriter.WriteStart(o, new StartMessage { StreamSid = call.StreamSid, CallSid = call.CallSid, AccountSid = "AC1", Tracks = ["inbound"], SequenceNumber = 1 }));

    private static byte[] Bytes(Action<IBufferWriter<byte>> write)
    {
        var buffer = new ArrayBufferWriter<byte>();
        write(buffer);
        return buffer.WrittenSpan.ToArray();
    }
}

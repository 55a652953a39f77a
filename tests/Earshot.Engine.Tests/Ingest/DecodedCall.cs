using Earshot.Engine.Calls;
using Earshot.Engine.Ingest;
using Earshot.Engine.MediaStreams;
using Earshot.Testing;

namespace Earshot.Engine.Tests.Ingest;

/// <summary>Decodes messages and keeps what came out, byte by byte on the call's clock; a filled byte is null.</summary>
internal sealed class DecodedCall : StreamConsumer
{
    private readonly List<byte?>[] coded = [[], []];
    private readonly List<short>[] samples = [[], []];

    public DecodedCall(IngestOptions? options = null, long arrivalResolutionUs = 0) =>
        Decoder = new StreamDecoder(options ?? new IngestOptions(), arrivalResolutionUs, Events, this);

    public StreamDecoder Decoder { get; }

    public TimelineLog Events { get; } = new();

    public FrameSequencer Inbound => (FrameSequencer)Decoder[Track.Inbound]!.Figures;

    public FrameSequencer Outbound => (FrameSequencer)Decoder[Track.Outbound]!.Figures;

    /// <summary>What became of each message.</summary>
    public List<SetAside> Outcomes { get; } = [];

    public IReadOnlyList<byte?> Coded(Track track) => coded[(int)track];

    public IReadOnlyList<short> Samples(Track track) => samples[(int)track];

    public double Ms(Track track) => coded[(int)track].Count / 8.0;

    public DecodedCall Send(byte[] message, double arrivalMs = 0)
    {
        MediaMessageVerdict verdict = Decoder.Read(message, out MediaMessage read);
        Outcomes.Add(Decoder.Apply(message, verdict, read, (long)(arrivalMs * 1000)).SetAside);
        return this;
    }

    public DecodedCall Send(IEnumerable<SyntheticFrame> frames)
    {
        foreach (SyntheticFrame frame in frames) Send(frame.Message);
        return this;
    }

    public DecodedCall Complete()
    {
        Decoder.Complete();
        return this;
    }

    /// <summary>Each frame lies at its timestamp, and every byte between is filled.</summary>
    public void ShouldHold(IEnumerable<SyntheticFrame> frames, double totalMs, double toleranceMs = 0)
    {
        foreach (IGrouping<string, SyntheticFrame> track in frames.GroupBy(f => f.Track))
        {
            List<byte?> line = coded[track.Key == "inbound" ? 0 : 1];
            long first = track.Min(f => f.TimestampMs);
            int filled = line.Count(b => b is null), at = 0;
            foreach (SyntheticFrame frame in track.OrderBy(f => f.Sequence))
            {
                while (at < line.Count && line[at] is null) at++;
                line.Skip(at).Take(frame.Audio.Length).SequenceEqual(frame.Audio.Select(b => (byte?)b)).ShouldBeTrue($"{track.Key} frame {frame.Sequence} is not at {at / 8.0} ms");
                Math.Abs((at / 8.0) - (frame.TimestampMs - first)).ShouldBeLessThanOrEqualTo(toleranceMs, $"{track.Key} frame {frame.Sequence}");
                at += frame.Audio.Length;
            }
            at.ShouldBe(line.Count);
            Math.Abs((line.Count / 8.0) - totalMs).ShouldBeLessThanOrEqualTo(toleranceMs, $"{track.Key}: {line.Count / 8.0} ms instead of {totalMs}");
            filled.ShouldBe(line.Count - track.Sum(f => f.Audio.Length));
        }
    }

    public override void OnCoded(Track track, ReadOnlySpan<byte> payload)
    {
        foreach (byte b in payload) coded[(int)track].Add(b);
    }

    public override void OnFill(Track track, long count) => coded[(int)track].AddRange(Enumerable.Repeat<byte?>(null, (int)count));

    public override void OnSamples(Track track, long startSample, ReadOnlySpan<short> pcm)
    {
        startSample.ShouldBe(samples[(int)track].Count);
        samples[(int)track].AddRange(pcm);
    }
}

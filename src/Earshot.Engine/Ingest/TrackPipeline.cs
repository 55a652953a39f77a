using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Security.Cryptography;
using Earshot.Audio.Codecs;
using Earshot.Audio.Levels;
using Earshot.Audio.Resampling;
using Earshot.Engine.Calls;

namespace Earshot.Engine.Ingest;

/// <summary>Takes a track's samples at 16 kHz, 16-bit, mono, in order.</summary>
internal interface ISampleOutput
{
    void OnSamples(Track track, long startSample, ReadOnlySpan<short> samples);
}

/// <summary>One track from coded bytes to samples: decode (step 7), resample (step 8), measure, hand on (step 9). No allocation per frame.</summary>
internal sealed class TrackPipeline : ITrackOutput, IDisposable
{
    private const int BlockSamples = 512;
    private const int HashBatchBytes = 2048;

    private readonly Track track;
    private readonly FrameFormat format;
    private readonly ISampleOutput output;
    private readonly Upsampler? upsampler;
    private readonly IncrementalHash hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
    private readonly byte[] unhashed = new byte[HashBatchBytes];
    private int unhashedBytes;
    private long nextSample;

    public TrackPipeline(Track track, FrameFormat format, ISampleOutput output)
    {
        (this.track, this.format, this.output) = (track, format, output);
        upsampler = format.SampleRateHz == 8000 ? new Upsampler() : null;
    }

    /// <summary>Running level of everything that was handed on.</summary>
    public LevelMeter Level { get; } = new();

    /// <summary>Samples handed on so far, at 16 kHz.</summary>
    public long Samples => nextSample;

    [SkipLocalsInit]
    public void OnPayload(ReadOnlySpan<byte> payload)
    {
        Hash(payload);
        Span<short> pcm = stackalloc short[BlockSamples];
        int step = BlockSamples * format.BytesPerSample;
        while (!payload.IsEmpty)
        {
            ReadOnlySpan<byte> part = payload[..Math.Min(step, payload.Length)];
            payload = payload[part.Length..];
            Resample(pcm[..Decode(part, pcm)]);
        }
    }

    public void OnFill(long samples)
    {
        Span<short> silence = stackalloc short[BlockSamples];
        silence.Clear();
        for (; samples > 0; samples -= BlockSamples) Resample(silence[..(int)Math.Min(samples, BlockSamples)]);
    }

    /// <summary>Hands on what the resampler still holds.</summary>
    public void Complete()
    {
        if (upsampler is null) return;
        Span<short> tail = stackalloc short[Upsampler.LatencySamples * 2];
        HandOn(tail[..upsampler.Flush(tail)]);
    }

    /// <summary>SHA-256 (hex) of the coded bytes in the order of their place.</summary>
    public string CodedSha256()
    {
        hash.AppendData(unhashed.AsSpan(0, unhashedBytes));
        unhashedBytes = 0;
        return Convert.ToHexStringLower(hash.GetCurrentHash());
    }

    public void Dispose() => hash.Dispose();

    // Step 7
    private int Decode(ReadOnlySpan<byte> coded, Span<short> pcm)
    {
        switch (format.Codec)
        {
            case FrameCodec.MuLaw:
                MuLaw.Decode(coded, pcm);
                return coded.Length;
            case FrameCodec.ALaw:
                ALaw.Decode(coded, pcm);
                return coded.Length;
            default:
                ReadOnlySpan<short> samples = MemoryMarshal.Cast<byte, short>(coded);
                samples.CopyTo(pcm);
                return samples.Length;
        }
    }

    // Step 8
    [SkipLocalsInit]
    private void Resample(ReadOnlySpan<short> pcm)
    {
        if (upsampler is null)
        {
            HandOn(pcm);
            return;
        }
        Span<short> doubled = stackalloc short[BlockSamples * 2 + Upsampler.LatencySamples * 2];
        HandOn(doubled[..upsampler.Process(pcm, doubled)]);
    }

    private void HandOn(ReadOnlySpan<short> samples)
    {
        if (samples.IsEmpty) return;
        Level.Add(samples);
        output.OnSamples(track, nextSample, samples);
        nextSample += samples.Length;
    }

    private void Hash(ReadOnlySpan<byte> payload)
    {
        if (unhashedBytes + payload.Length > HashBatchBytes)
        {
            hash.AppendData(unhashed.AsSpan(0, unhashedBytes));
            unhashedBytes = 0;
        }
        if (payload.Length > HashBatchBytes)
        {
            hash.AppendData(payload);
            return;
        }
        payload.CopyTo(unhashed.AsSpan(unhashedBytes));
        unhashedBytes += payload.Length;
    }
}

using Earshot.Audio.Resampling;
using Earshot.Audio.Wave;

namespace Earshot.Engine.Transcription;

/// <summary>One channel of a WAV at the rate that an engine wants, read forward.</summary>
internal sealed class SpeechSource : IDisposable
{
    private const int BlockSamples = 4096;

    private readonly WaveReader reader;
    private readonly int channel;
    private readonly RateConverter? converter;
    private readonly int step = 1;
    private readonly short[] interleaved;
    private readonly short[] mono = new short[BlockSamples];
    private readonly short[] ready;
    private int readyFrom;
    private int readyTo;
    private int phase;
    private bool ended;

    /// <param name="reader">The file; disposed with the source.</param>
    /// <param name="channel">Which channel, from 0.</param>
    /// <param name="rateHz">The rate wanted.</param>
    /// <param name="doubled">True for a recording whose every second sample is the carrier's own: half its rate is those samples, unfiltered.</param>
    public SpeechSource(WaveReader reader, int channel, int rateHz, bool doubled = false)
    {
        (this.reader, this.channel) = (reader, channel);
        interleaved = new short[BlockSamples * reader.Format.Channels];
        int rate = reader.Format.SampleRateHz;
        if (doubled && rate == 2 * rateHz) step = 2;
        else if (rate != rateHz) converter = new RateConverter(rate, rateHz);
        ready = new short[converter is null ? BlockSamples : converter.MostOutput(Math.Max(BlockSamples, converter.LatencySamples))];
    }

    /// <summary>Seconds of audio; null while nobody can know.</summary>
    public double? Seconds => reader.Duration?.TotalSeconds;

    /// <summary>Reads on.</summary>
    /// <returns>Samples written; fewer than asked only at the end.</returns>
    public int Read(Span<short> samples)
    {
        int done = 0;
        while (done < samples.Length)
        {
            if (readyFrom == readyTo && !Fill()) break;
            int count = Math.Min(readyTo - readyFrom, samples.Length - done);
            ready.AsSpan(readyFrom, count).CopyTo(samples[done..]);
            readyFrom += count;
            done += count;
        }
        return done;
    }

    public void Dispose() => reader.Dispose();

    private bool Fill()
    {
        (readyFrom, readyTo) = (0, 0);
        while (readyTo == 0 && !ended)
        {
            int channels = reader.Format.Channels, count = reader.Read(interleaved) / channels;
            if (count == 0)
            {
                ended = true;
                if (converter is not null) readyTo = converter.Flush(ready);
                break;
            }
            for (int i = 0, at = channel; i < count; i++, at += channels) mono[i] = interleaved[at];
            if (converter is not null) readyTo = converter.Process(mono.AsSpan(0, count), ready);
            else for (int i = 0; i < count; i++, phase ^= step - 1)
                if (phase == 0) ready[readyTo++] = mono[i];
        }
        return readyTo > 0;
    }
}

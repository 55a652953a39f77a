// resample-wav in.wav out.wav       8 kHz mono to 16 kHz through Upsampler, a frame of 160 samples at a time.
// resample-wav --time [frames]      nanoseconds a frame of 160 samples: the best and the median of 21 runs.
using System.Diagnostics;
using Earshot.Audio.Resampling;
using Earshot.Audio.Signals;
using Earshot.Audio.Wave;

const int FrameSamples = 160;
if (args is ["--time", ..])
{
    Time(args.Length > 1 ? int.Parse(args[1]) : 100_000);
    return 0;
}
if (args.Length != 2)
{
    Console.Error.WriteLine("usage: resample-wav in.wav out.wav | --time [frames]");
    return 2;
}
Convert(args[0], args[1]);
return 0;

static void Convert(string from, string to)
{
    using var reader = new WaveReader(File.OpenRead(from));
    if (reader.Format.SampleRateHz != 8000 || reader.Format.Channels != 1) throw new WaveFormatException("One channel of 8000 Hz is needed.");
    using var writer = new WaveWriter(File.Create(to), WaveFormat.Pcm16(16000));
    var upsampler = new Upsampler();
    Span<short> input = stackalloc short[FrameSamples];
    Span<short> output = stackalloc short[2 * FrameSamples];
    while (reader.Read(input) is var got and > 0) writer.Write(output[..upsampler.Process(input[..got], output)]);
    writer.Write(output[..upsampler.Flush(output)]);
}

static void Time(int frames)
{
    short[] noise = TestSignal.WhiteNoise(FrameSamples * 64, seed: 1);
    var output = new short[2 * FrameSamples];
    var upsampler = new Upsampler();
    var runs = new double[21];
    for (int run = 0; run < runs.Length; run++)
    {
        long start = Stopwatch.GetTimestamp();
        for (int i = 0; i < frames; i++) upsampler.Process(noise.AsSpan(i % 64 * FrameSamples, FrameSamples), output);
        runs[run] = Stopwatch.GetElapsedTime(start).TotalNanoseconds / frames;
    }
    Array.Sort(runs);
    Console.WriteLine($"{runs[0]:F0} ns a frame at best, {runs[runs.Length / 2]:F0} in the median");
}

using System.Runtime.InteropServices;
using Earshot.Audio.Codecs;

namespace Earshot.Audio.Detection;

/// <summary>
/// Finds out that audio was read by the wrong rule: each mistake that could have been made is undone on a stretch of it, and the result held
/// against what is there. Speech is smooth from sample to sample; read wrongly it is not.
/// </summary>
/// <remarks>Looks at up to 20 s of the parts that sound. Not thread-safe.</remarks>
public sealed class CodecProbe
{
    private const int Frame = 256;
    private const int MinFrames = 12;
    private const int MinRms = 60;

    private readonly short[] _evidence;
    private int _count;

    /// <param name="sampleRateHz">Samples a second.</param>
    public CodecProbe(int sampleRateHz) => _evidence = new short[Math.Min(sampleRateHz, 48_000) * 20 / Frame * Frame];

    /// <summary>What was kept to look at: whole frames of 256 samples.</summary>
    public ReadOnlySpan<short> Evidence => _evidence.AsSpan(0, _count);

    /// <summary>Takes samples. Each call should begin at an even place of the recording.</summary>
    /// <param name="samples">16-bit samples, any number.</param>
    public void Add(ReadOnlySpan<short> samples)
    {
        for (; samples.Length >= Frame && _count < _evidence.Length; samples = samples[Frame..])
        {
            if (Levels.SampleStatistics.Of(samples[..Frame]) is var s && s.SumOfSquares / (double)Frame < MinRms * MinRms) continue;
            samples[..Frame].CopyTo(_evidence.AsSpan(_count));
            _count += Frame;
        }
    }

    /// <summary>All mistakes with how smooth the audio is when they are undone; the first is the audio as it is.</summary>
    public IReadOnlyList<CodecTrial> Trials()
    {
        var trials = new List<CodecTrial> { new(CodecMistake.None, 1, Smoothness(Evidence)) };
        if (_count < MinFrames * Frame) return trials;
        for (int step = 1; step <= 2; step++)
        {
            if (OnLattice(step, MuLawValues.Value))
            {
                trials.Add(new(CodecMistake.ALawAsMuLaw, step, Smoothness(Undo(CodecMistake.ALawAsMuLaw, Evidence, step))));
                trials.Add(new(CodecMistake.PcmAsMuLaw, step, Smoothness(Undo(CodecMistake.PcmAsMuLaw, Evidence, step))));
                trials.Add(new(CodecMistake.SwappedPcmAsMuLaw, step, Smoothness(Undo(CodecMistake.SwappedPcmAsMuLaw, Evidence, step))));
            }
            if (OnLattice(step, ALawValues.Value))
            {
                trials.Add(new(CodecMistake.MuLawAsALaw, step, Smoothness(Undo(CodecMistake.MuLawAsALaw, Evidence, step))));
                trials.Add(new(CodecMistake.PcmAsALaw, step, Smoothness(Undo(CodecMistake.PcmAsALaw, Evidence, step))));
            }
        }
        foreach (CodecMistake mistake in new[] { CodecMistake.SwappedBytes, CodecMistake.MuLawAsPcm, CodecMistake.ALawAsPcm, CodecMistake.ShiftedByte })
            trials.Add(new(mistake, 1, Smoothness(Undo(mistake, Evidence, 1))));
        return trials;
    }

    /// <summary>Reads the samples again by the right rule.</summary>
    /// <param name="mistake">What was done to them.</param>
    /// <param name="samples">The samples as they are.</param>
    /// <param name="step">1, or 2 where every second one alone is as it was read.</param>
    public static short[] Undo(CodecMistake mistake, ReadOnlySpan<short> samples, int step)
    {
        if (mistake is CodecMistake.SwappedBytes or CodecMistake.MuLawAsPcm or CodecMistake.ALawAsPcm or CodecMistake.ShiftedByte)
        {
            ReadOnlySpan<byte> bytes = MemoryMarshal.AsBytes(samples);
            if (mistake == CodecMistake.SwappedBytes) return Words(bytes, swapped: true);
            if (mistake == CodecMistake.ShiftedByte) return Words(bytes[1..], swapped: false);
            return Array.ConvertAll(bytes.ToArray(), b => mistake == CodecMistake.MuLawAsPcm ? MuLaw.Decode(b) : ALaw.Decode(b));
        }
        var codes = new byte[(samples.Length + step - 1) / step];
        bool asALaw = mistake is CodecMistake.MuLawAsALaw or CodecMistake.PcmAsALaw;
        for (int i = 0; i < codes.Length; i++) codes[i] = asALaw ? ALaw.Encode(samples[i * step]) : MuLaw.Encode(samples[i * step]);
        return mistake switch
        {
            CodecMistake.ALawAsMuLaw => WithSigns(Array.ConvertAll(codes, ALaw.Decode), samples, step),
            CodecMistake.MuLawAsALaw => Array.ConvertAll(codes, MuLaw.Decode),
            CodecMistake.SwappedPcmAsMuLaw => Words(codes, swapped: true),
            _ => Words(codes, swapped: false),
        };
    }

    /// <summary>Mu-law has two codes for 0, and of a 0 nobody knows which it was; A-law reads them as opposite values: the nearer to its neighbours is taken.</summary>
    private static short[] WithSigns(short[] decoded, ReadOnlySpan<short> samples, int step)
    {
        for (int i = 0; i < decoded.Length; i++)
        {
            if (samples[i * step] != 0) continue;
            int before = i > 0 ? decoded[i - 1] : 0, after = i + 1 < decoded.Length && samples[(i + 1) * step] != 0 ? decoded[i + 1] : before;
            decoded[i] = (short)(before + after >= 0 ? Math.Abs(decoded[i]) : -Math.Abs(decoded[i]));
        }
        return decoded;
    }

    private static short[] Words(ReadOnlySpan<byte> bytes, bool swapped)
    {
        var words = new short[bytes.Length / 2];
        for (int i = 0; i < words.Length; i++) words[i] = (short)(swapped ? (bytes[2 * i] << 8) | bytes[2 * i + 1] : bytes[2 * i] | (bytes[2 * i + 1] << 8));
        return words;
    }

    private static readonly Lazy<HashSet<short>> MuLawValues = new(() => [.. Enumerable.Range(0, 256).Select(c => MuLaw.Decode((byte)c))]);
    private static readonly Lazy<HashSet<short>> ALawValues = new(() => [.. Enumerable.Range(0, 256).Select(c => ALaw.Decode((byte)c))]);

    /// <summary>Whether the samples are values of the law: all, or every second one.</summary>
    public bool IsG711(out bool muLaw, out int step)
    {
        for (step = 1; step <= 2; step++)
        {
            muLaw = OnLattice(step, MuLawValues.Value);
            if (muLaw || OnLattice(step, ALawValues.Value)) return true;
        }
        muLaw = false;
        return false;
    }

    private bool OnLattice(int step, HashSet<short> values)
    {
        int on = 0, all = 0;
        for (int i = 0; i < _count; i += step)
        {
            all++;
            if (values.Contains(_evidence[i])) on++;
        }
        return all > 0 && on >= 0.995 * all;
    }

    /// <summary>
    /// How smooth the loud parts are: the mean over frames of log10 of the power over that of the first difference. White noise has -0.3,
    /// speech at 8 kHz about 0.5, more at higher rates.
    /// </summary>
    public static double Smoothness(ReadOnlySpan<short> samples)
    {
        var scores = new List<(double Power, double Score)>();
        for (int at = 0; at + Frame <= samples.Length; at += Frame)
        {
            double mean = 0, power = 0, difference = 0;
            for (int i = at; i < at + Frame; i++) mean += samples[i];
            mean /= Frame;
            for (int i = at; i < at + Frame; i++)
            {
                double x = samples[i] - mean;
                power += x * x;
                if (i == at) continue;
                double d = samples[i] - samples[i - 1];
                difference += d * d;
            }
            scores.Add((power, Math.Log10((power + Frame) / (difference + Frame))));
        }
        if (scores.Count == 0) return 0;
        scores.Sort((a, b) => b.Power.CompareTo(a.Power));
        int loud = Math.Max(scores.Count / 2, 1);
        return scores.Take(loud).Average(s => s.Score);
    }
}

/// <summary>A mistake that was tried out.</summary>
/// <param name="Mistake">Which.</param>
/// <param name="Step">1, or 2 where every second sample alone is as it was read.</param>
/// <param name="Smoothness">Of the audio when it is undone.</param>
public readonly record struct CodecTrial(CodecMistake Mistake, int Step, double Smoothness);

/// <summary>By which wrong rule audio was read.</summary>
public enum CodecMistake
{
    /// <summary>By none.</summary>
    None,

    /// <summary>A-law bytes decoded as mu-law.</summary>
    ALawAsMuLaw,

    /// <summary>Mu-law bytes decoded as A-law.</summary>
    MuLawAsALaw,

    /// <summary>The bytes of 16-bit samples, low byte first, each decoded as mu-law.</summary>
    PcmAsMuLaw,

    /// <summary>The bytes of 16-bit samples, high byte first, each decoded as mu-law.</summary>
    SwappedPcmAsMuLaw,

    /// <summary>The bytes of 16-bit samples, each decoded as A-law.</summary>
    PcmAsALaw,

    /// <summary>Two mu-law bytes taken for one 16-bit sample.</summary>
    MuLawAsPcm,

    /// <summary>Two A-law bytes taken for one 16-bit sample.</summary>
    ALawAsPcm,

    /// <summary>16-bit samples with high and low byte exchanged.</summary>
    SwappedBytes,

    /// <summary>16-bit samples read from the middle of one: a byte too many or too few in front.</summary>
    ShiftedByte,
}

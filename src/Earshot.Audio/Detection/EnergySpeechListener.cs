using Earshot.Audio.Levels;
using Earshot.Audio.Spectral;

namespace Earshot.Audio.Detection;

/// <summary>Speech by energy, told while it is heard: frames of 10 ms that stand clear of the faintest of the last seconds.</summary>
/// <remarks>
/// A high-pass at 150 Hz takes DC and hum away. The floor is the least level (over 50 ms) of the last four seconds: speech dips to its floor more often than that, and a noise that rises becomes
/// the floor when it has lasted so long. The threshold stands above the floor, and not far below the loudest that was heard lately. Not thread-safe.
/// </remarks>
public sealed class EnergySpeechListener : ISpeechListener
{
    private const double FrameSeconds = 0.01, MinSpeechSeconds = 0.10, MinPauseSeconds = 0.20, PadSeconds = 0.03;
    private const int SmoothFrames = 5;

    /// <summary>The floor's memory: pieces of half a second.</summary>
    private const int Pieces = 8, PieceFrames = 50;

    /// <summary>Levels in dBFS: none is below; nothing fainter is speech; what a line's floor is taken for until it is known.</summary>
    private const double LeastDbfs = -80, FaintestDbfs = -55, AssumedFloorDbfs = -50;

    /// <summary>How far speech stands above the floor at the least, and below the loudest at the most, in dB; how fast the loudest is forgotten.</summary>
    private const double MinRiseDb = 9, MaxFallDb = 34, HysteresisDb = 3, ForgetDbPerFrame = 0.02;

    private readonly float[] _floats = new float[1024];
    private readonly double[] _powers = new double[SmoothFrames];
    private readonly double[] _least = new double[Pieces];
    private readonly FilterPower _highPass;
    private readonly SpeechGate _gate;
    private readonly int _rate;
    private double _squares;
    private double _top = LeastDbfs;
    private long _frames;
    private long _at;
    private long _frameStart;
    private long _frameEnd;

    /// <param name="sampleRateHz">Samples a second, 200 or more.</param>
    public EnergySpeechListener(int sampleRateHz)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(sampleRateHz, 200);
        _rate = sampleRateHz;
        _highPass = new FilterPower(Biquad.HighPass(sampleRateHz, 150));
        _gate = new SpeechGate(Samples(MinSpeechSeconds), Samples(MinPauseSeconds), Samples(PadSeconds));
        _frameEnd = Samples(FrameSeconds);
        _least.AsSpan().Fill(double.PositiveInfinity);
    }

    /// <inheritdoc/>
    public bool IsSpeech => _gate.IsSpeech;

    /// <inheritdoc/>
    public long SettledTo => _gate.SettledTo;

    /// <inheritdoc/>
    public void Add(ReadOnlySpan<short> samples)
    {
        while (!samples.IsEmpty)
        {
            int count = (int)Math.Min(Math.Min(samples.Length, _frameEnd - _at), _floats.Length);
            SampleConversion.ToFloats(samples[..count], _floats.AsSpan(0, count));
            _highPass.Add(_floats.AsSpan(0, count), ref _squares);
            _at += count;
            samples = samples[count..];
            if (_at == _frameEnd) CloseFrame();
        }
    }

    /// <inheritdoc/>
    public void Complete()
    {
        if (_at > _frameStart) CloseFrame();
        _gate.Complete();
    }

    /// <inheritdoc/>
    public bool TryTake(out SpeechEdge edge) => _gate.TryTake(out edge);

    private long Samples(double seconds) => Math.Max((long)Math.Round(seconds * _rate), 1);

    private void CloseFrame()
    {
        long length = _at - _frameStart;
        _powers[(int)(_frames % SmoothFrames)] = _squares / length / (32768.0 * 32768.0);
        int piece = (int)(_frames / PieceFrames % Pieces);
        if (_frames % PieceFrames == 0) _least[piece] = double.PositiveInfinity;
        _frames++;
        double sum = 0;
        foreach (double power in _powers) sum += power;
        double level = Math.Max(10 * Math.Log10(sum / Math.Min(_frames, SmoothFrames)), LeastDbfs);
        // A mean over fewer frames moves more: it would set the floor too low.
        if (_frames >= SmoothFrames) _least[piece] = Math.Min(_least[piece], level);
        _top = Math.Max(_top - ForgetDbPerFrame, level);
        double on = Threshold();
        _gate.Add(length, level >= on, level < on - HysteresisDb);
        _squares = 0;
        (_frameStart, _frameEnd) = (_at, Math.Max(Samples((_frames + 1) * FrameSeconds), _at + 1));
    }

    private double Threshold()
    {
        double floor = double.PositiveInfinity;
        foreach (double least in _least) floor = Math.Min(floor, least);
        // Speech may begin with the call: until there was time for a pause, what is loud is not taken for the floor.
        if (_frames < Pieces * PieceFrames / 2) floor = Math.Min(floor, AssumedFloorDbfs);
        double rise = Math.Max(MinRiseDb, 0.4 * (_top - floor));
        return Math.Max(Math.Max(floor + rise, _top - MaxFallDb), FaintestDbfs);
    }
}

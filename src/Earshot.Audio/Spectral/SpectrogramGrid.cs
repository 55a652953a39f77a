namespace Earshot.Audio.Spectral;

/// <summary>A spectrogram of bounded size for a signal of any length: when it is full, each two columns become one.</summary>
/// <remarks>Not thread-safe.</remarks>
public sealed class SpectrogramGrid
{
    private readonly ShortTimeSpectrum _spectrum;
    private readonly List<float[]> _columns = [];
    private readonly int _most;
    private readonly ShortTimeSpectrum.Listener _listener;
    private float[] _open;
    private int _openWindows;
    private int _windowsAColumn = 1;

    /// <param name="sampleRateHz">Samples a second.</param>
    /// <param name="mostColumns">Columns that are kept, 2 or more.</param>
    public SpectrogramGrid(int sampleRateHz, int mostColumns)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(mostColumns, 2);
        _spectrum = new ShortTimeSpectrum(sampleRateHz);
        (_most, _open, _listener) = (mostColumns, new float[_spectrum.Bins], Hear);
    }

    /// <summary>The columns: mean powers in squared 16-bit units, from 0 Hz to half the rate.</summary>
    public IReadOnlyList<float[]> Columns => _columns;

    /// <summary>Samples from one column to the next.</summary>
    public long ColumnSamples => (long)_windowsAColumn * _spectrum.Hop;

    /// <summary>Takes samples.</summary>
    /// <param name="samples">Samples in 16-bit units, any number.</param>
    public void Add(ReadOnlySpan<float> samples) => _spectrum.Add(samples, _listener);

    private void Hear(ReadOnlySpan<float> power, long startSample)
    {
        for (int i = 0; i < _open.Length; i++) _open[i] += power[i];
        if (++_openWindows < _windowsAColumn) return;
        for (int i = 0; i < _open.Length; i++) _open[i] /= _windowsAColumn;
        _columns.Add(_open);
        (_open, _openWindows) = (new float[_open.Length], 0);
        if (_columns.Count < _most) return;
        for (int c = 0; c + 1 < _columns.Count; c += 2)
        {
            float[] a = _columns[c], b = _columns[c + 1];
            for (int i = 0; i < a.Length; i++) a[i] = (a[i] + b[i]) / 2;
            _columns[c / 2] = a;
        }
        _columns.RemoveRange(_columns.Count / 2, _columns.Count - _columns.Count / 2);
        _windowsAColumn *= 2;
    }
}

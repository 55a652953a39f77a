namespace Earshot.Audio.Spectral;

/// <summary>Windows for spectra.</summary>
public static class Window
{
    /// <summary>The Hann window, periodic: halves that overlap sum to 1.</summary>
    /// <param name="length">Samples, 1 or more.</param>
    public static float[] Hann(int length)
    {
        var window = new float[length];
        for (int i = 0; i < length; i++) window[i] = (float)(0.5 - 0.5 * Math.Cos(2 * Math.PI * i / length));
        return window;
    }
}

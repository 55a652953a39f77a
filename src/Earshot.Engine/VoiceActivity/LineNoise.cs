namespace Earshot.Engine.VoiceActivity;

/// <summary>Tells windows that are nothing but the line's own noise, so that no network need hear them: fainter than any speech, or no louder than the faintest of the last seconds, while nobody has spoken for a moment.</summary>
internal sealed class LineNoise
{
    /// <summary>Mean square of -65 dBFS: fainter is no speech. And of -40 dBFS: what is louder is always heard.</summary>
    private const float Faint = 3.2e-7f, Loud = 1e-4f;

    /// <summary>Steady noise moves by less than 3 dB from window to window; speech that adds less to it is lost in it.</summary>
    private const float Rise = 2;

    /// <summary>The network hears so many windows (a quarter of a second) of none before it may rest, and so sure must it be of each.</summary>
    private const int Patience = 8;

    private const float SureOfNone = 0.2f;

    /// <summary>The memory of the faintest: pieces of half a second, four seconds of them.</summary>
    private const int Pieces = 8, PieceWindows = 16;

    private readonly float[] least = new float[Pieces];
    private long windows;
    private int none;
    private float level;

    public LineNoise() => least.AsSpan().Fill(float.PositiveInfinity);

    /// <summary>True where the window that was added last is noise alone.</summary>
    public bool IsAlone { get; private set; }

    /// <summary>Takes the next window.</summary>
    /// <param name="meanSquare">Its power without its mean; full scale is 1.</param>
    public void Add(float meanSquare)
    {
        level = meanSquare;
        int piece = (int)(windows / PieceWindows % Pieces);
        if (windows++ % PieceWindows == 0) least[piece] = float.PositiveInfinity;
        least[piece] = Math.Min(least[piece], level);
        float floor = float.PositiveInfinity;
        foreach (float one in least) floor = Math.Min(floor, one);
        IsAlone = none >= Patience && level < Math.Max(Faint, Math.Min(floor * Rise, Loud));
    }

    /// <summary>What the network said of a window that it heard.</summary>
    public void Judged(float likely) => none = likely < SureOfNone ? none + 1 : 0;
}

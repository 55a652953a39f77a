namespace Earshot.Audio.Drawing;

/// <summary>A colour of 8 bits a channel.</summary>
/// <param name="R">Red.</param>
/// <param name="G">Green.</param>
/// <param name="B">Blue.</param>
public readonly record struct Colour(byte R, byte G, byte B)
{
    /// <summary>Between two colours.</summary>
    /// <param name="to">The other colour.</param>
    /// <param name="share">0 for this one, 1 for the other.</param>
    public Colour Mix(Colour to, double share)
    {
        share = Math.Clamp(share, 0, 1);
        return new Colour((byte)(R + (to.R - R) * share), (byte)(G + (to.G - G) * share), (byte)(B + (to.B - B) * share));
    }

    /// <summary>As SVG and CSS write it.</summary>
    public override string ToString() => $"#{R:x2}{G:x2}{B:x2}";
}

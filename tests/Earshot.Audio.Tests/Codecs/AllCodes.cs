namespace Earshot.Audio.Tests.Codecs;

internal static class AllCodes
{
    /// <summary>0 to 255.</summary>
    public static readonly byte[] Bytes = Enumerable.Range(0, 256).Select(code => (byte)code).ToArray();

    /// <summary>-32768 to 32767.</summary>
    public static readonly short[] Samples = Enumerable.Range(short.MinValue, 65536).Select(sample => (short)sample).ToArray();
}

using Earshot.Audio.Wave;

namespace Earshot.Audio.Tests.Oracles;

/// <summary>Recorded speech of 8 kHz: Debian's asterisk-core-sounds-en-wav.</summary>
internal static class Speech
{
    private const string Folder = "/usr/share/asterisk/sounds/en_US_f_Allison";

    /// <summary>Twenty prompts spread over the collection.</summary>
    public static string[] Files()
    {
        if (!Directory.Exists(Folder)) Assert.Skip("asterisk-core-sounds-en-wav is not installed");
        string[] all = Directory.GetFiles(Folder, "*.wav").Where(file => new FileInfo(file).Length > 8000).Order(StringComparer.Ordinal).ToArray();
        return all.Where((_, i) => i % (all.Length / 20) == 0).ToArray();
    }

    public static short[] Read(string file)
    {
        using var reader = new WaveReader(File.OpenRead(file));
        var samples = new short[reader.SamplesPerChannel!.Value * reader.Format.Channels];
        reader.Read(samples).ShouldBe(samples.Length);
        return samples;
    }
}

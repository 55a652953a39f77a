namespace Earshot.Whisper;

/// <summary>A model that can be fetched.</summary>
/// <param name="Name">As whisper.cpp names it; <c>.en</c> is of English alone.</param>
/// <param name="Size">Its size as whisper.cpp states it.</param>
/// <param name="Sha1">Checksum of the file, from whisper.cpp's list.</param>
public sealed record WhisperModelEntry(string Name, string Size, string Sha1);

/// <summary>The models of whisper.cpp's own list (models/README.md of 1.9).</summary>
public static class WhisperModels
{
    /// <summary>Where they are fetched from unless a mirror is set: <c>{base}/ggml-{name}.bin</c>.</summary>
    public const string DefaultSource = "https://huggingface.co/ggerganov/whisper.cpp/resolve/main";

    /// <summary>All, from the smallest to the largest.</summary>
    public static IReadOnlyList<WhisperModelEntry> All { get; } =
    [
        new("tiny", "75 MiB", "bd577a113a864445d4c299885e0cb97d4ba92b5f"),
        new("tiny.en", "75 MiB", "c78c86eb1a8faa21b369bcd33207cc90d64ae9df"),
        new("base", "142 MiB", "465707469ff3a37a2b9b8d8f89f2f99de7299dac"),
        new("base.en", "142 MiB", "137c40403d78fd54d454da0f9bd998f78703390c"),
        new("small", "466 MiB", "55356645c2b361a969dfd0ef2c5a50d530afd8d5"),
        new("small.en", "466 MiB", "db8a495a91d927739e50b3fc1cc4c6b8f6c2d022"),
        new("large-v3-turbo-q5_0", "547 MiB", "e050f7970618a659205450ad97eb95a18d69c9ee"),
        new("large-v3-q5_0", "1.1 GiB", "e6e2ed78495d403bef4b7cff42ef4aaadcfea8de"),
        new("medium", "1.5 GiB", "fd9727b6e1217c2f614f9b698455c4ffd82463b4"),
        new("medium.en", "1.5 GiB", "8c30f0e44ce9560643ebd10bbe50cd20eafd3723"),
        new("large-v3-turbo", "1.5 GiB", "4af2b29d7ec73d781377bfd1758ca957a807e941"),
        new("large-v2", "2.9 GiB", "0f4c8e34f21cf1a914c59d8b3ce882345ad349d6"),
        new("large-v3", "2.9 GiB", "ad82bf6a9043ceed055076d0fd39f5f186ff8062"),
    ];

    /// <summary>The entry of that name, or null.</summary>
    public static WhisperModelEntry? Find(string name) => All.FirstOrDefault(m => m.Name == name);
}

namespace Earshot.Audio.Tests.Oracles;

internal sealed class TemporaryFile : IDisposable
{
    public TemporaryFile(byte[] content, string extension = ".wav")
    {
        Path = System.IO.Path.Combine(System.IO.Path.GetTempPath(), $"earshot-{Guid.NewGuid():N}{extension}");
        File.WriteAllBytes(Path, content);
    }

    public string Path { get; }

    public void Dispose() => File.Delete(Path);
}

using System.Diagnostics;

namespace Earshot.Audio.Tests.Oracles;

/// <summary>A program of another house that a test asks for its opinion. Where it is missing the test is skipped and says so.</summary>
internal static class Tool
{
    public static void Need(string name)
    {
        if (Find(name) is null) Assert.Skip($"{name} is not installed");
    }

    /// <summary>Runs the program and gives what it wrote to both outputs; any exit code but 0 fails the test.</summary>
    public static string Run(string name, params string[] arguments) => System.Text.Encoding.UTF8.GetString(RunForBytes(name, arguments).All);

    public static byte[] Output(string name, params string[] arguments) => RunForBytes(name, arguments).Output;

    private static (byte[] Output, byte[] All) RunForBytes(string name, string[] arguments)
    {
        Need(name);
        var start = new ProcessStartInfo(Find(name)!, arguments) { RedirectStandardOutput = true, RedirectStandardError = true };
        using var process = Process.Start(start)!;
        var errors = process.StandardError.ReadToEndAsync();
        using var output = new MemoryStream();
        process.StandardOutput.BaseStream.CopyTo(output);
        process.WaitForExit();
        process.ExitCode.ShouldBe(0, $"{name} {string.Join(' ', arguments)}: {errors.Result}");
        byte[] bytes = output.ToArray();
        return (bytes, [.. bytes, .. System.Text.Encoding.UTF8.GetBytes(errors.Result)]);
    }

    private static string? Find(string name) => (Environment.GetEnvironmentVariable("PATH") ?? "")
        .Split(Path.PathSeparator)
        .Select(folder => Path.Combine(folder, name))
        .FirstOrDefault(File.Exists);
}

using System.Diagnostics;
using Xunit;

namespace Earshot.Testing;

/// <summary>Programs of other houses that tests ask for their opinion.</summary>
internal static class Tools
{
    public static bool Has(string name) => (Environment.GetEnvironmentVariable("PATH") ?? "").Split(Path.PathSeparator).Any(folder => File.Exists(Path.Combine(folder, name)));

    /// <summary>Runs a program and gives what it wrote to standard output and standard error.</summary>
    public static (string Output, string Errors, int ExitCode) Run(string name, IEnumerable<string> arguments, string? input = null)
    {
        var start = new ProcessStartInfo(name, arguments) { RedirectStandardOutput = true, RedirectStandardError = true, RedirectStandardInput = true };
        using Process process = Process.Start(start)!;
        Task<string> errors = process.StandardError.ReadToEndAsync(), output = process.StandardOutput.ReadToEndAsync();
        if (input is not null) process.StandardInput.Write(input);
        process.StandardInput.Close();
        process.WaitForExit();
        return (output.Result, errors.Result, process.ExitCode);
    }

    /// <summary>How long other readers say that WAV files are, in seconds; by reader, in the order of the files. A reader that is not installed is missing.</summary>
    public static IReadOnlyDictionary<string, double[]> DurationsOf(IReadOnlyList<string> files)
    {
        var found = new Dictionary<string, double[]>(StringComparer.Ordinal);
        if (Has("python3"))
        {
            const string Program = "import sys, wave\nfor f in sys.stdin.read().splitlines():\n w = wave.open(f)\n n = w.getnframes()\n assert len(w.readframes(n)) == 2 * n and (w.getframerate(), w.getsampwidth(), w.getnchannels()) == (16000, 2, 1), f\n print(n / 16000)";
            found["python wave"] = Numbers("python3", Run("python3", ["-c", Program], string.Join('\n', files)));
        }
        if (Has("soxi")) found["sox"] = Numbers("soxi", Run("soxi", ["-D", .. files]));
        if (Has("ffprobe")) found["ffprobe"] = [.. files.Select(f => Numbers("ffprobe", Run("ffprobe", ["-v", "error", "-show_entries", "format=duration", "-of", "csv=p=0", f])).Single())];
        foreach ((string reader, double[] durations) in found) Assert.True(durations.Length == files.Count, $"{reader} read {durations.Length} of {files.Count} files");
        return found;
    }

    /// <summary>Which of the readers are not installed.</summary>
    public static IEnumerable<string> MissingReaders => ((string[])["python3", "soxi", "ffprobe"]).Where(name => !Has(name));

    private static double[] Numbers(string name, (string Output, string Errors, int ExitCode) result)
    {
        Assert.True(result.ExitCode == 0 && result.Errors.Length == 0, $"{name}: {result.Errors}");
        return [.. result.Output.Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(double.Parse)];
    }
}

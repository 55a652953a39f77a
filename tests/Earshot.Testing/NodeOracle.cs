using System.ComponentModel;
using System.Diagnostics;
using Xunit;

namespace Earshot.Testing;

/// <summary>Runs a script of tests/vectors/node; skips the test, saying what is missing, where it cannot.</summary>
internal static class NodeOracle
{
    private static readonly Lock Installing = new();

    public static string Run(string script, string input)
    {
        string folder = Folder();
        Install(folder);
        (int code, string output, string error) = Start("node", [Path.Combine(folder, script)], folder, input);
        Assert.True(code == 0, error);
        return output;
    }

    /// <summary>Starts a script that runs until its standard input ends.</summary>
    public static Process Begin(string script) => Begin([Path.Combine(Folder(), script)]);

    /// <summary>Starts a script that is given as text and runs until it is killed; it finds the same packages.</summary>
    public static Process BeginText(string script) => Begin(["--input-type=commonjs", "--eval", script]);

    private static Process Begin(string[] arguments)
    {
        string folder = Folder();
        Install(folder);
        try
        {
            return Process.Start(new ProcessStartInfo("node", arguments) { WorkingDirectory = folder, RedirectStandardInput = true, RedirectStandardOutput = true })!;
        }
        catch (Win32Exception)
        {
            Assert.Skip("node is missing: it is not on the PATH.");
            throw;
        }
    }

    private static void Install(string folder)
    {
        lock (Installing)
        {
            if (((string[])["twilio", "ws"]).All(package => File.Exists(Path.Combine(folder, "node_modules", package, "package.json"))))
            {
                return;
            }

            (int code, _, string error) = Start("npm", ["ci", "--no-audit", "--no-fund"], folder, "");
            Assert.SkipWhen(code != 0, $"npm packages twilio and ws are missing: \"npm ci\" in tests/vectors/node failed. {error}");
        }
    }

    private static string Folder()
    {
        foreach (string start in new[] { AppContext.BaseDirectory, Environment.CurrentDirectory })
        {
            for (DirectoryInfo? folder = new(start); folder is not null; folder = folder.Parent)
            {
                string found = Path.Combine(folder.FullName, "tests", "vectors", "node");
                if (Directory.Exists(found))
                {
                    return found;
                }
            }
        }

        Assert.Skip("The folder tests/vectors/node is not above the test's own folder.");
        return "";
    }

    private static (int Code, string Output, string Error) Start(string program, string[] arguments, string folder, string input)
    {
        var start = new ProcessStartInfo(program, arguments)
        {
            WorkingDirectory = folder,
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        try
        {
            using var process = Process.Start(start)!;
            Task<string> output = process.StandardOutput.ReadToEndAsync();
            Task<string> error = process.StandardError.ReadToEndAsync();
            process.StandardInput.Write(input);
            process.StandardInput.Close();
            process.WaitForExit();
            return (process.ExitCode, output.GetAwaiter().GetResult(), error.GetAwaiter().GetResult());
        }
        catch (Win32Exception)
        {
            Assert.Skip($"{program} is missing: it is not on the PATH.");
            throw;
        }
    }
}

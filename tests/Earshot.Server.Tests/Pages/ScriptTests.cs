using System.Diagnostics;
using Earshot.Testing;

namespace Earshot.Server.Tests.Pages;

public sealed class ScriptTests
{
    [Fact]
    public async Task The_script_that_is_kept_is_what_the_sources_compile_to()
    {
        Assert.SkipUnless(Tools.Has("node") && Tools.Has("npm"), "node and npm are absent (Debian: apt-get install nodejs npm)");
        string server = Path.Combine(SourceTree.Root, "src", "Earshot.Server");
        using var folder = new TemporaryFolder();
        var start = new ProcessStartInfo("/bin/sh", [Path.Combine(server, "Islands", "build.sh"), folder.Path]) { RedirectStandardError = true, RedirectStandardOutput = true };
        using Process build = Process.Start(start)!;
        Task<string> output = build.StandardOutput.ReadToEndAsync(TestContext.Current.CancellationToken), errors = build.StandardError.ReadToEndAsync(TestContext.Current.CancellationToken);
        await build.WaitForExitAsync(TestContext.Current.CancellationToken);
        build.ExitCode.ShouldBe(0, await output + await errors);
        foreach (string script in (string[])["earshot.js", "agent-worklet.js"])
        {
            string kept = await File.ReadAllTextAsync(Path.Combine(server, "Assets", script), TestContext.Current.CancellationToken);
            string made = await File.ReadAllTextAsync(Path.Combine(folder.Path, script), TestContext.Current.CancellationToken);
            made.ShouldBe(kept, "src/Earshot.Server/Islands/build.sh brings Assets up to date");
        }
    }
}

using System.Diagnostics;
using Xunit;

namespace Earshot.Testing;

/// <summary>The built <c>earshot serve</c> as a process of its own, on a free port.</summary>
internal sealed class ServerProcess : IDisposable
{
    public const string AuthToken = "token-of-the-server-process";
    private static readonly TimeSpan StartTime = TimeSpan.FromSeconds(60);

    private readonly Process process;
    private readonly List<string> log = [];

    private ServerProcess(Process process) => this.process = process;

    /// <summary>Its address, <c>http://127.0.0.1:PORT</c>.</summary>
    public string Url { get; private set; } = "";

    public string Webhook => Url + "/twilio/voice";

    /// <summary>What it wrote to standard error.</summary>
    public string Log
    {
        get { lock (log) return string.Join('\n', log); }
    }

    /// <summary>Starts it over these folders and waits until it listens.</summary>
    public static async Task<ServerProcess> StartAsync(string recordings, string data, params string[] settings)
    {
        string program = Path.Combine(AppContext.BaseDirectory, "earshot.dll");
        Assert.True(File.Exists(program), $"{program} is not built beside the tests");
        var start = new ProcessStartInfo("dotnet", [program, "serve", "--urls", "http://127.0.0.1:0", "--recordings", recordings, "--data", data, .. settings.SelectMany(s => (string[])["--set", s])])
        {
            RedirectStandardError = true,
            RedirectStandardOutput = true,
            WorkingDirectory = Path.GetDirectoryName(recordings)!,
        };
        start.Environment["TWILIO_AUTH_TOKEN"] = AuthToken;
        foreach (string name in (string[])["AUDIO_RECORDINGS_DIR", "ENABLE_AUDIO_RECORDING", "PUBLIC_BASE_URL", "DATABASE_URL", "OPENAI_API_KEY", "OPENAI_BASE_URL"]) start.Environment.Remove(name);
        var server = new ServerProcess(Process.Start(start)!);
        var listening = new TaskCompletionSource<string>(TaskCreationOptions.RunContinuationsAsynchronously);
        server.process.ErrorDataReceived += (_, e) =>
        {
            if (e.Data is null)
            {
                listening.TrySetException(new InvalidOperationException("the server ended before it listened:\n" + server.Log));
                return;
            }
            lock (server.log) server.log.Add(e.Data);
            const string Words = "Listening on ";
            if (e.Data.StartsWith(Words, StringComparison.Ordinal)) listening.TrySetResult(e.Data[Words.Length..]);
        };
        server.process.BeginErrorReadLine();
        server.process.BeginOutputReadLine();
        server.Url = await listening.Task.WaitAsync(StartTime, TimeProvider.System);
        return server;
    }

    /// <summary>kill -9.</summary>
    public void Kill()
    {
        process.Kill();
        process.WaitForExit();
    }

    /// <summary>SIGTERM; gives the exit code and how long it took.</summary>
    public async Task<(int ExitCode, TimeSpan Took)> TerminateAsync(TimeSpan patience)
    {
        long began = TimeProvider.System.GetTimestamp();
        using (Process kill = Process.Start("kill", ["-TERM", process.Id.ToString()])) await kill.WaitForExitAsync();
        using var limit = new CancellationTokenSource(patience, TimeProvider.System);
        await process.WaitForExitAsync(limit.Token);
        return (process.ExitCode, TimeProvider.System.GetElapsedTime(began));
    }

    public void Dispose()
    {
        if (!process.HasExited) Kill();
        process.Dispose();
    }
}

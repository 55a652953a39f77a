using System.Diagnostics;
using System.Text.Json.Nodes;
using Earshot.Testing;

namespace Earshot.Server.Tests.Taps;

/// <summary>The bot of tests/vectors/node/bot.cjs as a process of its own.</summary>
internal sealed class NodeBot : IDisposable
{
    private readonly Process process;

    private NodeBot(Process process, string port) => (this.process, Url) = (process, $"ws://127.0.0.1:{port}/");

    public string Url { get; }

    public static async Task<NodeBot> StartAsync()
    {
        Process process = NodeOracle.Begin("bot.cjs");
        return new NodeBot(process, (await process.StandardOutput.ReadLineAsync(TestContext.Current.CancellationToken))!);
    }

    /// <summary>What it saw on the next socket that ended.</summary>
    public async Task<JsonNode> SawAsync() =>
        JsonNode.Parse((await process.StandardOutput.ReadLineAsync(TestContext.Current.CancellationToken).AsTask().WaitAsync(TimeSpan.FromSeconds(20), TimeProvider.System, TestContext.Current.CancellationToken))!)!;

    public void Dispose()
    {
        process.StandardInput.Close();
        process.WaitForExit();
        process.Dispose();
    }
}

using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using Earshot.Engine.Transcription;
using Earshot.Testing;
using Earshot.Whisper;

namespace Earshot.Engine.Tests.Transcription;

/// <summary>whisper.cpp's own server as the endpoint, with a model that says one sentence.</summary>
public sealed class WhisperServerTests : IDisposable
{
    private readonly TemporaryFolder folder = new();

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task It_is_an_endpoint_like_any_other()
    {
        string program = Path.Combine(WhisperFiles.Cache, "whisper-server");
        Assert.SkipUnless(File.Exists(program), "whisper.cpp is not built (./get-whisper.sh)");
        string model = folder.Sub("model.bin");
        WhisperTestModel.Write(model, 1.5, " Hello"u8.ToArray(), " world"u8.ToArray());
        int port = FreePort();
        using Process server = Process.Start(new ProcessStartInfo(program, ["-m", model, "--host", "127.0.0.1", "--port", $"{port}", "--inference-path", "/v1/audio/transcriptions"]) { RedirectStandardOutput = true, RedirectStandardError = true })!;
        server.OutputDataReceived += (_, _) => { };
        server.ErrorDataReceived += (_, _) => { };
        server.BeginOutputReadLine();
        server.BeginErrorReadLine();
        try
        {
            var options = new TranscriptionOptions { Engine = TranscriptionOptions.OpenAiEngine, MostAttempts = 10 };
            options.OpenAi.BaseUrl = $"http://127.0.0.1:{port}/v1";
            using var engine = new OpenAiTranscriber(options, TimeProvider.System); // What cannot be reached yet is tried again.
            EngineAnswer answer = await engine.TranscribeAsync(new SpeechPiece(new short[16_000], 8000), new TranscribeRequest("en", ""), Cancel);
            (answer.Text, answer.Language).ShouldBe(("Hello world", "en"));
            EngineSegment segment = answer.Segments.ShouldHaveSingleItem();
            (segment.StartSeconds, segment.EndSeconds).ShouldBe((0, 1.5));
            segment.Words.Select(w => w.Text).ShouldBe(["Hello", "world"]);
        }
        finally
        {
            server.Kill();
            await server.WaitForExitAsync(CancellationToken.None);
        }
    }

    public void Dispose() => folder.Dispose();

    private static int FreePort()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }
}

using System.Globalization;
using System.Net.Http.Headers;
using System.Runtime.InteropServices;
using Earshot.Audio.Wave;
using Polly;
using Polly.Retry;

namespace Earshot.Engine.Transcription;

/// <summary>Any endpoint that answers as OpenAI's <c>audio/transcriptions</c> does. Busy and unreachable ones are tried again with growing pauses, or when they say; every answer that is no transcript has an error that names it.</summary>
internal sealed class OpenAiTranscriber : ITranscriber, IDisposable
{
    private static readonly TimeSpan FirstPause = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan LongestPause = TimeSpan.FromSeconds(30);

    private readonly OpenAiOptions options;
    private readonly TranscriptionOptions common;
    private readonly TimeProvider time;
    private readonly HttpClient http;
    private readonly ResiliencePipeline<EngineAnswer> attempts;
    private volatile bool textAlone;

    public OpenAiTranscriber(TranscriptionOptions common, TimeProvider time)
    {
        (this.common, options, this.time) = (common, common.OpenAi, time);
        Endpoint = new Uri(options.BaseUrl.TrimEnd('/') + "/audio/transcriptions");
        // A redirect would carry the key to a place that nobody chose.
        http = new HttpClient(new SocketsHttpHandler { AllowAutoRedirect = false, PooledConnectionLifetime = TimeSpan.FromMinutes(5), ConnectTimeout = TimeSpan.FromSeconds(10) }) { Timeout = Timeout.InfiniteTimeSpan };
        var builder = new ResiliencePipelineBuilder<EngineAnswer> { TimeProvider = time };
        if (common.MostAttempts > 1)
        {
            builder.AddRetry(new RetryStrategyOptions<EngineAnswer>
            {
                ShouldHandle = new PredicateBuilder<EngineAnswer>().Handle<TranscriptionException>(e => e.MayPass),
                MaxRetryAttempts = common.MostAttempts - 1,
                BackoffType = DelayBackoffType.Exponential,
                UseJitter = true,
                Delay = FirstPause,
                MaxDelay = LongestPause,
                DelayGenerator = a => ValueTask.FromResult((a.Outcome.Exception as TranscriptionException)?.RetryAfter),
            });
        }
        attempts = builder.Build();
    }

    public string Engine => TranscriptionOptions.OpenAiEngine;

    public string Model => options.Model;

    public double PricePerMinute => options.Price;

    private Uri Endpoint { get; }

    public async Task<EngineAnswer> TranscribeAsync(SpeechPiece piece, TranscribeRequest request, CancellationToken cancellation)
    {
        byte[] wav = Wav(piece);
        using var deadline = new CancellationTokenSource(common.Deadline, time);
        using var both = CancellationTokenSource.CreateLinkedTokenSource(cancellation, deadline.Token);
        TranscriptionException? last = null;
        try
        {
            return request.Once ? await OnceAsync(wav, request, both.Token) : await attempts.ExecuteAsync(async token =>
            {
                try
                {
                    return await OnceAsync(wav, request, token);
                }
                catch (TranscriptionException e)
                {
                    last = e;
                    throw;
                }
            }, both.Token);
        }
        catch (OperationCanceledException) when (deadline.IsCancellationRequested && !cancellation.IsCancellationRequested)
        {
            throw new TranscriptionException($"{last?.Message ?? $"{Shown} did not answer"}; given up after {Seconds(common.Deadline)} (Transcription:Deadline)", mayPass: true, last);
        }
    }

    public void Dispose() => http.Dispose();

    private string Shown => EndpointErrors.Shown(Endpoint);

    private async Task<EngineAnswer> OnceAsync(byte[] wav, TranscribeRequest request, CancellationToken cancellation)
    {
        using var patience = new CancellationTokenSource(common.Timeout, time);
        using var both = CancellationTokenSource.CreateLinkedTokenSource(cancellation, patience.Token);
        try
        {
            bool plain = textAlone;
            using HttpRequestMessage message = Message(wav, request, plain);
            using HttpResponseMessage answer = await http.SendAsync(message, HttpCompletionOption.ResponseHeadersRead, both.Token);
            byte[]? body = await EndpointErrors.ReadAsync(answer, both.Token);
            if (!plain && EndpointErrors.RefusesVerbose(answer, body))
            {
                textAlone = true; // Newer models of OpenAI give text alone.
                return await OnceAsync(wav, request, cancellation);
            }
            return EndpointErrors.Parse(Endpoint, answer, body, options, time.GetUtcNow());
        }
        catch (OperationCanceledException) when (patience.IsCancellationRequested && !cancellation.IsCancellationRequested)
        {
            throw new TranscriptionException($"{Shown} did not answer within {Seconds(common.Timeout)}; see whether it is overloaded, or raise Transcription:Timeout", mayPass: true);
        }
        catch (Exception e) when (e is HttpRequestException or IOException)
        {
            throw new TranscriptionException($"{Shown} cannot be reached: {Reason(e)}; see whether it runs and whether OPENAI_BASE_URL is right", mayPass: true, e);
        }
    }

    private HttpRequestMessage Message(byte[] wav, TranscribeRequest request, bool plain)
    {
        var file = new ByteArrayContent(wav);
        file.Headers.ContentType = new MediaTypeHeaderValue("audio/wav");
        var form = new MultipartFormDataContent
        {
            { file, "file", "speech.wav" },
            { new StringContent(options.Model), "model" },
            { new StringContent(plain ? "json" : "verbose_json"), "response_format" },
            { new StringContent("0"), "temperature" },
        };
        if (!plain)
        {
            form.Add(new StringContent("word"), "timestamp_granularities[]");
            form.Add(new StringContent("segment"), "timestamp_granularities[]");
        }
        if (request.Language.Length > 0) form.Add(new StringContent(request.Language), "language");
        if (request.Prompt.Length > 0) form.Add(new StringContent(request.Prompt), "prompt");
        var message = new HttpRequestMessage(HttpMethod.Post, Endpoint) { Content = form };
        message.Headers.UserAgent.ParseAdd("Earshot");
        if (options.ApiKey.Length > 0) message.Headers.Authorization = new AuthenticationHeaderValue("Bearer", options.ApiKey);
        return message;
    }

    private static byte[] Wav(SpeechPiece piece)
    {
        ReadOnlySpan<byte> audio = MemoryMarshal.AsBytes(piece.Samples.Span);
        var wav = new byte[WaveHeader.Size + audio.Length];
        WaveHeader.Write(wav.AsSpan(0, WaveHeader.Size), WaveFormat.Pcm16(piece.SampleRateHz), audio.Length);
        audio.CopyTo(wav.AsSpan(WaveHeader.Size));
        return wav;
    }

    private static string Reason(Exception e) => (e.InnerException ?? e).Message.TrimEnd('.');

    private static string Seconds(TimeSpan span) => string.Create(CultureInfo.InvariantCulture, $"{span.TotalSeconds:0.#} s");
}

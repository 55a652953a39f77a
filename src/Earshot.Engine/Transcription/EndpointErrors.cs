using System.Net;
using System.Text;
using System.Text.Json;
using Earshot.Engine.Calls;

namespace Earshot.Engine.Transcription;

/// <summary>Reads an endpoint's answer, and says of one that is no transcript what it is and what to do.</summary>
internal static class EndpointErrors
{
    /// <summary>A transcript of 30 s has a few kilobytes, with words.</summary>
    public const int MostAnswerBytes = 1 << 20;

    /// <summary>The address without what may be secret in it.</summary>
    public static string Shown(Uri endpoint) => $"{endpoint.Scheme}://{endpoint.Authority}{endpoint.AbsolutePath}";

    /// <summary>The body; null when it is longer than any transcript.</summary>
    public static async Task<byte[]?> ReadAsync(HttpResponseMessage answer, CancellationToken cancellation)
    {
        if (answer.Content.Headers.ContentLength > MostAnswerBytes) return null;
        using Stream stream = await answer.Content.ReadAsStreamAsync(cancellation);
        using var body = new MemoryStream();
        var buffer = new byte[16384];
        int read;
        while ((read = await stream.ReadAsync(buffer, cancellation)) > 0)
        {
            if (body.Length + read > MostAnswerBytes) return null;
            body.Write(buffer, 0, read);
        }
        return body.ToArray();
    }

    /// <summary>True when it understands the request but for <c>verbose_json</c> or its words.</summary>
    public static bool RefusesVerbose(HttpResponseMessage answer, byte[]? body) =>
        answer.StatusCode is HttpStatusCode.BadRequest or HttpStatusCode.UnprocessableEntity && body is not null && Encoding.UTF8.GetString(body) is var text
        && (text.Contains("response_format", StringComparison.Ordinal) || text.Contains("timestamp_granularities", StringComparison.Ordinal) || text.Contains("verbose_json", StringComparison.Ordinal));

    /// <exception cref="TranscriptionException">It is no transcript.</exception>
    public static EngineAnswer Parse(Uri endpoint, HttpResponseMessage answer, byte[]? body, OpenAiOptions options, DateTimeOffset now)
    {
        string shown = Shown(endpoint);
        int status = (int)answer.StatusCode;
        if (body is null) throw new TranscriptionException($"{shown} answered {status} with more than {MostAnswerBytes >> 20} MB, which no transcript of 30 s has; see what OPENAI_BASE_URL points to", mayPass: false);
        if (!answer.IsSuccessStatusCode) throw Refusal(shown, answer, body, options, now);
        if (IsPage(answer, body)) throw new TranscriptionException($"{shown} answered with a web page, not with a transcript; OPENAI_BASE_URL must be the address of the API, as in https://api.openai.com/v1", mayPass: false);
        if (body.AsSpan().Trim((byte)' ').IsEmpty) throw new TranscriptionException($"{shown} answered {status} with nothing in it; see its log", mayPass: true);
        VerboseJson? json;
        try
        {
            json = JsonSerializer.Deserialize(body, VerboseJsonContext.Default.VerboseJson);
        }
        catch (JsonException)
        {
            throw new TranscriptionException($"{shown} answered with what is not JSON of a transcript ('{Start(body)}'); see what OPENAI_BASE_URL points to", mayPass: false);
        }
        if (json?.Text is null && json?.Segments is null)
            throw new TranscriptionException($"{shown} answered with JSON that has no 'text' ('{Start(body)}'); see what OPENAI_BASE_URL points to, and its log", mayPass: false);
        return json.ToAnswer();
    }

    private static TranscriptionException Refusal(string shown, HttpResponseMessage answer, byte[] body, OpenAiOptions options, DateTimeOffset now)
    {
        int status = (int)answer.StatusCode;
        string said = Said(answer, body) is { Length: > 0 } words ? $": '{words}'" : "";
        (string what, bool mayPass) = answer.StatusCode switch
        {
            HttpStatusCode.Unauthorized or HttpStatusCode.Forbidden => options.ApiKey.Length == 0
                ? ($"wants a key ({status}); set OPENAI_API_KEY", false)
                : ($"does not take the key ({status}){said}; see that OPENAI_API_KEY is the one for this address", false),
            HttpStatusCode.NotFound or HttpStatusCode.MethodNotAllowed => ($"is not there ({status}){said}; OPENAI_BASE_URL must end where /audio/transcriptions follows, as in https://api.openai.com/v1, and know the model '{options.Model}'", false),
            HttpStatusCode.RequestEntityTooLarge => ($"finds a piece too large (413){said}; lower Transcription:LongestPiece, or raise the endpoint's limit", false),
            HttpStatusCode.TooManyRequests => ($"is busy or the quota is used up (429){said}; lower Transcription:Parallel, or see the account", true),
            HttpStatusCode.RequestTimeout => ($"waited too long for the audio (408){said}; see the line to it", true),
            >= HttpStatusCode.InternalServerError => ($"failed ({status}){said}; see its log", true),
            >= HttpStatusCode.MultipleChoices and < HttpStatusCode.BadRequest => ($"sends on to another address ({status}), which is not followed; set OPENAI_BASE_URL to {(answer.Headers.Location is { } to ? LogText.Clean(to.ToString()) : "that address")} if it is right", false),
            _ => ($"refused the request ({status}){said}; see the model '{options.Model}' and the language", false),
        };
        return new TranscriptionException($"{shown} {what}", mayPass) { RetryAfter = mayPass ? RetryAfter(answer, now) : null };
    }

    private static TimeSpan? RetryAfter(HttpResponseMessage answer, DateTimeOffset now) => answer.Headers.RetryAfter switch
    {
        { Delta: { } wait } when wait >= TimeSpan.Zero => wait,
        { Date: { } date } when date > now => date - now,
        _ => null,
    };

    /// <summary>What the endpoint says itself: <c>error.message</c>, <c>error</c> or <c>detail</c>, else the beginning of the text.</summary>
    private static string Said(HttpResponseMessage answer, byte[] body)
    {
        if (IsPage(answer, body)) return "";
        try
        {
            using var json = JsonDocument.Parse(body);
            JsonElement root = json.RootElement;
            if (root.ValueKind != JsonValueKind.Object) return Start(body);
            if (root.TryGetProperty("error", out JsonElement error))
            {
                if (error.ValueKind == JsonValueKind.String) return LogText.Clean(error.GetString());
                if (error.ValueKind == JsonValueKind.Object && error.TryGetProperty("message", out JsonElement message)) return LogText.Clean(message.ToString());
            }
            return root.TryGetProperty("detail", out JsonElement detail) ? LogText.Clean(detail.ToString()) : Start(body);
        }
        catch (JsonException)
        {
            return Start(body);
        }
    }

    private static bool IsPage(HttpResponseMessage answer, byte[] body) =>
        answer.Content.Headers.ContentType?.MediaType is "text/html" || body.AsSpan().TrimStart(" \t\r\n\ufeff"u8).StartsWith("<"u8);

    private static string Start(byte[] body) => LogText.Clean(Encoding.UTF8.GetString(body.AsSpan(0, Math.Min(body.Length, 80))).Trim());
}

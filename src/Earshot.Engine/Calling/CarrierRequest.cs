using System.Net;
using Earshot.Engine.MediaStreams;

namespace Earshot.Engine.Calling;

/// <summary>Sends the carrier's HTTP requests, signed where there is a token.</summary>
internal sealed class CarrierRequest(HttpClient http, TimeProvider time, string? authToken)
{
    /// <summary>The carrier waits this long for an answer.</summary>
    public static readonly TimeSpan AnswerTime = TimeSpan.FromSeconds(15);

    private const int MostSoundBytes = 64 * 1024 * 1024;

    /// <summary>
    /// Asks a webhook. An answer beyond what the carrier takes is cut off there. The status is 0 where there was no answer, and the
    /// text then says why.
    /// </summary>
    public async Task<(HttpStatusCode Status, string Text)> AskAsync(
        string method, string url, IReadOnlyList<KeyValuePair<string, string>> form, CancellationToken stop)
    {
        try
        {
            using HttpRequestMessage request = Build(method, url, form);
            using var limit = new CancellationTokenSource(AnswerTime, time);
            using var either = CancellationTokenSource.CreateLinkedTokenSource(stop, limit.Token);
            using HttpResponseMessage answer = await http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, either.Token);
            await using Stream body = await answer.Content.ReadAsStreamAsync(either.Token);
            byte[] bytes = new byte[4 * TwiMLReader.MaxCharacters];
            int length = await body.ReadAtLeastAsync(bytes, bytes.Length, throwOnEndOfStream: false, either.Token);
            return (answer.StatusCode, System.Text.Encoding.UTF8.GetString(bytes.AsSpan(0, length)).TrimStart('\uFEFF'));
        }
        catch (OperationCanceledException) when (!stop.IsCancellationRequested)
        {
            return (0, $"no answer within {AnswerTime.TotalSeconds} s");
        }
        catch (Exception error) when (error is HttpRequestException or IOException or UriFormatException)
        {
            return (0, error.Message);
        }
    }

    /// <summary>Fetches a sound file to play; null and the reason if it cannot be had.</summary>
    public async Task<(SpeechClip? Clip, string Problem)> FetchSoundAsync(string url, CancellationToken stop)
    {
        try
        {
            using var limit = new CancellationTokenSource(AnswerTime, time);
            using var either = CancellationTokenSource.CreateLinkedTokenSource(stop, limit.Token);
            using HttpResponseMessage answer = await http.GetAsync(new Uri(url), HttpCompletionOption.ResponseHeadersRead, either.Token);
            if (answer.StatusCode != HttpStatusCode.OK || answer.Content.Headers.ContentLength > MostSoundBytes)
            {
                return (null, $"{url} answered {(int)answer.StatusCode}, {answer.Content.Headers.ContentLength ?? 0} bytes.");
            }

            byte[] wave = await answer.Content.ReadAsByteArrayAsync(either.Token);
            return SpeechClip.TryLoad(new MemoryStream(wave), url, out SpeechClip? clip, out string? problem) ? (clip, "") : (null, problem);
        }
        catch (OperationCanceledException) when (!stop.IsCancellationRequested)
        {
            return (null, $"{url} did not answer within {AnswerTime.TotalSeconds} s.");
        }
        catch (Exception error) when (error is HttpRequestException or IOException or UriFormatException)
        {
            return (null, $"{url} cannot be fetched: {error.Message}");
        }
    }

    /// <summary>The signature of a socket's upgrade, null without a token.</summary>
    public string? Sign(string url, IReadOnlyList<KeyValuePair<string, string>> form)
        => string.IsNullOrEmpty(authToken) ? null : CarrierSignature.Compute(authToken, CarrierUrl.Signed(url), form);

    private HttpRequestMessage Build(string method, string url, IReadOnlyList<KeyValuePair<string, string>> form)
    {
        bool post = method.Equals("POST", StringComparison.OrdinalIgnoreCase);
        if (!post)
        {
            string query = string.Join('&', form.Select(pair => $"{Uri.EscapeDataString(pair.Key)}={Uri.EscapeDataString(pair.Value)}"));
            url += (url.Contains('?', StringComparison.Ordinal) ? '&' : '?') + query;
        }

        var request = new HttpRequestMessage(post ? HttpMethod.Post : HttpMethod.Get, new Uri(url));
        request.Headers.TryAddWithoutValidation("User-Agent", "TwilioProxy/1.1 (simulated by Earshot)");
        request.Headers.TryAddWithoutValidation("Accept", "*/*");
        request.Headers.TryAddWithoutValidation("I-Twilio-Idempotency-Token", Guid.NewGuid().ToString());
        if (Sign(url, post ? form : CarrierSignature.NoForm) is { } signature)
        {
            request.Headers.TryAddWithoutValidation(CarrierSignature.HeaderName, signature);
        }

        request.Content = post ? new FormUrlEncodedContent(form) : null;
        return request;
    }
}

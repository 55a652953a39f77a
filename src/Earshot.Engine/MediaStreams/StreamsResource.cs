using System.Net.Http.Headers;
using System.Text;
using System.Text.Json;

namespace Earshot.Engine.MediaStreams;

/// <summary>What came of a request to the carrier's API.</summary>
/// <param name="StreamSid">The stream; empty where the request failed.</param>
/// <param name="Status">The carrier's HTTP status; 0 where it did not answer.</param>
/// <param name="Problem">What went wrong, in words; null if nothing did.</param>
internal readonly record struct StreamRequestResult(string StreamSid, int Status, string? Problem);

/// <summary>The carrier's Streams resource: starts and stops a one-way stream on a call that is already running.</summary>
internal sealed class StreamsResource(HttpClient http, string apiBaseUrl, string accountSid, string authToken)
{
    private static readonly TimeSpan AnswerTime = TimeSpan.FromSeconds(15);

    /// <summary>Starts a stream on the call.</summary>
    public Task<StreamRequestResult> StartAsync(string callSid, TwiMLStream stream, CancellationToken stop)
    {
        var form = new List<KeyValuePair<string, string>> { new("Url", stream.Url) };
        Add(form, "Name", stream.Name);
        Add(form, "Track", stream.Track);
        Add(form, "StatusCallback", stream.StatusCallback);
        Add(form, "StatusCallbackMethod", stream.StatusCallbackMethod);
        for (int i = 0; i < stream.Parameters.Count; i++)
        {
            form.Add(new($"Parameter{i + 1}.Name", stream.Parameters[i].Key));
            form.Add(new($"Parameter{i + 1}.Value", stream.Parameters[i].Value));
        }

        return stream.Problem() is { } problem ? Task.FromResult(new StreamRequestResult("", 0, problem)) : PostAsync($"{Calls(callSid)}/Streams.json", form, stop);
    }

    /// <summary>Stops a stream, named by its SID or by the name that it was started with.</summary>
    public Task<StreamRequestResult> StopAsync(string callSid, string stream, CancellationToken stop)
        => PostAsync($"{Calls(callSid)}/Streams/{Uri.EscapeDataString(stream)}.json", [new("Status", "stopped")], stop);

    private static void Add(List<KeyValuePair<string, string>> form, string name, string? value)
    {
        if (!string.IsNullOrEmpty(value))
        {
            form.Add(new(name, value));
        }
    }

    private string Calls(string callSid)
        => $"{apiBaseUrl.TrimEnd('/')}/2010-04-01/Accounts/{Uri.EscapeDataString(accountSid)}/Calls/{Uri.EscapeDataString(callSid)}";

    private async Task<StreamRequestResult> PostAsync(string url, List<KeyValuePair<string, string>> form, CancellationToken stop)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, new Uri(url)) { Content = new FormUrlEncodedContent(form) };
        request.Headers.Authorization = new AuthenticationHeaderValue("Basic", Convert.ToBase64String(Encoding.UTF8.GetBytes($"{accountSid}:{authToken}")));
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(stop);
        limit.CancelAfter(AnswerTime);
        try
        {
            using HttpResponseMessage answer = await http.SendAsync(request, limit.Token);
            string text = await answer.Content.ReadAsStringAsync(limit.Token);
            return answer.IsSuccessStatusCode
                ? new(Property(text, "sid") ?? "", (int)answer.StatusCode, null)
                : new("", (int)answer.StatusCode, $"the carrier answered {(int)answer.StatusCode}: {Property(text, "message") ?? answer.ReasonPhrase}");
        }
        catch (OperationCanceledException) when (!stop.IsCancellationRequested)
        {
            return new("", 0, $"the carrier's API did not answer within {AnswerTime.TotalSeconds} s");
        }
        catch (HttpRequestException error)
        {
            return new("", 0, $"the carrier's API at {apiBaseUrl} cannot be reached: {error.Message}");
        }
    }

    private static string? Property(string json, string name)
    {
        try
        {
            using JsonDocument document = JsonDocument.Parse(json);
            return document.RootElement.ValueKind == JsonValueKind.Object && document.RootElement.TryGetProperty(name, out JsonElement value) && value.ValueKind == JsonValueKind.String
                ? value.GetString() : null;
        }
        catch (JsonException)
        {
            return null;
        }
    }
}

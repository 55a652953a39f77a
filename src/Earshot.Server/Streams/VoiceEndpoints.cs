using Earshot.Engine.Calls;
using Earshot.Engine.Catalog;
using Earshot.Engine.Ingest;
using Earshot.Engine.MediaStreams;
using Earshot.Engine.Recording;
using Earshot.Server.Access;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.AspNetCore.Builder;
using System.Text.Json;

namespace Earshot.Server.Streams;

/// <summary>The carrier's webhooks: what to do with a call, and what became of a stream.</summary>
internal sealed class VoiceEndpoints(VoiceOptions voice, ServerOptions server, CallTickets tickets, LiveStreams live, CatalogWriter catalog, CallLog log, TimeProvider time)
{
    public const string MediaPath = "/twilio/media";
    public const string TapPath = "/twilio/tap/";

    /// <summary>After a stream is said to have stopped its last messages may still be on their way.</summary>
    private static readonly TimeSpan StopGrace = TimeSpan.FromSeconds(2);

    public void Map(IEndpointRouteBuilder routes)
    {
        routes.MapPost("/twilio/voice", Voice).ExcludeFromDescription();
        routes.MapPost("/twilio/status", Status).ExcludeFromDescription();
    }

    private IResult Voice(HttpContext context)
    {
        DateTimeOffset received = time.GetUtcNow();
        IFormCollection form = CarrierGate.Form(context);
        string callSid = form["CallSid"].ToString();
        if (callSid.Length is 0 or > 128) return Results.Problem(title: "CallSid is missing", detail: "The form must name the call in 'CallSid'.", statusCode: 400);
        (string webBase, string socketBase) = Addresses(context);
        NumberOptions answer = voice.For(form["To"].ToString());
        bool connects = answer.Mode == VoiceOptions.ConnectMode;
        var ticket = new CallTicket(callSid, form["AccountSid"].ToString(), form["From"].ToString(), form["To"].ToString(), form["Direction"].ToString(), received, time.GetUtcNow(), connects);
        var stream = new TwiMLStream
        {
            Url = socketBase + (answer.Bot.Length > 0 ? TapPath + Uri.EscapeDataString(answer.Bot) : MediaPath),
            Track = connects ? null : "both_tracks", // A two-way stream carries the caller alone.
            StatusCallback = $"{webBase}/twilio/status",
            StatusCallbackMethod = "POST",
            Parameters =
            [
                KeyValuePair.Create(CallTickets.ParameterName, tickets.Issue(ticket)),
                .. Fact("from", ticket.From),
                .. Fact("to", ticket.To),
                .. Fact("callerName", form["CallerName"].ToString()),
            ],
        };
        TwiMLVerb[] then = TwiML.TryParseThen(answer.Then, out TwiMLVerb? verb, out _) ? [verb] : [];
        Remember(ticket);
        return Results.Text(connects ? TwiML.Connect(stream, then) : TwiML.Start(stream, then), TwiML.ContentType);
    }

    private IResult Status(HttpContext context)
    {
        IFormCollection form = CarrierGate.Form(context);
        string callSid = form["CallSid"].ToString(), streamSid = form["StreamSid"].ToString(), what = form["StreamEvent"].ToString(), error = form["StreamError"].ToString();
        bool callOver = form["CallStatus"].ToString() is "completed" or "failed" or "busy" or "no-answer" or "canceled";
        StreamSession[] sessions = [.. streamSid.Length > 0 ? live.All.Where(s => s.Facts?.StreamSid.Value == streamSid) : live.OfCall(callSid)];
        if (what == "stream-error" || error.Length > 0) Explain(callSid, sessions, $"the carrier reports a stream error: {LogText.Clean(error)}");
        if (what is "stream-stopped" or "stream-error" || callOver)
            foreach (StreamSession session in sessions) _ = EndAfterGrace(session);
        return Results.NoContent();
    }

    private async Task EndAfterGrace(StreamSession session)
    {
        await Task.WhenAny(session.Ended, Task.Delay(StopGrace, time));
        session.End(EndReason.StatusCallback);
    }

    private void Explain(string callSid, StreamSession[] sessions, string words)
    {
        foreach (StreamSession session in sessions.Where(s => !s.Events.Snapshot().Any(e => e.Kind == EventKinds.Status && e.Detail == words)))
            session.Events.Add(new TimelineEvent(EventKinds.Status, null, session.Decoder.NowMs, 0, words));
        if (sessions.Length > 0 || callSid.Length == 0) return;
        Save(store =>
        {
            if (store.Find(callSid) is not null && !store.Events(callSid).Any(e => e.Kind == EventKinds.Status && e.Detail == words)) store.AddEvent(new EventRow { CallSid = callSid, Kind = EventKinds.Status, Detail = words });
        });
    }

    /// <summary>The call is in the catalog from its webhook on: one whose stream never comes is seen, with how far it came.</summary>
    private void Remember(CallTicket ticket) => Save(store =>
    {
        if (store.Find(ticket.CallSid) is not null) return;
        StageReached[] stages = [new(CallStage.WebhookReceived, null, ticket.WebhookAt), new(CallStage.TwimlAnswered, null, ticket.TwimlAt)];
        store.Save(new CallRow
        {
            CallSid = ticket.CallSid,
            AccountSid = ticket.AccountSid,
            FromNumber = ticket.From,
            ToNumber = ticket.To,
            Direction = ticket.Direction,
            State = "webhook",
            StartedAt = ticket.WebhookAt,
            Stages = JsonSerializer.Serialize(stages, ManifestJson.Compact.IReadOnlyListStageReached),
        });
    });

    private void Save(Action<CallStore> work) =>
        catalog.Enqueue(work).ContinueWith(t => log.WebhookNotStored(t.Exception!.GetBaseException()), CancellationToken.None, TaskContinuationOptions.OnlyOnFaulted, TaskScheduler.Default);

    private (string Web, string Socket) Addresses(HttpContext context)
    {
        string web = server.PublicBaseUrl.TrimEnd('/');
        if (web.Length == 0)
        {
            HttpRequest request = context.Request;
            bool secure = request.IsHttps || !LocalAccess.IsLoopbackHost(request.Host.Host);
            web = $"{(secure ? "https" : "http")}://{request.Host}";
        }
        return (web, "ws" + web["http".Length..]);
    }

    /// <summary>A fact as a stream parameter, if the carrier takes it.</summary>
    private static IEnumerable<KeyValuePair<string, string>> Fact(string name, string value)
    {
        var stream = new TwiMLStream { Url = "wss://x", Parameters = [KeyValuePair.Create(name, value)] };
        return value.Length > 0 && stream.Problem() is null ? stream.Parameters : [];
    }
}

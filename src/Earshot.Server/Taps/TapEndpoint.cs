using Earshot.Engine.Calls;
using Earshot.Engine.Diagnostics;
using Earshot.Engine.Ingest;
using Earshot.Server.Sockets;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;

namespace Earshot.Server.Taps;

/// <summary><c>/twilio/tap/{bot}</c>: stands between the carrier and a bot. Read as the bytes come, never by the clock.</summary>
internal sealed class TapEndpoint(StreamServices services, BotDirectory bots, EarshotMeters meters)
{
    /// <summary>The last messages of a stream that has stopped may still be on their way; and a bot that failed at once is told of on the call's page, so its start is waited for.</summary>
    private static readonly TimeSpan Grace = TimeSpan.FromSeconds(2);

    public void Map(IEndpointRouteBuilder routes) => routes.MapGet("/twilio/tap/{bot}", Accept).ExcludeFromDescription();

    private async Task Accept(HttpContext context, string bot)
    {
        if (bots.Find(bot) is not { } options)
        {
            await Results.Problem(title: "There is no such bot", detail: bots.Advice(bot), statusCode: StatusCodes.Status404NotFound).ExecuteAsync(context);
            return;
        }
        if (await WebSocketHandshake.RefusesAsync(context, "This address takes the carrier's media WebSocket")) return;
        var toBot = new DelayHistogram();
        var toCarrier = new DelayHistogram();
        using var botSocket = new BotSocket(options, context.Request, services.Time, (delay, count) => Count(toBot, delay, count));
        await using Stream stream = await WebSocketHandshake.AcceptAsync(context);
        meters.StreamsAccepted.Add(1);
        StreamSession session = services.Open(arrivalResolutionUs: 0);
        session.IsTwoWay = session.IsTapped = true;
        var sender = new WebSocketSender(stream, services.Time, (delay, count) => Count(toCarrier, delay, count));
        session.Attach(sender);
        if (services.Live.Closing) session.End(EndReason.ServerStopped);
        var tap = new Tap(bot, session, sender, botSocket, toBot, toCarrier, services.Time);
        session.BeforeEnd = tap.Summarize;
        using var media = new MediaSocket(session, sender, services.Ingest.MaxMessageBytes, tap);
        using var over = CancellationTokenSource.CreateLinkedTokenSource(context.RequestAborted);
        Task botRun = botSocket.RunAsync(tap.OnBotMessage, over.Token);
        Task reading = StreamPump.RunAsync(stream, media, services.Time, over.Token);
        Task sessionOver = SessionOver(session);
        Task first = await Task.WhenAny(reading, botSocket.Over, sessionOver);
        if (first == botSocket.Over) await EndByBot(tap, session, sender, await botSocket.Over, reading);
        else if (first == reading) await EndByCarrier(tap, session, sender);
        else await EndBySession(tap, session, sender);
        await ClosingHandshake.RunAsync(sender, reading, over, services.Time);
        await botRun;
    }

    private void Count(DelayHistogram own, TimeSpan delay, int messages)
    {
        own.Add(delay, messages);
        meters.TapDelay.Add(delay, messages);
    }

    /// <summary>After <c>stop</c> both sides close by themselves; every other end of the session is an order to close.</summary>
    private async Task SessionOver(StreamSession session)
    {
        await session.Ended;
        if (session.EndReason == EndReason.Stop) await Task.Delay(Grace, services.Time);
    }

    private async Task EndByBot(Tap tap, StreamSession session, WebSocketSender sender, BotEnd end, Task reading)
    {
        for (int i = 0; i < 20 && session.Facts is null && !reading.IsCompleted; i++) await Task.WhenAny(reading, Task.Delay(Grace / 20, services.Time));
        if (end.Failed) meters.BotFailures.Add(1);
        tap.Note(end);
        session.End(end.Failed ? EndReason.BotFailed : EndReason.BotClosed);
        sender.Close(end.Code, end.Reason);
        await Task.WhenAny(reading, Task.Delay(Grace, services.Time)); // The carrier's answer is the bot's.
        await tap.EndBotAsync();
    }

    private static async Task EndByCarrier(Tap tap, StreamSession session, WebSocketSender sender)
    {
        session.End(EndReason.SocketLost);
        await tap.EndBotAsync();
        if (tap.CarrierClosed) tap.AnswerCarrier(sender);
    }

    private static async Task EndBySession(Tap tap, StreamSession session, WebSocketSender sender)
    {
        sender.Close(session.EndReason == EndReason.ServerStopped ? WebSocketClose.GoingAway : WebSocketClose.Normal, session.EndReason.Code());
        await tap.EndBotAsync();
    }
}

using System.Buffers.Binary;
using System.Globalization;
using System.Text;
using Earshot.Engine.Calls;
using Earshot.Engine.Diagnostics;
using Earshot.Engine.Ingest;
using Earshot.Server.Sockets;

namespace Earshot.Server.Taps;

/// <summary>One tapped stream: every message goes on first, unchanged and in order, and is recorded then. The recording is a guest: no trouble of its own stops the forwarding.</summary>
internal sealed class Tap(string name, StreamSession session, WebSocketSender carrier, BotSocket bot, DelayHistogram toBot, DelayHistogram toCarrier, TimeProvider time) : ICarrierListener
{
    private static readonly TimeSpan PingInterval = TimeSpan.FromSeconds(2);

    /// <summary>The first pings come faster: the least of their round trips counts, and the first of a process that has just started is long by what has yet to be compiled.</summary>
    private static readonly TimeSpan FirstPingInterval = TimeSpan.FromMilliseconds(150);

    private const int FirstPings = 6;

    private int pings;
    private long lastPingTicks;
    private long messagesToCarrier;
    private int closeCode = WebSocketClose.NoStatus;
    private string closeReason = "";

    /// <summary>True when the carrier closed in good order.</summary>
    public bool CarrierClosed { get; private set; }

    public void OnMessage(ReadOnlySpan<byte> message, bool isText, long arrivalTicks)
    {
        bot.Send(message, isText, arrivalTicks);
        if (pings > 0 && time.GetElapsedTime(lastPingTicks, arrivalTicks) < (pings < FirstPings ? FirstPingInterval : PingInterval)) return;
        // Below the messages, so that neither side sees it: what the caller heard is placed by the round trip.
        lastPingTicks = arrivalTicks;
        pings++;
        Span<byte> body = stackalloc byte[sizeof(long)];
        BinaryPrimitives.WriteInt64BigEndian(body, time.GetTimestamp());
        carrier.Ping(body);
    }

    public void OnPong(ReadOnlySpan<byte> body, long arrivalTicks)
    {
        if (body.Length == sizeof(long) && time.GetElapsedTime(BinaryPrimitives.ReadInt64BigEndian(body), arrivalTicks) is var trip && trip >= TimeSpan.Zero && trip < PingInterval) session.OnRoundTrip(trip);
    }

    public void OnClose(ReadOnlySpan<byte> body)
    {
        CarrierClosed = true;
        if (body.Length < 2) return;
        closeCode = BinaryPrimitives.ReadUInt16BigEndian(body);
        closeReason = Encoding.UTF8.GetString(body[2..]);
    }

    /// <summary>A message of the bot's. False when the carrier does not take it.</summary>
    public bool OnBotMessage(ReadOnlyMemory<byte> message, bool isText, long ticks)
    {
        if (!carrier.TrySend(message.Span, isText, ticks)) return CarrierClosed;
        messagesToCarrier++;
        session.OnSent(message.Span, ticks);
        return true;
    }

    /// <summary>Ends the bot's side as the carrier's ended.</summary>
    public Task EndBotAsync()
    {
        if (CarrierClosed) return bot.CloseAsync(closeCode, closeReason);
        bot.Abort();
        return Task.CompletedTask;
    }

    /// <summary>Answers the carrier's close as the bot did.</summary>
    public void AnswerCarrier(WebSocketSender sender)
    {
        if (bot.Over is { IsCompletedSuccessfully: true, Result: { Failed: false } end }) sender.Close(end.Code, end.Reason);
        else sender.Close(closeCode, "");
    }

    /// <summary>Says on the call's page how the bot ended. Before the session ends.</summary>
    public void Note(BotEnd end)
    {
        (string words, string code) = end.Failed ? (end.Reason, $"close code {end.Code}, ") : ($"it closed its socket with {end.Code}{(end.Reason.Length > 0 ? $" '{LogText.Clean(end.Reason)}'" : "")}", "");
        Add(EventKinds.Bot, string.Create(CultureInfo.InvariantCulture, $"bot '{name}': {words} ({code}{end.At.UtcDateTime:yyyy-MM-dd HH:mm:ss.fff} UTC)"));
    }

    /// <summary>Says what the tap carried and what it added, as the session ends.</summary>
    public void Summarize() => Add(EventKinds.Tap, string.Create(CultureInfo.InvariantCulture,
        $"bot '{name}': {toBot.Count} messages to the bot, {messagesToCarrier} to the carrier; added delay p50 {Worst(0.5):0.00} ms, p99 {Worst(0.99):0.00} ms, at most {Math.Max(toBot.MaxMs, toCarrier.MaxMs):0.00} ms"));

    private double Worst(double share) => Math.Max(toBot.PercentileMs(share), toCarrier.PercentileMs(share));

    private void Add(string kind, string detail) => session.Events.Add(new TimelineEvent(kind, null, session.Decoder.NowMs, 0, detail));
}

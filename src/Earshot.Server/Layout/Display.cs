using System.Globalization;
using Earshot.Engine.Calls;

namespace Earshot.Server.Layout;

/// <summary>Figures as people read them, always with their unit.</summary>
internal static class Display
{
    private static readonly CultureInfo Invariant = CultureInfo.InvariantCulture;

    /// <summary><c>mm:ss.d</c>, or <c>h:mm:ss.d</c>.</summary>
    public static string Duration(double seconds)
    {
        long tenths = (long)Math.Round(Math.Max(0, seconds) * 10, MidpointRounding.AwayFromZero);
        long hours = tenths / 36_000, minutes = tenths / 600 % 60;
        string rest = string.Create(Invariant, $"{minutes:00}:{tenths / 10 % 60:00}.{tenths % 10}");
        return hours > 0 ? string.Create(Invariant, $"{hours}:{rest}") : rest;
    }

    /// <summary>A place in a recording, to the millisecond.</summary>
    public static string Place(double seconds)
    {
        long ms = (long)Math.Round(Math.Max(0, seconds) * 1000, MidpointRounding.AwayFromZero);
        long hours = ms / 3_600_000;
        string rest = string.Create(Invariant, $"{ms / 60_000 % 60:00}:{ms / 1000 % 60:00}.{ms % 1000:000}");
        return hours > 0 ? string.Create(Invariant, $"{hours}:{rest}") : rest;
    }

    public static string Ms(double ms) => ms >= 1000 ? string.Create(Invariant, $"{ms / 1000:0.##} s") : string.Create(Invariant, $"{Math.Round(ms, ms >= 100 ? 0 : 1):0.#} ms");

    /// <summary>Time since the call's first stage.</summary>
    public static string Since(double? ms) => ms is not { } value ? "" : value >= 10_000 ? string.Create(Invariant, $"+{value / 1000:0.0} s") : string.Create(Invariant, $"+{value:0} ms");

    public static string Dbfs(double? value) => value is { } v ? string.Create(Invariant, $"{Minus(v, "0.0")} dBFS") : "−∞ dBFS";

    public static string Bytes(long bytes) => bytes switch
    {
        < 1000 => string.Create(Invariant, $"{bytes} B"),
        < 1_000_000 => string.Create(Invariant, $"{bytes / 1e3:0.#} kB"),
        < 1_000_000_000 => string.Create(Invariant, $"{bytes / 1e6:0.0} MB"),
        _ => string.Create(Invariant, $"{bytes / 1e9:0.00} GB"),
    };

    public static string Number(double value, string format = "0") => Minus(value, format);

    public static string Count(long count, string noun) => string.Create(Invariant, $"{count:#,0} {noun}{(count == 1 ? "" : "s")}");

    public static string Utc(DateTimeOffset time) => time.UtcDateTime.ToString("yyyy-MM-dd HH:mm:ss 'UTC'", Invariant);

    public static string Iso(DateTimeOffset time) => time.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss.fff'Z'", Invariant);

    /// <summary>A party of a call.</summary>
    public static string Party(string number) => number.Length > 0 ? number : "unknown";

    /// <summary>A call whose parties nobody told: the ends of its identifier.</summary>
    public static string Short(string callSid) => callSid.Length <= 14 ? callSid : $"{callSid[..6]}…{callSid[^4..]}";

    /// <summary>A number as an attribute of the page's markup.</summary>
    public static string Attribute(double value) => value.ToString("0.######", Invariant);

    public static string State(string state, bool running) => running ? "running" : state switch
    {
        "webhook" => "no stream",
        "recording" => "unfinished",
        _ => state,
    };

    /// <summary>Why a call ended, as a clause.</summary>
    public static string EndReason(string code) => code switch
    {
        "" => "not ended",
        "stop" => "ended by the carrier",
        "socket-closed" => "socket closed without stop",
        "socket-lost" => "the connection broke",
        "idle" => "nothing came any more",
        "no-start" => "no start message came",
        "status-callback" => "ended by status callback",
        "protocol-error" => "the WebSocket protocol was broken",
        "agent-hung-up" => "the agent hung up",
        "bot-closed" => "ended by the bot",
        "bot-failed" => "the bot failed",
        "server-stopped" => "Earshot was stopped",
        "recovered" => "cut off, completed at the next start",
        _ => "internal error; see the log",
    };

    /// <summary>A kind of event as people read it.</summary>
    public static string Kind(string kind) => kind switch
    {
        EventKinds.ClockJump => "clock jump",
        EventKinds.ClockBack => "clock back",
        EventKinds.RecordingTrouble => "disk trouble",
        EventKinds.RecordingResumed => "disk resumed",
        EventKinds.Status => "carrier",
        EventKinds.Unheard => "never heard",
        _ => kind,
    };

    private static string Minus(double value, string format) => value.ToString(format, Invariant).Replace('-', '−');
}

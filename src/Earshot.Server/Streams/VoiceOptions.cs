namespace Earshot.Server.Streams;

/// <summary>What the call webhook answers.</summary>
internal sealed class VoiceOptions : NumberOptions
{
    public const string StartMode = "start";
    public const string ConnectMode = "connect";

    /// <summary>What is different for a call to one of our numbers; the key is the number as the carrier writes it in <c>To</c>.</summary>
    public Dictionary<string, NumberOptions> Numbers { get; } = new(StringComparer.OrdinalIgnoreCase);

    /// <summary>What holds for a call to the number, defaults filled in.</summary>
    public NumberOptions For(string to)
    {
        NumberOptions own = Numbers.GetValueOrDefault(to) ?? this;
        string mode = First(own.Mode, Mode, StartMode);
        return new NumberOptions
        {
            Mode = mode,
            Bot = mode == ConnectMode ? First(own.Bot, Bot) : "",
            Then = First(own.Then, Then, mode == StartMode ? "pause:3600" : ""),
        };
    }

    private static string First(params ReadOnlySpan<string> values)
    {
        foreach (string value in values)
            if (value.Length > 0) return value;
        return "";
    }
}

/// <summary>How a call is answered. What is empty is as for all numbers.</summary>
internal class NumberOptions
{
    /// <summary><c>start</c>: the call is forked to Earshot and goes on with <see cref="Then"/>. <c>connect</c>: the caller talks with <see cref="Bot"/> or, without one, with who answers at Earshot.</summary>
    public string Mode { get; set; } = "";

    /// <summary>With <c>connect</c>: the bot (of the section <c>Bots</c>) that answers, through its tap.</summary>
    public string Bot { get; set; } = "";

    /// <summary>What the call does while it is recorded (<c>start</c>; <c>pause:3600</c> when empty) or when the other side has closed the stream (<c>connect</c>; hang up when empty):
    /// <c>pause:SECONDS</c>, <c>dial:NUMBER</c>, <c>say:TEXT</c>, <c>redirect:URL</c> or <c>hangup</c>.</summary>
    public string Then { get; set; } = "";
}

using System.CommandLine;
using System.CommandLine.Parsing;
using System.Globalization;

namespace Earshot.Cli.Commands;

/// <summary>Values as they are typed for a simulated call: times with their unit, percentages, places in the call.</summary>
internal static class CallOptions
{
    /// <summary>Where a fault strikes if nothing is said.</summary>
    public static readonly TimeSpan UsualPlace = TimeSpan.FromSeconds(3);

    public static Option<TimeSpan?> Time(string name, string description) => new(name)
    {
        Description = description,
        HelpName = "TIME",
        CustomParser = result => TryTime(One(result), out TimeSpan time) ? time : Refuse<TimeSpan?>(result, "a time with its unit, as in 500ms, 5s or 2m"),
    };

    public static Option<(TimeSpan At, TimeSpan Length)?> Stretch(string name, string description) => new(name)
    {
        Description = description,
        HelpName = "TIME[@TIME]",
        CustomParser = result =>
        {
            string[] parts = One(result).Split('@');
            TimeSpan at = UsualPlace;
            return parts.Length <= 2 && TryTime(parts[0], out TimeSpan length) && (parts.Length == 1 || TryTime(parts[1], out at))
                ? (at, length)
                : Refuse<(TimeSpan, TimeSpan)?>(result, "a time with its unit and maybe a place, as in 233ms or 500ms@5s");
        },
    };

    public static Option<(string Keys, TimeSpan At)?> Keys(string name, string description) => new(name)
    {
        Description = description,
        HelpName = "KEYS[@TIME]",
        CustomParser = result =>
        {
            string[] parts = One(result).Split('@');
            TimeSpan at = UsualPlace;
            return parts.Length <= 2 && parts[0].Length > 0 && parts[0].All(key => char.IsAsciiDigit(key) || key is '*' or '#') && (parts.Length == 1 || TryTime(parts[1], out at))
                ? (parts[0], TimeSpan.FromMilliseconds(Math.Round(at.TotalMilliseconds / 20) * 20))
                : Refuse<(string, TimeSpan)?>(result, "keys of 0-9, * and #, and maybe a time, as in 123# or 1@5s");
        },
    };

    public static Option<double?> Percent(string name, string description) => new(name)
    {
        Description = description,
        HelpName = "PERCENT",
        CustomParser = result => double.TryParse(One(result).TrimEnd('%'), CultureInfo.InvariantCulture, out double percent) && percent is >= 0 and <= 100
            ? percent
            : Refuse<double?>(result, "a percentage from 0 to 100, as in 3%"),
    };

    public static Option<double> Speed() => new("--speed")
    {
        Description = "How much faster than real time (default 1)",
        HelpName = "FACTOR",
        DefaultValueFactory = _ => 1,
        CustomParser = result => double.TryParse(One(result).TrimEnd('x'), CultureInfo.InvariantCulture, out double speed) && speed is > 0 and <= 1000
            ? speed
            : Refuse<double>(result, "a factor above 0, at most 1000"),
    };

    public static Option<string?> AuthToken() => new("--auth-token")
    {
        Description = "Signs requests (default: TWILIO_AUTH_TOKEN; without one they are unsigned)",
        HelpName = "TOKEN",
    };

    public static Argument<string> Url()
    {
        var url = new Argument<string>("URL") { Description = "The call webhook (http, https) or the media socket (ws, wss)" };
        url.Validators.Add(result =>
        {
            if (result.GetValue(url) is { } text
                && !(Uri.TryCreate(text, UriKind.Absolute, out Uri? uri) && uri.Scheme is "http" or "https" or "ws" or "wss"))
            {
                result.AddError($"'{text}' is not an http, https, ws or wss address");
            }
        });
        return url;
    }

    public static bool TryTime(string text, out TimeSpan time)
    {
        (string number, double ms) = text switch
        {
            _ when text.EndsWith("ms", StringComparison.Ordinal) => (text[..^2], 1),
            _ when text.EndsWith('s') => (text[..^1], 1_000),
            _ when text.EndsWith('m') => (text[..^1], 60_000),
            _ => ("", 0.0),
        };
        bool good = double.TryParse(number, NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out double value)
            && value * ms <= TimeSpan.FromDays(1).TotalMilliseconds;
        time = good ? TimeSpan.FromMilliseconds(value * ms) : default;
        return good;
    }

    private static string One(ArgumentResult result) => result.Tokens.Count == 1 ? result.Tokens[0].Value : "";

    private static T? Refuse<T>(ArgumentResult result, string wanted)
    {
        string option = result.Parent is OptionResult parent ? parent.Option.Name : "the value";
        result.AddError($"{option} takes {wanted}, not '{One(result)}'");
        return default;
    }
}

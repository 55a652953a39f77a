using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using System.Text;
using System.Xml;

namespace Earshot.Engine.MediaStreams;

/// <summary>Builds the answers to the carrier.</summary>
internal static class TwiML
{
    public const string ContentType = "text/xml";

    /// <summary>The longest pause one verb can ask for here: a day.</summary>
    public const int MaxPauseSeconds = 86_400;

    /// <summary>Opens a one-way stream, then goes on. With nothing after it the carrier would hang up at once, so "then" is required.</summary>
    /// <exception cref="ArgumentException"><see cref="TwiMLStream.Problem"/> is not null.</exception>
    public static string Start(TwiMLStream stream, params IReadOnlyList<TwiMLVerb> then)
        => Write([new TwiMLVerb.StartStream(stream), .. then]);

    /// <summary>Opens a two-way stream; what stands in "then" follows when the socket has closed.</summary>
    /// <exception cref="ArgumentException"><see cref="TwiMLStream.Problem"/> is not null.</exception>
    public static string Connect(TwiMLStream stream, params IReadOnlyList<TwiMLVerb> then)
        => Write([new TwiMLVerb.ConnectStream(stream), .. then]);

    /// <summary>Any answer.</summary>
    /// <exception cref="ArgumentException">A stream's <see cref="TwiMLStream.Problem"/> is not null, or a text holds what XML cannot carry.</exception>
    public static string Write(IReadOnlyList<TwiMLVerb> verbs)
    {
        using var text = new Utf8StringWriter();
        using (var xml = XmlWriter.Create(text))
        {
            xml.WriteStartElement("Response");
            foreach (TwiMLVerb verb in verbs)
            {
                Write(xml, verb);
            }

            xml.WriteEndElement();
        }

        return text.ToString();
    }

    /// <summary>
    /// Reads a "then" setting: <c>pause:3600</c>, <c>dial:+15551234567</c>, <c>say:text</c>, <c>redirect:https://…</c> or <c>hangup</c>.
    /// </summary>
    public static bool TryParseThen(string setting, [NotNullWhen(true)] out TwiMLVerb? verb, [NotNullWhen(false)] out string? problem)
    {
        int colon = setting.IndexOf(':', StringComparison.Ordinal);
        string name = (colon < 0 ? setting : setting[..colon]).Trim();
        string value = colon < 0 ? "" : setting[(colon + 1)..].Trim();
        (verb, problem) = name switch
        {
            "hangup" when value.Length == 0 => (new TwiMLVerb.Hangup(), null),
            "pause" when int.TryParse(value, NumberStyles.None, CultureInfo.InvariantCulture, out int seconds)
                && seconds is > 0 and <= MaxPauseSeconds => (new TwiMLVerb.Pause(seconds), null),
            "pause" => Refuse($"pause needs whole seconds from 1 to {MaxPauseSeconds}, as in pause:3600"),
            "dial" when value.Length > 0 => (new TwiMLVerb.Dial(value), null),
            "dial" => Refuse("dial needs a number, as in dial:+15551234567"),
            "say" when value.Length > 0 => (new TwiMLVerb.Say(value), null),
            "say" => Refuse("say needs a text, as in say:Please hold."),
            "redirect" when Uri.TryCreate(value, UriKind.Absolute, out Uri? uri) && uri.Scheme is "http" or "https"
                => (new TwiMLVerb.Redirect(value), null),
            "redirect" => Refuse("redirect needs an http or https address, as in redirect:https://example.com/next"),
            _ => Refuse("known are pause:SECONDS, dial:NUMBER, say:TEXT, redirect:URL and hangup"),
        };
        return verb is not null;

        (TwiMLVerb?, string?) Refuse(string why) => (null, $"\"{setting}\" is not what can follow a stream: {why}.");
    }

    private static void Write(XmlWriter xml, TwiMLVerb verb)
    {
        switch (verb)
        {
            case TwiMLVerb.StartStream start:
                xml.WriteStartElement("Start");
                Write(xml, start.Stream);
                xml.WriteEndElement();
                break;
            case TwiMLVerb.ConnectStream connect:
                xml.WriteStartElement("Connect");
                Write(xml, connect.Stream);
                xml.WriteEndElement();
                break;
            case TwiMLVerb.StopStream stop:
                xml.WriteStartElement("Stop");
                xml.WriteStartElement("Stream");
                Attribute(xml, "name", stop.Name);
                xml.WriteEndElement();
                xml.WriteEndElement();
                break;
            case TwiMLVerb.Say say:
                xml.WriteStartElement("Say");
                Attribute(xml, "loop", say.Loop == 1 ? null : say.Loop.ToString(CultureInfo.InvariantCulture));
                xml.WriteString(say.Text);
                xml.WriteEndElement();
                break;
            case TwiMLVerb.Play play:
                xml.WriteStartElement("Play");
                Attribute(xml, "loop", play.Loop == 1 ? null : play.Loop.ToString(CultureInfo.InvariantCulture));
                xml.WriteString(play.Url);
                xml.WriteEndElement();
                break;
            case TwiMLVerb.Pause pause:
                xml.WriteStartElement("Pause");
                Attribute(xml, "length", pause.Seconds.ToString(CultureInfo.InvariantCulture));
                xml.WriteEndElement();
                break;
            case TwiMLVerb.Dial dial:
                xml.WriteElementString("Dial", dial.Target);
                break;
            case TwiMLVerb.Redirect redirect:
                xml.WriteElementString("Redirect", redirect.Url);
                break;
            case TwiMLVerb.Hangup:
                xml.WriteElementString("Hangup", null);
                break;
            case TwiMLVerb.Reject reject:
                xml.WriteStartElement("Reject");
                Attribute(xml, "reason", reject.Reason);
                xml.WriteEndElement();
                break;
            default:
                throw new ArgumentException($"{verb} cannot be written.", nameof(verb));
        }
    }

    private static void Write(XmlWriter xml, TwiMLStream stream)
    {
        if (stream.Problem() is { } problem)
        {
            throw new ArgumentException(problem, nameof(stream));
        }

        xml.WriteStartElement("Stream");
        xml.WriteAttributeString("url", stream.Url);
        Attribute(xml, "name", stream.Name);
        Attribute(xml, "track", stream.Track);
        Attribute(xml, "statusCallback", stream.StatusCallback);
        Attribute(xml, "statusCallbackMethod", stream.StatusCallbackMethod);
        foreach ((string name, string value) in stream.Parameters)
        {
            xml.WriteStartElement("Parameter");
            xml.WriteAttributeString("name", name);
            xml.WriteAttributeString("value", value);
            xml.WriteEndElement();
        }

        xml.WriteEndElement();
    }

    private static void Attribute(XmlWriter xml, string name, string? value)
    {
        if (value is not null)
        {
            xml.WriteAttributeString(name, value);
        }
    }

    private sealed class Utf8StringWriter : StringWriter
    {
        public override Encoding Encoding => Encoding.UTF8;
    }
}

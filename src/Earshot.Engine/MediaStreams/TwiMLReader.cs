using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using System.Xml;

namespace Earshot.Engine.MediaStreams;

/// <summary>Reads an answer as the carrier does. Document types are refused, so no entity can grow or reach out.</summary>
internal static class TwiMLReader
{
    /// <summary>The longest answer the carrier takes, in characters.</summary>
    public const int MaxCharacters = 64 * 1024;

    private static readonly XmlReaderSettings Settings = new()
    {
        DtdProcessing = DtdProcessing.Prohibit,
        XmlResolver = null,
        MaxCharactersInDocument = MaxCharacters,
        IgnoreComments = true,
        IgnoreProcessingInstructions = true,
    };

    /// <summary>The verbs in their order, or what is wrong, in words.</summary>
    public static bool TryRead(
        string twiml, [NotNullWhen(true)] out IReadOnlyList<TwiMLVerb>? verbs, [NotNullWhen(false)] out string? problem)
    {
        verbs = null;
        try
        {
            using var text = new StringReader(twiml);
            using var xml = XmlReader.Create(text, Settings);
            if (xml.MoveToContent() != XmlNodeType.Element || xml.Name != "Response")
            {
                problem = $"The answer is not TwiML: its root is <{xml.Name}>, not <Response>.";
                return false;
            }

            var found = new List<TwiMLVerb>();
            foreach (Element element in ReadElement(xml).Children)
            {
                found.Add(Verb(element));
            }

            while (xml.Read())
            {
                // To the end: what follows the root must be well formed too.
            }

            verbs = found;
            problem = null;
            return true;
        }
        catch (XmlException error)
        {
            problem = $"The answer is not TwiML: {error.Message}";
            return false;
        }
        catch (FormatException error)
        {
            problem = $"The answer is not TwiML: {error.Message}";
            return false;
        }
    }

    private static TwiMLVerb Verb(Element element) => element.Name switch
    {
        "Start" => Child(element, "Stream") is { } stream ? new TwiMLVerb.StartStream(Stream(stream)) : new TwiMLVerb.Unknown("Start"),
        "Connect" => Child(element, "Stream") is { } stream
            ? new TwiMLVerb.ConnectStream(Stream(stream))
            : new TwiMLVerb.Unknown("Connect"),
        "Stop" => Child(element, "Stream") is { } stream
            ? new TwiMLVerb.StopStream(stream.Attributes.GetValueOrDefault("name"))
            : new TwiMLVerb.Unknown("Stop"),
        "Say" => new TwiMLVerb.Say(element.AllText(), Number(element, "loop", 1)),
        "Play" => new TwiMLVerb.Play(element.AllText(), Number(element, "loop", 1)),
        "Pause" => new TwiMLVerb.Pause(Number(element, "length", 1)),
        "Dial" => new TwiMLVerb.Dial(element.AllText()),
        "Redirect" => new TwiMLVerb.Redirect(element.AllText()),
        "Hangup" => new TwiMLVerb.Hangup(),
        "Reject" => new TwiMLVerb.Reject(element.Attributes.GetValueOrDefault("reason", "rejected")),
        string name => new TwiMLVerb.Unknown(name),
    };

    private static TwiMLStream Stream(Element element) => new()
    {
        Url = element.Attributes.GetValueOrDefault("url", ""),
        Name = element.Attributes.GetValueOrDefault("name"),
        Track = element.Attributes.GetValueOrDefault("track"),
        StatusCallback = element.Attributes.GetValueOrDefault("statusCallback"),
        StatusCallbackMethod = element.Attributes.GetValueOrDefault("statusCallbackMethod"),
        Parameters =
        [
            .. element.Children.Where(child => child.Name == "Parameter").Select(child => KeyValuePair.Create(
                child.Attributes.GetValueOrDefault("name", ""), child.Attributes.GetValueOrDefault("value", ""))),
        ],
    };

    private static Element? Child(Element element, string name) => element.Children.Find(child => child.Name == name);

    private static int Number(Element element, string name, int absent)
        => !element.Attributes.TryGetValue(name, out string? text) ? absent
            : int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out int number) ? number
            : throw new FormatException($"{name} of <{element.Name}> is \"{text}\", not a whole number.");

    /// <summary>Reads the element the reader stands on. Nesting is bounded by hand: recursion must not end in a stack overflow.</summary>
    private static Element ReadElement(XmlReader xml)
    {
        const int deepest = 16;
        if (xml.Depth > deepest)
        {
            throw new FormatException($"it nests deeper than {deepest} levels.");
        }

        var element = new Element(xml.Name);
        bool empty = xml.IsEmptyElement;
        while (xml.MoveToNextAttribute())
        {
            element.Attributes[xml.Name] = xml.Value;
        }

        xml.MoveToElement();
        while (!empty && xml.Read() && xml.NodeType != XmlNodeType.EndElement)
        {
            if (xml.NodeType == XmlNodeType.Element)
            {
                element.Children.Add(ReadElement(xml));
            }
            else if (xml.NodeType is XmlNodeType.Text or XmlNodeType.CDATA)
            {
                element.Text.Add(xml.Value);
            }
        }

        return element;
    }

    private sealed record Element(string Name)
    {
        public Dictionary<string, string> Attributes { get; } = new(StringComparer.Ordinal);

        public List<Element> Children { get; } = [];

        public List<string> Text { get; } = [];

        /// <summary>Own text, then the children's (a number in <c>Dial</c>, an emphasis in <c>Say</c>).</summary>
        public string AllText()
            => string.Join(' ', Text.Concat(Children.Select(child => child.AllText())).Select(text => text.Trim()).Where(text => text.Length > 0));
    }
}

using System.Globalization;
using System.Text;
using Earshot.Engine.Calls;

namespace Earshot.Engine.Transcription;

/// <summary>A conversation as text for people, and as subtitles.</summary>
internal static class ConversationText
{
    /// <summary>A line each: place, speaker, text; what is doubted says why.</summary>
    public static string Txt(IReadOnlyList<ConversationLine> lines)
    {
        var text = new StringBuilder();
        foreach (ConversationLine line in lines)
        {
            string said = OneLine(line.Text);
            text.Append(CultureInfo.InvariantCulture, $"[{Place(line.StartSeconds)}] ");
            if (line.Speaker.Length > 0) text.Append(Name(line.Speaker)).Append(": ");
            if (line.WithoutSpeech) text.Append(CultureInfo.InvariantCulture, $"(nobody speaks; the engine wrote \"{said}\")");
            else text.Append(said);
            if (line.Doubted && !line.WithoutSpeech) text.Append(CultureInfo.InvariantCulture, $"  (doubted: {string.Join("; ", line.Doubts.Select(d => d.Message))})");
            text.Append('\n');
        }
        return text.ToString();
    }

    /// <summary>SubRip. What was said over no speech is left out; what is doubted ends with a question mark in brackets.</summary>
    public static string Srt(IReadOnlyList<ConversationLine> lines)
    {
        var text = new StringBuilder();
        int number = 0;
        foreach (ConversationLine line in lines.Where(l => !l.WithoutSpeech))
        {
            // Two arrows within a text would end the cue's head.
            string said = ((line.Speaker.Length > 0 ? Name(line.Speaker) + ": " : "") + Marked(line)).Replace("-->", "- ->", StringComparison.Ordinal);
            text.Append(CultureInfo.InvariantCulture, $"{++number}\n{Clock(line.StartSeconds, ',')} --> {Clock(End(line), ',')}\n{said}\n\n");
        }
        return text.ToString();
    }

    /// <summary>WebVTT, the speaker as its voice.</summary>
    public static string Vtt(IReadOnlyList<ConversationLine> lines)
    {
        var text = new StringBuilder("WEBVTT\n\n");
        foreach (ConversationLine line in lines.Where(l => !l.WithoutSpeech))
            text.Append(CultureInfo.InvariantCulture, $"{Clock(line.StartSeconds, '.')} --> {Clock(End(line), '.')}\n{(line.Speaker.Length > 0 ? $"<v {Escaped(Name(line.Speaker))}>" : "")}{Escaped(Marked(line))}\n\n");
        return text.ToString();
    }

    /// <summary>Minutes, seconds and tenths.</summary>
    public static string Place(double seconds)
    {
        double tenths = Math.Round(seconds * 10);
        return string.Create(CultureInfo.InvariantCulture, $"{(int)(tenths / 600)}:{tenths % 600 / 10:00.0}");
    }

    /// <summary>A speaker's name, which comes from outside: on one line and fit for a terminal.</summary>
    public static string Name(string speaker) => LogText.Clean(OneLine(speaker));

    private static string Marked(ConversationLine line) => OneLine(line.Text) + (line.Doubted ? " (?)" : "");

    private static double End(ConversationLine line) => Math.Max(line.EndSeconds, line.StartSeconds + 0.001);

    private static string OneLine(string text) => string.Join(' ', text.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries).Select(w => new string([.. w.Where(c => !char.IsControl(c))])));

    private static string Escaped(string text) => text.Replace("&", "&amp;", StringComparison.Ordinal).Replace("<", "&lt;", StringComparison.Ordinal).Replace(">", "&gt;", StringComparison.Ordinal);

    private static string Clock(double seconds, char mark)
    {
        var time = TimeSpan.FromMilliseconds(Math.Round(Math.Max(seconds, 0) * 1000));
        return string.Create(CultureInfo.InvariantCulture, $"{(int)time.TotalHours:00}:{time.Minutes:00}:{time.Seconds:00}{mark}{time.Milliseconds:000}");
    }
}

using Earshot.Engine.Transcription;

namespace Earshot.Engine.Tests.Transcription;

/// <summary>Conversations as text: a speaker's name comes from outside, and stays one name on one line.</summary>
public sealed class ConversationTextTests
{
    private const string Forged = "eve\n\n2\n00:00:05,000 --> 00:00:09,000\r---> \u001b[31mbob\u2028carl\u202e";

    [Fact]
    public void A_speakers_name_makes_no_line_and_no_cue_of_its_own()
    {
        ConversationLine[] lines = [new() { RecordingId = "r", Track = "inbound", Speaker = Forged, StartSeconds = 1, EndSeconds = 2, Text = "hello" }];
        string txt = ConversationText.Txt(lines), srt = ConversationText.Srt(lines), vtt = ConversationText.Vtt(lines);
        txt.ShouldStartWith("[0:01.0] eve 2 00:00:05,000 --");
        txt.Split('\n').Length.ShouldBe(2);
        srt.Split('\n').Length.ShouldBe(5);
        vtt.Split('\n').Length.ShouldBe(6);
        vtt.ShouldContain("<v eve 2 00:00:05,000 --&gt; ");
        foreach (string text in (string[])[txt, srt, vtt])
        {
            text.Where(c => c != '\n' && (char.IsControl(c) || c is '\u2028' or '\u202e')).ShouldBeEmpty();
            text.ShouldContain("hello");
        }
        foreach (string subtitles in (string[])[srt, vtt]) subtitles.Split("-->").Length.ShouldBe(2);
    }
}

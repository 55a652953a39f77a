using Earshot.Engine.Catalog;
using Earshot.Testing;

namespace Earshot.Engine.Tests.Catalog;

/// <summary>The search takes whatever is typed.</summary>
public sealed class TranscriptStoreTests
{
    [Theory]
    [InlineData("red\0car")]
    [InlineData("car\0")]
    [InlineData("\0car\u0001red")]
    [InlineData("\"red\0car\"")]
    public async Task Control_characters_in_a_search_part_words(string typed)
    {
        await using var rig = new EngineRig();
        rig.Get<CallStore>().Save(new CallRow { CallSid = "CA1", State = "complete", StartedAt = ManualTimeProvider.Begin });
        TranscriptStore store = rig.Get<TranscriptStore>();
        var row = new TranscriptRow { RecordingId = "r", Kind = TranscriptKinds.Final, CallSid = "CA1", Transcriber = "t", State = "text", Document = "{}", MadeAt = ManualTimeProvider.Begin };
        store.Save(row, ["The red car is here"]).ShouldBeTrue();
        store.Snippets(TranscriptStore.Match(typed)!, ["CA1"]).Keys.ShouldBe(["CA1"]);
    }

    [Fact]
    public void Control_characters_alone_are_no_word() => TranscriptStore.Match("\0\u0001 \u007f").ShouldBeNull();
}

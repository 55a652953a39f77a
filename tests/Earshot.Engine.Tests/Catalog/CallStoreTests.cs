using Earshot.Engine.Catalog;
using Earshot.Testing;

namespace Earshot.Engine.Tests.Catalog;

public sealed class CallStoreTests
{
    private static readonly DateTimeOffset Begin = ManualTimeProvider.Begin;

    [Fact]
    public async Task Calls_are_listed_newest_first_and_in_pages()
    {
        await using var rig = new EngineRig();
        CallStore store = rig.Get<CallStore>();
        for (int i = 0; i < 5; i++) store.Save(Call($"CA{i}") with { StartedAt = Begin.AddSeconds(i) });
        store.List(null, 3).Select(c => c.CallSid).ShouldBe(["CA4", "CA3", "CA2"]);
        store.List(Begin.AddSeconds(2), 10).Select(c => c.CallSid).ShouldBe(["CA1", "CA0"]);
        store.Count().ShouldBe(5);
    }

    [Fact]
    public async Task What_is_known_of_a_call_is_not_forgotten_by_what_knows_less()
    {
        await using var rig = new EngineRig();
        CallStore store = rig.Get<CallStore>();
        store.Save(Call("CA1") with { FromNumber = "+1", ToNumber = "+2", Direction = "inbound", State = "webhook" });
        store.Save(Call("CA1") with { StartedAt = Begin.AddSeconds(1), DurationSeconds = 3, State = "complete", EndReason = "stop" });
        CallRow row = store.Find("CA1")!;
        (row.FromNumber, row.ToNumber, row.Direction, row.State, row.StartedAt, row.DurationSeconds).ShouldBe(("+1", "+2", "inbound", "complete", Begin, 3));
    }

    [Theory]
    [InlineData("CA_", 1)]
    [InlineData("CA%", 1)]
    [InlineData("CA", 3)]
    [InlineData("ca", 0)]
    [InlineData("'; DROP TABLE calls; --", 0)]
    public async Task A_beginning_is_taken_word_for_word(string text, int found)
    {
        await using var rig = new EngineRig();
        foreach (string sid in (string[])["CA_1", "CA%2", "CAx3"]) rig.Get<CallStore>().Save(Call(sid));
        rig.Get<CallStore>().StartingWith(text, 10).Count.ShouldBe(found);
    }

    [Fact]
    public async Task Two_processes_may_open_a_new_catalog_at_once()
    {
        using var folder = new TemporaryFolder();
        string url = "sqlite:" + folder.Sub("new/earshot.db");
        await Task.WhenAll(Enumerable.Range(0, 6).Select(i => Task.Run(() =>
        {
            var store = new CallStore(new CatalogDatabase(url));
            for (int n = 0; n < 10; n++) store.Save(Call($"CA{i}-{n}"));
        })));
        new CallStore(new CatalogDatabase(url)).Count().ShouldBe(60);
    }

    [Fact]
    public void Another_kind_of_database_is_refused_without_its_password()
    {
        NotSupportedException refused = Should.Throw<NotSupportedException>(() => new CatalogDatabase("postgres://user:secret@host/db"));
        refused.Message.ShouldNotContain("secret");
        refused.Message.ShouldContain("sqlite:PATH");
    }

    private static CallRow Call(string sid) => new() { CallSid = sid, State = "complete", StartedAt = Begin };
}

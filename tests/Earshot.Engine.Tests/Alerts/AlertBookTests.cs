using Earshot.Engine.Alerts;
using Earshot.Engine.Analysis;
using Earshot.Engine.Catalog;
using Earshot.Testing;

namespace Earshot.Engine.Tests.Alerts;

/// <summary>When an alert opens, is told, keeps quiet, and is over.</summary>
public sealed class AlertBookTests : IAsyncLifetime
{
    private static readonly TimeSpan Quiet = TimeSpan.FromHours(1);

    private readonly ManualTimeProvider time = new();
    private readonly EngineRig rig;

    public AlertBookTests() => rig = new EngineRig(time: time, configure: o =>
    {
        o.Alerts.Deliveries["a"] = new() { Kind = "webhook", Url = "http://a.example/", Secret = "s" };
        o.Alerts.Deliveries["b"] = new() { Kind = "webhook", Url = "http://b.example/", Secret = "s" };
        o.Alerts.LinkBase = "https://earshot.example/";
        o.Alerts.Rules["bad"] = new() { When = "finding", Quiet = Quiet };
        o.Alerts.Rules["many"] = new() { When = "finding", Quiet = Quiet, Percent = 50, Calls = 4, LeastCalls = 2, Deliveries = "b" };
        o.Alerts.Rules["hour"] = new() { When = "finding", Quiet = Quiet, Percent = 100, Within = TimeSpan.FromMinutes(30), LeastCalls = 1, Deliveries = "none" };
        o.Alerts.Rules["live"] = new() { When = "live-silence", Quiet = Quiet, Deliveries = "a" };
    });

    private AlertBook Book => rig.Get<AlertBook>();

    private AlertStore Store => rig.Get<AlertStore>();

    public ValueTask InitializeAsync() => ValueTask.CompletedTask;

    public ValueTask DisposeAsync() => rig.DisposeAsync();

    [Fact]
    public void A_bad_call_is_told_once_to_each_delivery_with_its_place()
    {
        Look("bad", "CA1", isBad: true);
        Look("bad", "CA1", isBad: true); // Analysed again.
        AlertRow alert = Store.Latest("bad")!;
        (alert.State, alert.Count, alert.CallSid, alert.Severity).ShouldBe(("open", 1, "CA1", "error"));
        AlertNotice[] told = Told("bad");
        told.Select(n => n.Event).ShouldBe(["opened", "opened"]);
        told.Select(n => n.Id).Distinct().Count().ShouldBe(2);
        told.ShouldAllBe(n => n.Id.Length == 36);
        (told[0].Url, told[0].CallSid).ShouldBe(("https://earshot.example/calls/CA1#verdict", "CA1"));
        Store.Deliveries(alert.Id).Select(d => d.Delivery).ShouldBe(["a", "b"]);
    }

    [Fact]
    public void A_good_call_is_not_told() => (Look("bad", "CA1", isBad: false), Store.Latest("bad")).ShouldBe((0, null));

    [Fact]
    public void Further_calls_are_counted_in_quiet_and_told_after_it()
    {
        Look("bad", "CA1", isBad: true);
        Pass(minutes: 40);
        Look("bad", "CA2", isBad: true);
        (Store.Latest("bad")!.Count, Told("bad").Length).ShouldBe((2, 2));
        Store.Matches("bad", DateTimeOffset.MinValue, time.GetUtcNow(), 10).Select(l => l.CallSid).ShouldBe(["CA2", "CA1"]);
        Pass(minutes: 30); // More than the quiet period since it was told, less since the last call.
        Told("bad").Select(n => (n.Event, n.CallSid)).Skip(2).ShouldBe([("repeated", "CA2"), ("repeated", "CA2")]);
    }

    [Fact]
    public void It_is_resolved_when_no_call_matches_for_the_quiet_period()
    {
        Look("bad", "CA1", isBad: true);
        Pass(minutes: 59);
        Store.Latest("bad")!.State.ShouldBe("open");
        Pass(minutes: 1);
        AlertRow alert = Store.Latest("bad")!;
        (alert.State, alert.ResolvedAt, alert.Resolution).ShouldBe(("resolved", time.GetUtcNow(), "no further call matched for 1 h"));
        Told("bad")[^1].ShouldSatisfyAllConditions(n => n.Event.ShouldBe("resolved"), n => n.Message.ShouldContain("It was: technician, hum"));
        Pass(minutes: 120);
        Told("bad").Length.ShouldBe(4);
        Look("bad", "CA2", isBad: true);
        (Store.List(9).Count, Store.Latest("bad")!.Count).ShouldBe((2, 1));
    }

    [Fact]
    public void A_rate_opens_at_its_share_and_ends_below_it()
    {
        Look("many", "CA1", isBad: true); // One call says nothing.
        Store.Latest("many").ShouldBeNull();
        Look("many", "CA2", isBad: true);
        Store.Latest("many")!.ShouldSatisfyAllConditions(a => a.State.ShouldBe("open"), a => a.Message.ShouldStartWith("2 of the last 2 calls (100 %) match"), a => a.CallSid.ShouldBe(""));
        foreach (string good in (string[])["CA3", "CA4"]) Look("many", good, isBad: false);
        Store.Latest("many")!.State.ShouldBe("open"); // Just half.
        Look("many", "CA5", isBad: false); // CA1 is out of the last four.
        Store.Latest("many")!.State.ShouldBe("resolved");
        Told("many").Select(n => n.Event).ShouldBe(["opened", "resolved"]);
    }

    [Fact]
    public void A_rate_over_a_time_ends_when_its_calls_are_past()
    {
        Look("hour", "CA1", isBad: true);
        Store.Latest("hour")!.State.ShouldBe("open");
        Pass(minutes: 31);
        Book.Rate(Rule("hour"));
        (Store.Latest("hour")!.State, Store.Latest("hour")!.Resolution).ShouldBe(("resolved", "no call came in that time"));
        Told("hour").ShouldBeEmpty(); // The page alone.
    }

    [Fact]
    public void What_flaps_is_told_once_and_again_only_if_it_stays()
    {
        AlertHit hit = new("MZ1/inbound", "CA1", Severity.Warning, "technician has been silent for 30 s", "/calls/CA1");
        for (int i = 0; i < 3; i++)
        {
            Book.Begin(Rule("live"), hit);
            Pass(minutes: 1);
            Book.End(Rule("live"), "heard again");
        }
        Told("live").Select(n => n.Event).ShouldBe(["opened", "resolved"]);
        Book.Begin(Rule("live"), hit);
        Pass(minutes: 57);
        Told("live").Length.ShouldBe(2);
        Pass(minutes: 5);
        Told("live").Select(n => n.Event).ShouldBe(["opened", "resolved", "opened"]);
        (Store.List(9).Count, Store.Latest("live")!.Count).ShouldBe((1, 4));
    }

    /// <summary>A process that dies between the look and what follows from it: the look is not kept either, so the call is looked at again.</summary>
    [Fact]
    public void A_look_whose_alert_was_not_stored_is_none()
    {
        using (AlertChange change = Store.Change())
        {
            change.Note(new AlertLook { Rule = "bad", Condition = Rule("bad").Condition, Subject = "CA1", CallSid = "CA1", At = time.GetUtcNow(), Matched = true }).ShouldBeTrue();
        }
        Look("bad", "CA1", isBad: true);
        (Store.Latest("bad")!.Count, Told("bad").Length).ShouldBe((1, 2));
    }

    [Fact]
    public void An_old_call_wakes_nobody()
    {
        Book.Look(Rule("bad"), Ended("CA1", isBad: true) with { EndedAt = time.GetUtcNow() - TimeSpan.FromDays(2) });
        Store.Latest("bad").ShouldBeNull();
    }

    private AlertRule Rule(string name) => rig.Get<AlertRules>().Find(name)!;

    private int Look(string rule, string callSid, bool isBad)
    {
        time.Advance(TimeSpan.FromSeconds(1));
        Book.Look(Rule(rule), Ended(callSid, isBad));
        return Told(rule).Length;
    }

    private EndedCall Ended(string callSid, bool isBad) => new()
    {
        CallSid = callSid, EndedAt = time.GetUtcNow(),
        Findings = isBad ? [new(new Finding { Code = "hum", Severity = Severity.Error, Message = "It hums.", Advice = "" }, "inbound", "technician")] : [],
    };

    private void Pass(int minutes)
    {
        time.Advance(TimeSpan.FromMinutes(minutes));
        Book.Tick(rig.Get<AlertRules>(), _ => false);
    }

    private AlertNotice[] Told(string rule) => Store.Latest(rule) is { } alert ? [.. Store.Deliveries(alert.Id).Select(d => AlertNotice.FromJson(d.Notice))] : [];
}

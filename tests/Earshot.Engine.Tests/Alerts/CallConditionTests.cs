using Earshot.Engine.Alerts;
using Earshot.Engine.Analysis;
using Earshot.Engine.Calls;

namespace Earshot.Engine.Tests.Alerts;

/// <summary>One table: a rule, and whether it holds for the call below.</summary>
public sealed class CallConditionTests
{
    private static readonly EndedCall Call = new()
    {
        CallSid = "CA1",
        Stages = [Reached(CallStage.SocketAccepted), Reached(CallStage.Connected), Reached(CallStage.FirstMedia, Track.Inbound), Reached(CallStage.LevelMeasured, Track.Inbound)],
        Findings =
        [
            new(Found("lost-audio", Severity.Error) with { StartSeconds = 65.25, Places = [new(65.25, 66)] }, "outbound", "agent"), new(Found("too-quiet", Severity.Warning), "inbound", "technician"), new(Found("echo", Severity.Warning), null, "both sides"),
            new(Found("long-silence", Severity.Info), "inbound", "technician"),
        ],
        Measures = [new("rmsDbfs", "inbound", "technician", -41.25), new("rmsDbfs", "outbound", "agent", -20), new("responseLatencyP95Ms", null, "both sides", 2600)],
        UnwrittenMs = 40,
        Trouble = "no space left",
    };

    [Theory]
    [InlineData("finding", "", "", "", "agent, lost-audio, at 0:01:05.2: It is lost-audio.")]
    [InlineData("finding", "Severity=warning", "", "", "agent, lost-audio, at 0:01:05.2: It is lost-audio. (2 more findings)")]
    [InlineData("finding", "Severity=warning", "inbound", "", "technician, too-quiet: It is too-quiet.")]
    [InlineData("finding", "Severity=info;Finding=long-silence", "", "", "technician, long-silence")]
    [InlineData("finding", "Finding=too-quiet", "", "", null)]
    [InlineData("finding", "", "inbound", "", null)]
    [InlineData("finding", "Severity=info;Finding=hum", "", "", null)]
    [InlineData("measure", "Below=-40", "", "rmsDbfs", "technician: rmsDbfs is -41.25, below the bound of -40")]
    [InlineData("measure", "Below=-40", "outbound", "rmsDbfs", null)]
    [InlineData("measure", "Below=-41.25", "", "rmsDbfs", null)]
    [InlineData("measure", "Above=2500", "", "responselatencyp95ms", "both sides: responseLatencyP95Ms is 2600, above the bound of 2500")]
    [InlineData("measure", "Above=2600", "", "responseLatencyP95Ms", null)]
    [InlineData("measure", "Above=0", "", "stalls", null)]
    [InlineData("stage", "Stage=4", "", "", null)]
    [InlineData("stage", "Stage=5", "", "", "never got to stage 5, start: recording opened; it came as far as stage 4, connected")]
    [InlineData("stage", "Stage=6", "", "", null)]
    [InlineData("stage", "Stage=6", "outbound", "", "outbound: the call never got to stage 6")]
    [InlineData("stage", "Stage=10", "", "", "never got to stage 10, written to WAV; it came as far as stage 6, first media")]
    [InlineData("stage", "Stage=1", "", "", "it reached none before it either")]
    [InlineData("recording-errors", "", "", "", "40 ms of audio could not be written: no space left")]
    public void A_rule_holds_or_not(string when, string more, string track, string measure, string? words)
    {
        var options = new AlertRuleOptions { When = when, Track = track, Measure = measure };
        foreach (string[] pair in more.Split(';', StringSplitOptions.RemoveEmptyEntries).Select(p => p.Split('=')))
        {
            System.Reflection.PropertyInfo property = typeof(AlertRuleOptions).GetProperty(pair[0])!;
            Type type = Nullable.GetUnderlyingType(property.PropertyType) ?? property.PropertyType;
            property.SetValue(options, Convert.ChangeType(pair[1], type, System.Globalization.CultureInfo.InvariantCulture));
        }
        AlertHit? hit = CallConditions.Match(new AlertRule("rule", options, []), Call);
        if (words is null) hit.ShouldBeNull();
        else hit.ShouldNotBeNull().Message.ShouldContain(words);
        if (hit is not null) (hit.CallSid, hit.Link.StartsWith("/calls/CA1", StringComparison.Ordinal)).ShouldBe(("CA1", true));
    }

    [Theory]
    [InlineData(null, null, "/calls/CA1#t=12.35")]
    [InlineData("inbound", null, "/calls/CA1#t=12.35&track=inbound")]
    [InlineData("outbound", "MZ2", "/calls/CA1#t=12.35&track=outbound&stream=MZ2")]
    public void A_finding_links_to_its_place(string? track, string? stream, string link)
    {
        var finding = new Finding { Code = "clicks", Severity = Severity.Error, Message = "It clicks.", Advice = "", StartSeconds = 12.3456, Places = [new TimeRange(12.3456, 12.35)] };
        var call = new EndedCall { CallSid = "CA1", Findings = [new CallFinding(finding, track, "x") { StreamSid = stream }] };
        CallConditions.Match(new AlertRule("rule", new() { When = "finding" }, []), call)!.Link.ShouldBe(link);
    }

    [Fact]
    public void What_was_not_to_be_recorded_misses_no_stage_of_recording()
    {
        EndedCall off = Call with { Recorded = false };
        CallConditions.Match(new AlertRule("rule", new() { When = "stage", Stage = 10 }, []), off).ShouldBeNull();
        CallConditions.Match(new AlertRule("rule", new() { When = "stage", Stage = 1 }, []), off).ShouldNotBeNull();
        CallConditions.Match(new AlertRule("rule", new() { When = "recording-errors" }, []), Call with { UnwrittenMs = 0, Trouble = "" }).ShouldBeNull();
    }

    private static StageReached Reached(CallStage stage, Track? track = null) => new(stage, track, DateTimeOffset.UnixEpoch);

    private static Finding Found(string code, Severity severity) => new() { Code = code, Severity = severity, Message = $"It is {code}.", Advice = "" };
}

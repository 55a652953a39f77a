using Earshot.Engine.Catalog;
using Earshot.Engine.Jobs;

namespace Earshot.Engine.Alerts;

/// <summary>Holds a call that has been analysed against the rules.</summary>
internal sealed class AlertStep(CallStore calls, AnalysisStore analyses, AlertRules rules, AlertBook book, AlertOptions options) : IAfterWorkStep
{
    public string Name => "alerts";

    public Task RunAsync(string callSid, CancellationToken cancellation)
    {
        AlertRule[] due = [.. rules.All.Where(r => r.Kind.IsOfCalls())];
        if (due.Length == 0 || EndedCall.Read(calls, analyses, callSid) is not { } call || (call.IsImported && !options.Imported)) return Task.CompletedTask;
        foreach (AlertRule rule in due) book.Look(rule, call);
        return Task.CompletedTask;
    }
}

using Earshot.Engine.Calls;
using Earshot.Engine.Catalog;
using Earshot.Engine.Recording;

using Earshot.Server.Layout;

namespace Earshot.Server.Calls;

/// <summary>Says in words what the catalog's filter for problems selects by.</summary>
internal static class CallProblems
{
    /// <summary>A call whose webhook was answered should have its stream after this.</summary>
    public static readonly TimeSpan StreamPatience = TimeSpan.FromSeconds(30);

    /// <param name="call">The call.</param>
    /// <param name="recordings">Its recordings.</param>
    /// <param name="running">True while a stream of it runs: what is not there yet may still come.</param>
    /// <param name="now">This moment.</param>
    /// <param name="badFinding">The worst that the analysis of a bad call found; null where that is told elsewhere.</param>
    public static IReadOnlyList<CallProblem> Of(CallListRow call, IReadOnlyList<RecordingDetail> recordings, bool running, DateTimeOffset now, string? badFinding)
    {
        var problems = new List<CallProblem>();
        void Add(bool present, string code, string text)
        {
            if (present) problems.Add(new CallProblem(code, text));
        }

        // Of the worst track: what breaks the line breaks both, and is one trouble to the one who listens.
        double lostMs = recordings.Select(r => r.LostMs).DefaultIfEmpty().Max(), unwrittenMs = recordings.Select(r => r.UnwrittenMs).DefaultIfEmpty().Max();
        long stalls = recordings.Select(r => r.Stalls).DefaultIfEmpty().Max();
        bool isOver = call.State is RecordingStates.Complete or RecordingStates.Recovered;
        Add(call.State == "webhook" && !running && now - call.StartedAt > StreamPatience, "no-stream", "the media stream never came");
        Add(isOver && !running && call.RecordedStreams > 0 && recordings.Count == 0, "no-audio", "no audio came");
        Add(unwrittenMs > 0, "unwritten", $"{Display.Ms(unwrittenMs)} received but not written to disk");
        Add(call.Troubles > 0, EventKinds.RecordingTrouble, "the disk did not take the audio for a time");
        Add(call.JournalMissing > 0, "journal-gap", $"{Display.Count(call.JournalMissing, "message")} missing in the journal");
        Add(lostMs > 0, EventKinds.Loss, $"{Display.Ms(lostMs)} of audio never came");
        Add(badFinding is not null, "analysis", badFinding ?? "");
        Add(stalls > 0, EventKinds.Stall, $"{Display.Count(stalls, "stall")} in delivery");
        Add(call.EndReason.Length > 0 && call.EndReason is not ("stop" or "status-callback" or "recovered" or "bot-closed" or "agent-hung-up"), "ended-badly", Display.EndReason(call.EndReason));
        Add(call.State == RecordingStates.Recovered, "recovered", "cut off, and completed from the journal");
        // The outbound side may well say nothing: TwiML that only pauses does.
        Add(recordings.Any(r => !r.Running && r.Track == Track.Inbound.Name() && r.RmsDbfs is null), "silent", "inbound is digital silence from start to end");
        Add(call.CarrierErrors > 0, EventKinds.Status, "the carrier reported a stream error");
        Add(call.Malformed > 0, EventKinds.Malformed, $"{Display.Count(call.Malformed, "message")} could not be used");
        return problems;
    }
}

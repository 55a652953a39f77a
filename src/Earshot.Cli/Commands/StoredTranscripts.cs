using Earshot.Audio.Wave;
using Earshot.Cli.Output;
using Earshot.Engine.AfterCall;
using Earshot.Engine.Calls;
using Earshot.Engine.Catalog;
using Earshot.Engine.Transcription;

namespace Earshot.Cli.Commands;

/// <summary><c>earshot transcribe --all</c> and <c>--call</c>: the words of calls of the store, kept there.</summary>
internal static class StoredTranscripts
{
    private static readonly string[] States = [TranscriptStates.Text, TranscriptStates.NoSpeech, TranscriptStates.SpeechWithoutText, TranscriptStates.Failed];

    public static async Task<int> Run(StoreSession session, string? call, bool staleAlone, string? language, bool json, CancellationToken stop)
    {
        IReadOnlyList<string> calls;
        if (call is not null)
        {
            if (CallArgument.Find(session.Get<CallStore>(), call) is not { } found) return ExitCodes.Unreadable;
            calls = [found.CallSid];
        }
        else
        {
            ITranscriber engine = session.Get<Transcribers>().Chosen!;
            calls = staleAlone ? session.Get<TranscriptStore>().StaleCalls(Transcript.CurrentTranscriber, engine.Engine, engine.Model) : session.Get<AnalysisStore>().RecordedCalls();
        }
        var made = new List<Transcript>();
        var unread = new List<string>();
        using (var line = new ProgressLine($"{calls.Count} calls", calls.Count, TimeProvider.System))
        {
            for (int i = 0; i < calls.Count; i++)
            {
                line.Tell(i);
                try
                {
                    made.AddRange((await session.Get<TranscriptionStep>().RunAsync(calls[i], again: !staleAlone || IsOfAnotherEngine(session, calls[i]), language, stop)).Select(m => m.Made));
                }
                catch (Exception e) when (e is WaveFormatException or IOException or UnauthorizedAccessException)
                {
                    unread.Add(calls[i]);
                    Console.Error.WriteLine($"earshot transcribe: {LogText.Clean(calls[i])}: {LogText.Clean(e.Message)}");
                }
            }
        }
        foreach (string reason in made.Where(t => t.State == TranscriptStates.Failed).Select(t => t.Reason).Distinct()) Console.Error.WriteLine($"earshot transcribe: {LogText.Clean(reason)}");
        int[] counts = [.. States.Select(s => made.Count(t => t.State == s))];
        if (json) Report.Json(new { calls = calls.Count, recordings = made.Count, text = counts[0], noSpeech = counts[1], speechWithoutText = counts[2], failed = counts[3], sentSeconds = Math.Round(made.Sum(t => t.SentSeconds), 1), costDollars = Math.Round(made.Sum(t => t.CostDollars), 4) });
        else Console.WriteLine(FormattableString.Invariant($"{calls.Count} calls, {made.Count} recordings: {counts[0]} with text, {counts[1]} without speech, {counts[2]} with speech but no text, {counts[3]} failed; {made.Sum(t => t.SentSeconds):0} s of speech sent, {made.Sum(t => t.CostDollars):0.####} dollars"));
        return unread.Count > 0 ? ExitCodes.Unreadable : counts[2] + counts[3] > 0 ? ExitCodes.Findings : ExitCodes.Ok;
    }

    /// <summary>True where any side's words came from another engine or model: then all sides are made anew. What is missing, failed or of another version is made without that.</summary>
    private static bool IsOfAnotherEngine(StoreSession session, string callSid)
    {
        ITranscriber engine = session.Get<Transcribers>().Chosen!;
        return session.Get<TranscriptStore>().OfCall(callSid).Any(t => t.Kind == TranscriptKinds.Final && t.State != TranscriptStates.Failed && (t.Engine != engine.Engine || t.Model != engine.Model));
    }
}

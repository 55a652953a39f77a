using System.Text.Json;
using Earshot.Audio.Detection;
using Earshot.Audio.Wave;
using Earshot.Engine.Analysis;
using Earshot.Engine.Calls;
using Earshot.Engine.Catalog;
using Earshot.Engine.Jobs;
using Earshot.Engine.Recording;
using Earshot.Engine.Timeline;
using Earshot.Engine.Transcription;

namespace Earshot.Engine.AfterCall;

/// <summary>Analyses every recording of a call, and both sides together, and stores what it finds in catalog and manifests. What is analysed by the present version is left.</summary>
internal sealed class AnalysisStep(CallStore calls, AnalysisStore analyses, TranscriptStore transcripts, ManifestStore manifests, TimelineExport timelines, AnalysisOptions options, ISpeechDetector detector, TimeProvider time) : IAfterWorkStep
{
    public string Name => "analysis";

    public Task RunAsync(string callSid, CancellationToken cancellation)
    {
        Run(callSid, again: false, cancellation);
        return Task.CompletedTask;
    }

    /// <summary>Analyses a call now.</summary>
    /// <param name="callSid">Which.</param>
    /// <param name="again">What the present version has analysed too.</param>
    /// <param name="cancellation">Stops between two blocks of samples.</param>
    /// <returns>Recordings that were analysed.</returns>
    public int Run(string callSid, bool again, CancellationToken cancellation)
    {
        IReadOnlyList<RecordingRow> recordings = calls.Recordings(callSid);
        int made = recordings.Count(r => One(r, again, cancellation));
        bool hasBothSides = recordings.Select(r => r.Track).Distinct(StringComparer.Ordinal).Count() > 1;
        if (hasBothSides && (made > 0 || analyses.Find(callSid)?.Analyzer != AnalysisReport.CurrentAnalyzer)) BothSides(callSid, cancellation);
        return made;
    }

    private bool One(RecordingRow recording, bool again, CancellationToken cancellation)
    {
        if (!again && analyses.Find(recording.Id)?.Analyzer == AnalysisReport.CurrentAnalyzer) return false;
        IReadOnlyList<SegmentRow> segments = calls.Segments(recording.Id);
        // Nothing was written, or it was moved away: the call's problems and its player say so.
        if (segments.Sum(s => s.Samples) == 0 || !segments.All(s => manifests.Storage.Exists(s.File))) return false;
        RecordingManifest? manifest = manifests.ReadRecording(recording.Id);
        using var audio = new SegmentStream(manifests.Storage, segments);
        using var reader = new WaveReader(audio);
        AnalysisReport report = RecordingAnalyzer.Analyze(reader, options, detector, segments[0].File, manifest is null ? null : RecordingFacts.From(manifest), cancellation: cancellation);
        if (IsPlayedByTwiML(manifest)) report = UnplayedSide.Weigh(report, report.Tracks[0].Track);
        lock (manifests.Changing)
        {
            if (calls.FindRecording(recording.Id) is null) return false; // Deleted meanwhile.
            Transcript? words = transcripts.Find(recording.Id, TranscriptKinds.Final) is { } row ? TranscriptJson.Read(row.Document) : null;
            StoreBoth(recording.Id, recording.CallSid, TranscriptFindings.Join(report, words));
        }
        return true;
    }

    /// <summary>The outbound side of a one-way stream: the carrier has stamped it itself, so its place has no error.</summary>
    private static bool IsPlayedByTwiML(RecordingManifest? manifest) => manifest is { PlaceErrorMs: 0, AccountSid.Length: > 0 } && manifest.Track == Track.Outbound.Name();

    /// <summary>Where the present version found speech in a recording; null where it has not analysed it.</summary>
    public KnownSpeech? SpeechOf(string recordingId) =>
        analyses.Find(recordingId) is { Analyzer: AnalysisReport.CurrentAnalyzer } row && AnalysisJson.Read(row.Report) is { Tracks: [var track] } report
            ? new KnownSpeech(track.SpeechDetector, [.. track.SpeechSegments.Select(s => (s.StartSeconds, s.EndSeconds))], report.DurationSeconds)
            : null;

    /// <summary>Takes what a recording's transcript tells into its analysis, where there is one.</summary>
    public void Renew(string recordingId, Transcript transcript)
    {
        lock (manifests.Changing)
        {
            if (analyses.Find(recordingId) is { } row && AnalysisJson.Read(row.Report) is { } report) StoreBoth(recordingId, row.CallSid, TranscriptFindings.Join(report, transcript));
        }
    }

    private void StoreBoth(string recordingId, string callSid, AnalysisReport report)
    {
        Store(recordingId, callSid, report);
        if (manifests.ReadRecording(recordingId) is { } manifest) manifests.Write(recordingId, manifest with { Analysis = JsonSerializer.SerializeToElement(report, AnalysisJson.Compact.AnalysisReport) }, durable: true);
    }

    private void BothSides(string callSid, CancellationToken cancellation)
    {
        using TimelineAudio? stereo = timelines.Open(callSid, TimelineLayout.Stereo);
        if (stereo is null) return;
        using var reader = new WaveReader(stereo);
        AnalysisReport report = RecordingAnalyzer.Analyze(reader, options, detector, callSid, cancellation: cancellation);
        if (report.Tracks.Count == 2 && calls.Recordings(callSid).Where(r => r.Track == Track.Outbound.Name()).All(r => IsPlayedByTwiML(manifests.ReadRecording(r.Id)))) report = UnplayedSide.Weigh(report, report.Tracks[1].Track);
        lock (manifests.Changing)
        {
            if (calls.Find(callSid) is not null) Store(callSid, callSid, report);
        }
    }

    private void Store(string subject, string callSid, AnalysisReport report)
    {
        var row = new AnalysisRow
        {
            Subject = subject,
            CallSid = callSid,
            Analyzer = report.Analyzer,
            Verdict = report.Verdict.ToString().ToLowerInvariant(),
            Findings = report.Findings.Count,
            Worst = report.Findings.FirstOrDefault(f => f.Severity > Severity.Info)?.Message ?? "",
            Report = AnalysisJson.Text(report),
            MadeAt = time.GetUtcNow(),
        };
        analyses.Save(row, [.. report.Tracks.SelectMany(t => t.Measures.Where(m => m.Value is not null).Select(m => new MeasureRow(subject, t.Track, m.Key, m.Value!.Value)))]);
    }
}

using Earshot.Engine.Calls;
using Earshot.Engine.Diagnostics;
using Earshot.Engine.Recording;
using Microsoft.Extensions.Logging;

namespace Earshot.Engine.Ingest;

/// <summary>What is said of a running call: the log lines that operators search for, and the meters.</summary>
internal sealed partial class CallLog(ILogger<StreamSession> log, EarshotMeters meters)
{
    public void Stage(StreamSession session, StageReached reached)
    {
        if (!log.IsEnabled(LogLevel.Information)) return;
        string title = reached.Track is { } track ? $"{reached.Stage.Title()} ({track.Name()})" : reached.Stage.Title();
        Log.Stage(log, (int)reached.Stage, title, Sid(session));
    }

    public void FileCreated(StreamSession session, string path)
    {
        meters.FilesCreated.Add(1);
        Log.FileCreated(log, path, Sid(session));
    }

    public void Written(int bytes)
    {
        meters.BytesWritten.Add(bytes);
        Log.Written(log, bytes);
    }

    public void Trouble(StreamSession session, string reason)
    {
        meters.RecordingTroubles.Add(1);
        Log.Trouble(log, Sid(session), reason);
    }

    public void Resumed(StreamSession session) => Log.Resumed(log, Sid(session));

    public void Closed(StreamSession session, RecordingManifest recording)
    {
        meters.Frames.Add(recording.Frames);
        meters.LostMs.Add((long)recording.LostMs);
        meters.Stalls.Add(recording.Stalls);
        meters.Duplicates.Add(recording.Duplicates);
        Log.Closed(log, Sid(session), recording.DurationSeconds, recording.Frames, recording.Segments[^1].File, recording.LostMs, recording.Stalls, recording.Duplicates, recording.Rms, recording.PeakDbfs is { } peak ? string.Create(System.Globalization.CultureInfo.InvariantCulture, $"{peak:0.0} dBFS") : "digital silence");
    }

    public void StreamClosed(StreamSession session, long malformed)
    {
        meters.StreamsEnded.Add(1);
        meters.Malformed.Add(malformed);
        Log.StreamClosed(log, Sid(session), session.EndReason.Code());
    }

    public void CompletionFailed(StreamSession session, Exception error) => Log.CompletionFailed(log, error, Sid(session));

    public void CatalogFailed(StreamSession session, Exception error) => Log.CatalogFailed(log, error, Sid(session));

    public void WebhookNotStored(Exception error) => Log.WebhookNotStored(log, error);

    private static string Sid(StreamSession session) => session.Facts is { } facts ? LogText.Clean(facts.StreamSid.Value) : "(no start yet)";

    private static partial class Log
    {
        [LoggerMessage(EventId = 4001, Level = LogLevel.Information, Message = "STAGE {Number}: {Title} [{SessionId}]")]
        public static partial void Stage(ILogger logger, int number, string title, string sessionId);

        [LoggerMessage(EventId = 4002, Level = LogLevel.Information, Message = "Created recording file: {Path} [{SessionId}]")]
        public static partial void FileCreated(ILogger logger, string path, string sessionId);

        [LoggerMessage(EventId = 4003, Level = LogLevel.Debug, Message = "Wrote {Bytes} bytes to recording file")]
        public static partial void Written(ILogger logger, int bytes);

        [LoggerMessage(EventId = 4004, Level = LogLevel.Error, Message = "Recording trouble for session {SessionId}, the call goes on: {Reason}")]
        public static partial void Trouble(ILogger logger, string sessionId, string reason);

        [LoggerMessage(EventId = 4005, Level = LogLevel.Information, Message = "Recording resumed for session {SessionId}")]
        public static partial void Resumed(ILogger logger, string sessionId);

        [LoggerMessage(EventId = 4006, Level = LogLevel.Information,
            Message = "Closed recording for session {SessionId} - Duration: {DurationSeconds:0.00} s, Frames: {Frames}, File: {File}, Lost: {LostMs:0} ms, Stalls: {Stalls}, Duplicates: {Duplicates}, RMS: {Rms:0}, Peak: {Peak}")]
        public static partial void Closed(ILogger logger, string sessionId, double durationSeconds, long frames, string file, double lostMs, long stalls, long duplicates, double rms, string peak);

        [LoggerMessage(EventId = 4007, Level = LogLevel.Information, Message = "Media stream closed for session {SessionId} ({Reason})")]
        public static partial void StreamClosed(ILogger logger, string sessionId, string reason);

        [LoggerMessage(EventId = 4008, Level = LogLevel.Error, Message = "The manifests of session {SessionId} could not be written; what is on disk of it is finished at the next start")]
        public static partial void CompletionFailed(ILogger logger, Exception error, string sessionId);

        [LoggerMessage(EventId = 4009, Level = LogLevel.Error, Message = "The catalog did not take session {SessionId}; its files are whole, 'earshot reindex' adds it")]
        public static partial void CatalogFailed(ILogger logger, Exception error, string sessionId);

        [LoggerMessage(EventId = 4010, Level = LogLevel.Error, Message = "The catalog did not take a webhook; the call goes on")]
        public static partial void WebhookNotStored(ILogger logger, Exception error);
    }
}

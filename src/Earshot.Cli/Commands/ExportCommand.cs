using System.CommandLine;
using Earshot.Engine.Access;
using Earshot.Engine.Calls;
using Earshot.Engine.Catalog;
using Earshot.Engine.Ingest;
using Earshot.Engine.Timeline;

namespace Earshot.Cli.Commands;

/// <summary><c>earshot export CALL</c>: renders from the journal.</summary>
internal static class ExportCommand
{
    private static readonly Dictionary<string, (ExportFormat Format, string Extension)> Formats = new(StringComparer.Ordinal)
    {
        ["mulaw"] = (ExportFormat.MuLaw, ".ulaw"),
        ["wav8k"] = (ExportFormat.Wav8k, ".8k.wav"),
        ["wav16k"] = (ExportFormat.Wav16k, ".16k.wav"),
        ["jsonl"] = (ExportFormat.Jsonl, ".jsonl"),
    };

    public static Command Create()
    {
        Argument<string> call = CallArgument.Create();
        var format = new Option<string>("--format") { Description = "mulaw (the received bytes, nothing added), wav8k, wav16k (on the call's clock), jsonl (the carrier's messages)", DefaultValueFactory = _ => "wav16k" };
        format.AcceptOnlyFromAmong([.. Formats.Keys]);
        var layout = new Option<string?>("--layout") { Description = "Both sides on one clock instead: stereo (left inbound, right outbound), mix, or separate (a zip of the files)" };
        layout.AcceptOnlyFromAmong("stereo", "mix", "separate");
        var side = new Option<string?>("--side") { Description = "Of a two-way stream: heard (what the caller heard of it) or sent (all that was sent, what was cleared included)" };
        side.AcceptOnlyFromAmong("heard", "sent");
        var output = new Option<string>("--output", "-o") { Description = "Folder for the files (default: here)", HelpName = "DIR", DefaultValueFactory = _ => "." };
        return StoreSession.Command("export", "Render a call from its journal, bit for bit what was received, or both sides together", [call, format, layout, side, output], (session, parsed) =>
        {
            CallStore store = session.Get<CallStore>();
            if (CallArgument.Find(store, parsed.GetValue(call)!) is not { } found) return ExitCodes.Unreadable;
            session.Get<RecordingAccess>().NoteExport(Principal.Terminal, found.CallSid);
            (ExportFormat chosen, string extension) = Formats[parsed.GetValue(format)!];
            Directory.CreateDirectory(parsed.GetValue(output)!);
            if (parsed.GetValue(layout) is { } both) return BothSides(session, found.CallSid, both, parsed.GetValue(output)!);
            int written = store.Streams(found.CallSid).Sum(s => Export(session, s, chosen, extension, parsed.GetValue(output)!, parsed.GetValue(side)));
            if (written > 0) return ExitCodes.Ok;
            Console.Error.WriteLine(parsed.GetValue(side) is null ? $"earshot export: nothing of {LogText.Clean(found.CallSid)} is in its journal" : $"earshot export: nothing was sent to the carrier on {LogText.Clean(found.CallSid)}: --side is for two-way streams");
            return ExitCodes.Findings;
        });
    }

    private static int BothSides(StoreSession session, string callSid, string layout, string folder)
    {
        var export = session.Get<TimelineExport>();
        string path = Path.Combine(folder, $"{SafeName.Of(callSid)}{(layout == "separate" ? ".zip" : $".{layout}.wav")}");
        bool any = Write(path, file =>
        {
            if (layout == "separate") return export.WriteSeparateAsync(callSid, file, CancellationToken.None).GetAwaiter().GetResult();
            using TimelineAudio? audio = export.Open(callSid, layout == "mix" ? TimelineLayout.Mix : TimelineLayout.Stereo);
            audio?.CopyTo(file);
            return audio is not null;
        });
        if (any) return ExitCodes.Ok;
        Console.Error.WriteLine($"earshot export: nothing of {LogText.Clean(callSid)} is recorded");
        return ExitCodes.Findings;
    }

    private static int Export(StoreSession session, StreamRow stream, ExportFormat format, string extension, string folder, string? side)
    {
        var export = new JournalExport(session.Get<Engine.Storage.IRecordingStorage>(), session.Settings.Ingest);
        string name = stream.Stem["call_".Length..];
        if (format == ExportFormat.Jsonl) return Write(Path.Combine(folder, stream.Stem + extension), file => export.Write(stream.Stem, Track.Inbound, format, file)) ? 1 : 0;
        if (side == "sent") return Write(Path.Combine(folder, $"sent_{name}{(format == ExportFormat.MuLaw ? ".ulaw" : ".8k.wav")}"), file => export.WriteSent(stream.Stem, format, file)) ? 1 : 0;
        Track[] tracks = side == "heard" ? [Track.Outbound] : [Track.Inbound, Track.Outbound];
        return tracks.Count(track => Write(Path.Combine(folder, $"{(side ?? track.Name())}_{name}{extension}"), file => export.Write(stream.Stem, track, format, file)));
    }

    /// <summary>Writes a file that was not there before, whole or not at all. False when there is nothing for it.</summary>
    private static bool Write(string path, Func<FileStream, bool> write)
    {
        string part = path + ".part";
        if (File.Exists(path)) throw new IOException($"'{path}' is there already; nothing is overwritten");
        bool any;
        try
        {
            using FileStream file = File.Create(part);
            any = write(file);
        }
        catch
        {
            File.Delete(part);
            throw;
        }
        if (!any)
        {
            File.Delete(part);
            return false;
        }
        File.Move(part, path);
        Console.WriteLine(path);
        return true;
    }
}

using System.Text.Json;
using System.Text.Json.Serialization;
using Earshot.Engine.Calling;

namespace Earshot.Cli.Output;

/// <summary>What became of a simulated or replayed call, for eyes or as one line of JSON.</summary>
internal static class CallReport
{
    private static readonly JsonSerializerOptions Options = new(JsonSerializerDefaults.Web)
    {
        Converters = { new JsonStringEnumConverter(JsonNamingPolicy.CamelCase) },
    };

    /// <param name="output">Where it goes.</param>
    /// <param name="result">The call.</param>
    /// <param name="json">One line of JSON.</param>
    /// <param name="brief">One line of text, more only if something went wrong.</param>
    public static void Write(TextWriter output, SimulatedCallResult result, bool json, bool brief)
    {
        if (json)
        {
            output.WriteLine(JsonSerializer.Serialize(result, Options));
            return;
        }

        output.WriteLine($"{result.CallSid}  {Words(result.Outcome)}, {result.Seconds:0.00} s{(result.Seed == 0 ? "" : $", seed {result.Seed}")}");
        foreach (SimulatedStreamResult stream in brief && result.WentWell ? [] : result.Streams)
        {
            string closed = stream.CloseCode is { } code ? $"closed with {code} {stream.CloseReason}".TrimEnd() : "not closed by the server";
            output.WriteLine($"  {stream.StreamSid}  {stream.Url}  {closed}");
            foreach (SimulatedTrackResult track in stream.Tracks)
            {
                output.WriteLine(
                    $"    {track.Track,-8}  {track.FramesSent} frames, {track.Seconds:0.00} s from {track.FirstTimestampMs} ms"
                    + Part(track.FramesLost, "lost") + Part(track.Duplicates, "twice") + Part(track.Reordered, "overtaken")
                    + $", sha256 {track.MuLawSha256}");
            }
            if (stream.Playback is { } heard)
            {
                output.WriteLine($"    heard     {heard.PlayedSeconds:0.00} s of what the server sent"
                    + Seconds(heard.ClearedSeconds, "cleared") + Seconds(heard.UnplayedSeconds, "not played at the end") + $", {heard.Marks} marks returned");
            }
        }

        foreach (string error in result.Errors) output.WriteLine($"  {error}");
    }

    public static string Summary(IReadOnlyList<SimulatedCallResult> results)
        => $"{results.Count} calls: " + string.Join(", ", results.GroupBy(result => result.Outcome).OrderBy(group => group.Key)
            .Select(group => $"{group.Count()} {Words(group.Key)}"));

    private static string Seconds(double seconds, string what) => seconds == 0 ? "" : $", {seconds:0.00} s {what}";

    private static string Part(long count, string what) => count == 0 ? "" : $", {count} {what}";

    private static string Words(SimulatedCallOutcome outcome) => outcome switch
    {
        SimulatedCallOutcome.Completed => "completed",
        SimulatedCallOutcome.SocketDropped => "socket broken on purpose",
        SimulatedCallOutcome.Rejected => "rejected",
        SimulatedCallOutcome.WebhookUnreachable => "webhook not reached",
        SimulatedCallOutcome.WebhookRefused => "webhook refused",
        SimulatedCallOutcome.BadAnswer => "bad answer",
        SimulatedCallOutcome.NoStream => "no stream",
        SimulatedCallOutcome.SocketRefused => "socket refused",
        SimulatedCallOutcome.SocketClosed => "socket closed by the server",
        SimulatedCallOutcome.SocketFailed => "socket failed",
        _ => "cancelled",
    };
}

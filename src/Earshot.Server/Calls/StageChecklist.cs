using Earshot.Engine.Calls;

namespace Earshot.Server.Calls;

/// <summary>The eleven stages of a call as a checklist: what was reached when, and what a missing one means.</summary>
internal static class StageChecklist
{
    /// <param name="reached">What was reached; of several streams the earliest counts.</param>
    /// <param name="tracks">The tracks that the stream announced.</param>
    /// <param name="running">True while the call runs.</param>
    /// <param name="recorded">False when the call is not recorded.</param>
    public static IReadOnlyList<StageItem> Of(IEnumerable<StageReached> reached, IEnumerable<string> tracks, bool running, bool recorded)
    {
        Dictionary<(CallStage, Track?), DateTimeOffset> at = reached.GroupBy(r => (r.Stage, r.Track)).ToDictionary(g => g.Key, g => g.Min(r => r.At));
        DateTimeOffset first = at.Count == 0 ? default : at.Values.Min();
        List<Track> expected = [.. Enum.GetValues<Track>().Where(t => tracks.Contains(t.Name()) || at.Keys.Any(k => k.Item2 == t))];
        if (expected.Count == 0) expected.Add(Track.Inbound);
        bool hasSocket = at.ContainsKey((CallStage.SocketAccepted, null));
        var items = new List<StageItem>();
        bool broken = false;
        foreach (CallStage stage in Enum.GetValues<CallStage>())
        {
            bool perTrack = stage >= CallStages.FirstOfTrack;
            DateTimeOffset?[] times = perTrack ? [.. expected.Select(t => Find(at, stage, t))] : [Find(at, stage, null)];
            int count = times.Count(t => t is not null);
            bool off = !recorded && (stage is CallStage.RecordingOpened or CallStage.WrittenToWav);
            string state = count == times.Length ? "reached"
                : off ? "off"
                : stage <= CallStage.TwimlAnswered && hasSocket ? "not-seen"
                : broken ? "unreached"
                : running ? count > 0 ? "partial" : "waiting"
                : count > 0 ? "partial" : "missing";
            items.Add(new StageItem
            {
                Number = (int)stage,
                Name = Name(stage),
                Title = stage.Title(),
                State = state,
                ReachedAt = times.Min(),
                SinceFirstMs = Since(times.Min(), first),
                Tracks = perTrack ? [.. expected.Zip(times, (t, time) => new StageOfTrack(t.Name(), time, Since(time, first)))] : [],
                Advice = state switch
                {
                    "not-seen" => stage == CallStage.WebhookReceived ? "The stream came without this server's webhook: your own TwiML points straight at the socket. That is fine." : null,
                    "off" => "This call is not recorded, so nothing is written.",
                    "waiting" => "Not yet; the call is running.",
                    "missing" => Meaning(stage),
                    "partial" => $"Not by {string.Join(", ", expected.Zip(times).Where(p => p.Second is null).Select(p => p.First.Name()))}. {Meaning(stage)}",
                    _ => null,
                },
            });
            broken |= state is "missing" or "waiting" && stage > CallStage.TwimlAnswered;
        }
        return items;
    }

    private static DateTimeOffset? Find(Dictionary<(CallStage, Track?), DateTimeOffset> at, CallStage stage, Track? track) =>
        at.TryGetValue((stage, track), out DateTimeOffset time) ? time : null;

    private static double? Since(DateTimeOffset? time, DateTimeOffset first) => (time - first)?.TotalMilliseconds;

    private static string Name(CallStage stage)
    {
        string name = stage.ToString();
        return char.ToLowerInvariant(name[0]) + name[1..];
    }

    private static string Meaning(CallStage stage) => stage switch
    {
        CallStage.WebhookReceived => "The carrier never asked what to do with the call. Check the number's voice webhook: it must be POST {your address}/twilio/voice.",
        CallStage.TwimlAnswered => "The webhook came but no TwiML was answered. The log of that moment says why.",
        CallStage.SocketAccepted => "The carrier did not open the media socket. Check that PUBLIC_BASE_URL is an address it can reach, that tunnel or proxy pass WebSocket upgrades, and what the carrier's debugger says.",
        CallStage.Connected => "The socket opened but its first message never came. Something other than the carrier's media stream may have connected.",
        CallStage.RecordingOpened => "No start message came, or the recording could not be opened. Check the folder, its permissions and free space: /readyz tells.",
        CallStage.FirstMedia => "The stream started but carried no audio of this track. Check the stream's track attribute (both_tracks), and whether that side was connected at all.",
        CallStage.PayloadDecoded => "Media messages came but their payload could not be decoded. The events below name them; the journal has them verbatim.",
        CallStage.DecodedToPcm => "The coded bytes did not become samples. Check the stream's encoding above: mu-law, A-law and 16-bit PCM at 8 or 16 kHz are understood.",
        CallStage.Resampled => "Samples did not come out of the resampler: the track may have ended within its first frame.",
        CallStage.WrittenToWav => "Samples were not written. Check the folder, its permissions and free space; the events below say what the disk answered.",
        _ => "No level was measured: no sample of this track came through.",
    };
}

using System.Net;
using Earshot.Engine.MediaStreams;

namespace Earshot.Engine.Calling;

/// <summary>The call's streams and what is reported of them.</summary>
internal sealed partial class SimulatedCall
{
    private async Task StartAsync(TwiMLStream asked, bool twoWay, CancellationToken stop)
    {
        // The carrier strips a query before it looks at the rest.
        int query = asked.Url.AsSpan().IndexOfAny('?', '#');
        string url = query < 0 ? asked.Url : asked.Url[..query];
        if ((asked with { Url = url }).Problem() is { } problem)
        {
            Fail(SimulatedCallOutcome.BadAnswer, problem);
            return;
        }

        string[] tracks = asked.Track switch
        {
            "outbound_track" => ["outbound"],
            "both_tracks" => ["inbound", "outbound"],
            _ => ["inbound"],
        };
        SimulatedStream? opened = await OpenAsync(url, twoWay ? ["inbound"] : tracks, asked.Parameters, asked, twoWay, stop);
        if (twoWay)
        {
            _connected = opened;
        }
    }

    private async Task<SimulatedStream?> OpenAsync(
        string url, string[] tracks, IReadOnlyList<KeyValuePair<string, string>> parameters, TwiMLStream? asked, bool twoWay, CancellationToken stop)
    {
        PlaybackQueue? playback = twoWay ? new PlaybackQueue() : null;
        string streamSid = CallFacts.NewSid("MZ");
        (MediaSocket? socket, string problem) = await MediaSocket.ConnectAsync(
            url, _request.Sign(url, CarrierSignature.NoForm), playback, _time, stop);
        if (socket is null)
        {
            Callback(asked, streamSid, "stream-error", problem);
            bool goesOn = HasOpenStream;
            Fail(SimulatedCallOutcome.SocketRefused, problem);
            _over = !goesOn;
            return null;
        }

        var start = new StartMessage
        {
            StreamSid = streamSid,
            CallSid = _facts.CallSid,
            AccountSid = _facts.AccountSid,
            Tracks = tracks,
            CustomParameters = parameters,
        };

        // Streams of one call fail each in its own way, but the first one as the seed says.
        int seed = unchecked(_options.Seed + (_streams.Count * 7919));
        var stream = new SimulatedStream(socket, _time, start, asked?.Name, asked, playback, _options.Faults, seed);
        _streams.Add(stream);
        await stream.StartAsync();
        Callback(asked, streamSid, "stream-started", null);
        HoldClock();
        return stream;
    }

    private void Stopped(SimulatedStream stream, bool asPlanned)
    {
        if (asPlanned)
        {
            Callback(stream.Asked, stream.StreamSid, "stream-stopped", null);
        }

        Report(stream);
    }

    /// <summary>Tells once of a stream that ended otherwise than planned.</summary>
    private void Report(SimulatedStream stream)
    {
        if (stream.IsOpen || stream.Problem is null || !_reported.Add(stream))
        {
            return;
        }

        Note(stream.Problem);
        if (stream.End != SimulatedCallOutcome.Completed)
        {
            _outcome = _outcome == SimulatedCallOutcome.Completed ? stream.End : _outcome;
            Callback(stream.Asked, stream.StreamSid, "stream-error", "31921 - Stream - WebSocket - Close Error");
        }
    }

    private void Callback(TwiMLStream? asked, string streamSid, string streamEvent, string? error)
    {
        if (asked?.StatusCallback is { Length: > 0 } callback)
        {
            _callbacks.Add(CallBackAsync(asked, callback, streamSid, streamEvent, error));
        }
    }

    private async Task CallBackAsync(TwiMLStream asked, string callback, string streamSid, string streamEvent, string? error)
    {
        if (Absolute(callback, "Stream") is not { } url)
        {
            Note($"The status callback \"{callback}\" is no http or https address.");
            return;
        }

        (HttpStatusCode status, string text) = await _request.AskAsync(
            asked.StatusCallbackMethod ?? "POST",
            url,
            _facts.StatusForm(streamSid, asked.Name ?? streamSid, streamEvent, error, _time.GetUtcNow()),
            CancellationToken.None);
        if ((int)status is < 200 or > 299)
        {
            Note($"The status callback {url} ({streamEvent}) " + (status == 0 ? $"did not answer: {text}" : $"answered {(int)status}."));
        }
    }

    /// <summary>What took real time took none of the call's.</summary>
    private void HoldClock() => _clock.Set(_frames * FrameClock.FrameMs);
}

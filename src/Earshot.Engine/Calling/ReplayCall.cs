using System.Net;
using System.Net.WebSockets;
using Earshot.Engine.MediaStreams;

namespace Earshot.Engine.Calling;

/// <summary>Sends a recorded stream again, message for message, with the recording's own timing.</summary>
internal sealed class ReplayCall(TimeProvider time)
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(10);

    /// <summary>Replays one journal. A file that cannot be read gives no result but a problem in words.</summary>
    public async Task<(SimulatedCallResult? Result, string? Problem)> RunAsync(ReplayOptions options, CancellationToken stop)
    {
        if (!ReplayMessages.TryLoad(options.JournalPath, out ReplayMessages? recorded, out string? problem))
        {
            return (null, problem);
        }

        var facts = new CallFacts(
            options.SameIds && recorded.Start?.CallSid is { Length: > 0 } old ? old : CallFacts.NewSid("CA"),
            recorded.Start?.AccountSid is { Length: > 0 } account ? account : SimulatedCallOptions.DefaultAccountSid,
            options.From,
            options.To);
        var run = new Run(options, recorded, facts);
        if (recorded.Missing > 0)
        {
            run.Errors.Add($"The journal lacks {recorded.Missing} messages.");
        }

        try
        {
            await PlaceAsync(run, stop);
        }
        catch (OperationCanceledException) when (stop.IsCancellationRequested)
        {
            run.Fail(SimulatedCallOutcome.Cancelled, "The replay was ended from outside.");
        }

        return (run.Result(), null);
    }

    private async Task PlaceAsync(Run run, CancellationToken stop)
    {
        ReplayOptions options = run.Options;
        using var http = new HttpClient(new SocketsHttpHandler { AllowAutoRedirect = false, UseCookies = false });
        var request = new CarrierRequest(http, time, options.AuthToken);
        string url = options.Url;
        IReadOnlyList<KeyValuePair<string, string>> parameters = [];
        if (!url.StartsWith("ws", StringComparison.OrdinalIgnoreCase))
        {
            if (await AskAsync(run, request, stop) is not { } stream)
            {
                return;
            }

            (url, parameters) = (stream.Url, stream.Parameters);
        }

        (MediaSocket? socket, string problem) = await MediaSocket.ConnectAsync(
            url, request.Sign(url, CarrierSignature.NoForm), playback: null, time, stop);
        if (socket is null)
        {
            run.Fail(SimulatedCallOutcome.SocketRefused, problem);
            return;
        }

        await using (socket)
        {
            run.Socket = socket;
            await SendAsync(run, socket, parameters, stop);
        }
    }

    /// <summary>Asks the webhook for the media socket's address.</summary>
    private static async Task<TwiMLStream?> AskAsync(Run run, CarrierRequest request, CancellationToken stop)
    {
        string url = run.Options.Url;
        (HttpStatusCode status, string text) = await request.AskAsync("POST", url, run.Facts.Form("ringing", []), stop);
        if (status != HttpStatusCode.OK)
        {
            run.Fail(
                status == 0 ? SimulatedCallOutcome.WebhookUnreachable : SimulatedCallOutcome.WebhookRefused,
                status == 0 ? $"The webhook {url} did not answer: {text}" : $"The webhook {url} answered {(int)status}.");
            return null;
        }

        run.TwiML.Add(text);
        if (!TwiMLReader.TryRead(text, out IReadOnlyList<TwiMLVerb>? verbs, out string? problem))
        {
            run.Fail(SimulatedCallOutcome.BadAnswer, problem);
            return null;
        }

        TwiMLStream? stream = verbs.OfType<TwiMLVerb.StartStream>().FirstOrDefault()?.Stream;
        if (stream is null)
        {
            run.Fail(SimulatedCallOutcome.NoStream, "The answer opens no stream with <Start>.");
            return null;
        }

        int query = stream.Url.IndexOf('?', StringComparison.Ordinal);
        return stream with { Url = query < 0 ? stream.Url : stream.Url[..query] };
    }

    private async Task SendAsync(
        Run run, MediaSocket socket, IReadOnlyList<KeyValuePair<string, string>> parameters, CancellationToken stop)
    {
        var rewriter = new ReplayRewriter(
            [(run.Recorded.Start?.StreamSid ?? "", run.StreamSid), (run.Recorded.Start?.CallSid ?? "", run.Facts.CallSid)], parameters);
        var clock = new FrameClock(time, run.Options.Speed);
        long first = run.Recorded.Messages[0].Us;
        clock.Set(0);
        foreach ((long us, byte[] message) in run.Recorded.Messages)
        {
            await clock.WaitUntilAsync((us - first) / 1000.0, stop);
            if (socket.ClosedByServer)
            {
                run.Fail(SimulatedCallOutcome.SocketClosed, $"The server closed the media socket: {socket.CloseCode} {socket.CloseReason}".TrimEnd());
                await socket.CloseAsync();
                return;
            }

            try
            {
                await socket.SendAsync(rewriter.Rewrite(message)).AsTask().WaitAsync(Patience, time, stop);
            }
            catch (Exception error) when (error is WebSocketException or IOException or ObjectDisposedException or TimeoutException)
            {
                run.Fail(SimulatedCallOutcome.SocketFailed, $"The media socket broke: {error.Message}");
                return;
            }

            run.Tally.Add(message);
            run.Seconds = (us - first) / 1e6;
        }

        if (!await socket.CloseAsync())
        {
            run.Errors.Add("The server did not agree to close the media socket within 5 s.");
        }
    }

    private sealed class Run(ReplayOptions options, ReplayMessages recorded, CallFacts facts)
    {
        private SimulatedCallOutcome _outcome = SimulatedCallOutcome.Completed;

        public ReplayOptions Options => options;

        public ReplayMessages Recorded => recorded;

        public CallFacts Facts => facts;

        public string StreamSid { get; } = options.SameIds && recorded.Start is { } start ? start.StreamSid : CallFacts.NewSid("MZ");

        public ReplayTally Tally { get; } = new();

        public List<string> Errors { get; } = [];

        public List<string> TwiML { get; } = [];

        public MediaSocket? Socket { get; set; }

        public double Seconds { get; set; }

        public void Fail(SimulatedCallOutcome outcome, string problem)
        {
            _outcome = outcome;
            Errors.Add(problem);
        }

        public SimulatedCallResult Result() => new()
        {
            Outcome = _outcome,
            CallSid = facts.CallSid,
            TwiML = TwiML,
            Errors = Errors,
            Seconds = Seconds,
            Streams = Socket is null ? [] :
            [
                new SimulatedStreamResult
                {
                    StreamSid = StreamSid,
                    Url = Socket.Url,
                    Tracks = Tally.Results(),
                    CloseCode = Socket.CloseCode,
                    CloseReason = Socket.CloseReason,
                    MessagesFromServer = Socket.MessagesFromServer,
                },
            ],
        };
    }
}

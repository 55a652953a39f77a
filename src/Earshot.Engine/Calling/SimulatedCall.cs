using System.Net;
using Earshot.Audio.Codecs;
using Earshot.Engine.MediaStreams;

namespace Earshot.Engine.Calling;

/// <summary>
/// One phone call, placed as the carrier would: webhook, TwiML, streams, a frame of each track every 20 ms, hang-up. Unlike the
/// carrier's, the call's clock stands still while a socket is being opened, and the caller speaks from the first stream's first
/// frame, so that runs repeat; a call whose streams have all failed is hung up.
/// </summary>
internal sealed partial class SimulatedCall : IAsyncDisposable
{
    /// <summary>How fast a text is spoken.</summary>
    public const int WordsPerMinute = 150;

    /// <summary>A caller to whom no stream was opened hangs up after this.</summary>
    public static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    private const int MostRedirects = 25;
    private const int EndlessLoops = 1000;

    private readonly SimulatedCallOptions _options;
    private readonly TimeProvider _time;
    private readonly CallProgress _progress;
    private readonly CarrierRequest _request;
    private readonly CallFacts _facts;
    private readonly FrameClock _clock;
    private readonly CarrierLine _line = new();
    private readonly Queue<TwiMLVerb> _verbs = new();
    private readonly List<SimulatedStream> _streams = [];
    private readonly HashSet<SimulatedStream> _reported = [];
    private readonly List<Task> _callbacks = [];
    private readonly List<string> _twiml = [];
    private readonly List<string> _errors = [];
    private readonly byte[] _inbound = new byte[FrameClock.FrameBytes];
    private readonly byte[] _outbound = new byte[FrameClock.FrameBytes];
    private readonly byte[] _playing = NewSilence();
    private SimulatedStream? _connected;
    private long _lastHeardFrame;
    private SimulatedCallOutcome _outcome = SimulatedCallOutcome.Completed;
    private Task<(HttpStatusCode Status, string Text)>? _answer;
    private Task<(SpeechClip? Clip, string Problem)>? _sound;
    private int _soundLoops;
    private int _redirects;
    private string _webhook;
    private long _frames;
    private long _speechFrame;
    private double _latestMs;
    private bool _over;

    public SimulatedCall(SimulatedCallOptions options, HttpClient http, TimeProvider time, CallProgress progress)
    {
        (_options, _time, _progress, _webhook) = (options, time, progress, options.Url);
        _request = new CarrierRequest(http, time, options.AuthToken);
        _facts = new CallFacts(CallFacts.NewSid("CA"), options.AccountSid, options.From, options.To);
        _clock = new FrameClock(time, options.Speed);
    }

    private bool IsSocketUrl => _options.Url.StartsWith("ws", StringComparison.OrdinalIgnoreCase);

    private bool HasOpenStream => _streams.Exists(stream => stream.IsOpen);

    /// <summary>Places the call and waits for its end. Cancelling hangs up in good order.</summary>
    public async Task<SimulatedCallResult> RunAsync(CancellationToken stop)
    {
        _progress.CallStarted();
        try
        {
            await BeginAsync(stop);
            _clock.Set(0);
            while (!_over && await AdvanceAsync(stop) && !CallerHangsUp())
            {
                await TickAsync(stop);
            }
        }
        catch (OperationCanceledException) when (stop.IsCancellationRequested)
        {
            Fail(SimulatedCallOutcome.Cancelled, "The call was ended from outside.");
        }

        await EndAsync(stop);
        _progress.CallEnded();
        return new SimulatedCallResult
        {
            Outcome = _outcome,
            CallSid = _facts.CallSid,
            Streams = [.. _streams.Select(stream => stream.Result())],
            TwiML = _twiml,
            Errors = Errors(),
            Seconds = _frames * FrameClock.FrameMs / 1000.0,
            LatestMs = Math.Round(_latestMs, 1),
            Seed = _options.Seed,
        };
    }

    public async ValueTask DisposeAsync()
    {
        foreach (SimulatedStream stream in _streams)
        {
            await stream.DisposeAsync();
        }
    }

    private async Task BeginAsync(CancellationToken stop)
    {
        if (!IsSocketUrl)
        {
            _answer = _request.AskAsync("POST", _webhook, _facts.Form("ringing", _options.Parameters), stop);
            return;
        }

        string[] tracks = _options.Tracks switch
        {
            StreamTracks.Inbound => ["inbound"],
            StreamTracks.Outbound => ["outbound"],
            _ => ["inbound", "outbound"],
        };
        if (_options.TwoWay)
        {
            _connected = await OpenAsync(_options.Url, ["inbound"], _options.Parameters, null, twoWay: true, stop);
            return;
        }

        await OpenAsync(_options.Url, tracks, _options.Parameters, null, twoWay: false, stop);
        _line.Join(_options.Answer);
    }

    /// <summary>Whether the caller hangs up now.</summary>
    private bool CallerHangsUp()
    {
        TimeSpan now = TimeSpan.FromMilliseconds((double)_frames * FrameClock.FrameMs);
        if (_streams.Count > 0 && _streams.TrueForAll(stream => stream.End != SimulatedCallOutcome.Completed) && !GoesOnWithoutStream())
        {
            return true;
        }

        if (_streams.Count == 0 && now >= Patience)
        {
            Note($"No stream was opened within {Patience.TotalSeconds} s; the caller hung up.");
            return true;
        }

        if (_connected is not null && _options.Duration is null && _options.Speech is not null)
        {
            return HasHeardAll();
        }

        return _options.Duration is { } duration ? now >= duration
            : _line.OtherIsSpeaking ? false
            : _options.Speech is { } speech ? _speechFrame >= speech.Frames
            : _line.OtherHasSpoken ? true
            : now >= SimulatedCallOptions.SilentCall;
    }

    /// <summary>One frame of each track to every stream, then the wait for the next.</summary>
    private async Task TickAsync(CancellationToken stop)
    {
        if (_options.Speech is { } speech && _streams.Count > 0)
        {
            speech.CopyFrame(_speechFrame++, _inbound);
        }
        else
        {
            _inbound.AsSpan().Fill(MuLaw.Silence);
        }

        double dueMs = _frames * FrameClock.FrameMs;
        NextOutbound(dueMs);
        _latestMs = Math.Max(_latestMs, (_clock.NowMs - dueMs) / _options.Speed);
        foreach (SimulatedStream stream in _streams)
        {
            await stream.TickAsync(_inbound, _outbound, dueMs);
        }

        _frames++;
        _progress.FramesSent(_streams.Count);
        double nextMs = _frames * FrameClock.FrameMs;
        while (true)
        {
            double nowMs = _clock.NowMs;
            double wakeMs = nextMs;
            foreach (SimulatedStream stream in _streams)
            {
                await stream.DeliverAsync(nowMs);
                wakeMs = Math.Min(wakeMs, stream.NextDueMs);
                Report(stream);
            }

            if (_clock.NowMs >= nextMs)
            {
                return;
            }

            await _clock.WaitUntilAsync(wakeMs, stop);
        }
    }

    private async Task EndAsync(CancellationToken stop)
    {
        foreach (SimulatedStream stream in _streams)
        {
            Report(stream);
        }

        if (_connected?.Playback!.Result().Problem is { } odd)
        {
            Note(odd);
        }

        if (_frames == 0 && HasOpenStream)
        {
            Note("The answer ends right after the stream, so the carrier hung up at once; let a Pause, Say or Dial follow.");
        }

        SimulatedStream[] open = [.. _streams.Where(stream => stream.IsOpen)];
        bool[] stopped = await Task.WhenAll(open.Select(stream => stream.StopAsync(stop)));
        for (int i = 0; i < open.Length; i++)
        {
            Stopped(open[i], stopped[i]);
        }

        if (_outcome == SimulatedCallOutcome.Completed && _streams.Count == 0)
        {
            Fail(SimulatedCallOutcome.NoStream, "The answer opened no stream.");
        }

        try
        {
            await Task.WhenAll(_callbacks).WaitAsync(CarrierRequest.AnswerTime, _time, CancellationToken.None);
        }
        catch (TimeoutException)
        {
            Note("A status callback was not answered.");
        }
    }

    /// <summary>Status callbacks note theirs from other threads.</summary>
    private void Note(string error)
    {
        lock (_errors)
        {
            _errors.Add(error);
        }
    }

    private string[] Errors()
    {
        lock (_errors)
        {
            return [.. _errors];
        }
    }

    private void Fail(SimulatedCallOutcome outcome, string problem)
    {
        _over = true;
        _outcome = _outcome == SimulatedCallOutcome.Completed ? outcome : _outcome;
        Note(problem);
    }
}

using System.Net;
using System.Text.Json;
using Earshot.Engine.MediaStreams;

namespace Earshot.Engine.Calling;

/// <summary>What the answers make the carrier do.</summary>
internal sealed partial class SimulatedCall
{
    private const int MostOfText = 200;
    private const int MostOfProblem = 1000;

    /// <summary>Does what takes no time, up to the next thing that takes some.</summary>
    /// <returns>false if the TwiML has ended: the carrier hangs up.</returns>
    private async Task<bool> AdvanceAsync(CancellationToken stop)
    {
        while (!_over)
        {
            // <Connect> holds the call until its server closes the stream.
            if (_connected is { IsOpen: true })
            {
                return true;
            }

            if (_connected is not null && _options.TwoWay)
            {
                return false;
            }

            _connected = null;
            if (_answer is null && _sound is null && !_line.IsFree)
            {
                return true;
            }

            if ((_answer is not null || _sound is not null) && !await FetchedAsync())
            {
                return true;
            }

            if (_answer is null && _sound is null && _line.IsFree && !_over)
            {
                if (!_verbs.TryDequeue(out TwiMLVerb? verb))
                {
                    return false;
                }

                await DoAsync(verb, stop);
            }
        }

        return false;
    }

    /// <summary>
    /// Takes what was being fetched if it is there. With a stream open the call goes on in silence meanwhile; without one nobody
    /// would hear it, so the clock waits.
    /// </summary>
    private async Task<bool> FetchedAsync()
    {
        Task fetching = (Task?)_answer ?? _sound!;
        if (!HasOpenStream)
        {
            await fetching;
            HoldClock();
        }

        if (!fetching.IsCompleted)
        {
            return false;
        }

        if (_answer is { } answer)
        {
            _answer = null;
            (HttpStatusCode status, string text) = await answer;
            Answered(status, text);
        }
        else if (_sound is { } sound)
        {
            _sound = null;
            (SpeechClip? clip, string problem) = await sound;
            if (clip is null)
            {
                Note(problem);
            }
            else
            {
                _line.Play(clip, _soundLoops);
            }
        }

        return true;
    }

    private void Answered(HttpStatusCode status, string text)
    {
        if (status == 0)
        {
            Fail(SimulatedCallOutcome.WebhookUnreachable, $"The webhook {_webhook} did not answer: {text}");
            return;
        }

        if (status != HttpStatusCode.OK)
        {
            string remedy = status == HttpStatusCode.Forbidden
                ? string.IsNullOrEmpty(_options.AuthToken) ? " The request was not signed; give the auth token." : " Is it the same auth token?"
                : "";
            Fail(SimulatedCallOutcome.WebhookRefused, $"The webhook {_webhook} answered {(int)status}: {Refusal(text)}{remedy}");
            return;
        }

        _twiml.Add(text);
        _verbs.Clear();
        if (!TwiMLReader.TryRead(text, out IReadOnlyList<TwiMLVerb>? verbs, out string? problem))
        {
            Fail(SimulatedCallOutcome.BadAnswer, problem);
            return;
        }

        foreach (TwiMLVerb verb in verbs)
        {
            _verbs.Enqueue(verb);
        }
    }

    private async Task DoAsync(TwiMLVerb verb, CancellationToken stop)
    {
        switch (verb)
        {
            case TwiMLVerb.StartStream start:
                await StartAsync(start.Stream, twoWay: false, stop);
                break;
            case TwiMLVerb.StopStream { Name: var name }:
                SimulatedStream? stream = _streams.Find(open => open.IsOpen && (name is null || open.Name == name));
                if (stream is null)
                {
                    Note(name is null ? "There is no stream to stop." : $"There is no stream \"{name}\" to stop.");
                    break;
                }

                Stopped(stream, await stream.StopAsync(stop));
                HoldClock();
                break;
            case TwiMLVerb.Say say:
                int words = say.Text.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries).Length;
                _line.Wait(TimeSpan.FromMinutes((double)words * Loops(say.Loop) / WordsPerMinute));
                break;
            case TwiMLVerb.Play play:
                Play(play, stop);
                break;
            case TwiMLVerb.Pause pause:
                _line.Wait(TimeSpan.FromSeconds(pause.Seconds));
                break;
            case TwiMLVerb.Dial:
                _line.Join(_options.Answer);
                break;
            case TwiMLVerb.Redirect redirect:
                Redirect(redirect, stop);
                break;
            case TwiMLVerb.Hangup:
                _over = true;
                break;
            case TwiMLVerb.Reject reject:
                Fail(SimulatedCallOutcome.Rejected, $"The answer rejected the call: {reject.Reason}");
                break;
            case TwiMLVerb.ConnectStream connect:
                await StartAsync(connect.Stream, twoWay: true, stop);
                break;
            case TwiMLVerb.Unknown unknown:
                Note($"<{unknown.Element}> is not simulated and was passed over.");
                break;
        }
    }

    private void Redirect(TwiMLVerb.Redirect redirect, CancellationToken stop)
    {
        if (Absolute(redirect.Url, "Redirect") is not { } url)
        {
            Fail(SimulatedCallOutcome.BadAnswer, $"The answer redirects to \"{redirect.Url}\", which is no http or https address.");
        }
        else if (++_redirects > MostRedirects)
        {
            Fail(SimulatedCallOutcome.BadAnswer, $"The answers redirect for ever: {MostRedirects} times.");
        }
        else
        {
            _webhook = url;
            _answer = _request.AskAsync("POST", url, _facts.Form("in-progress", _options.Parameters), stop);
        }
    }

    /// <summary>A file of this machine is played only if the answer comes from this machine: it could be anyone's else.</summary>
    private void Play(TwiMLVerb.Play play, CancellationToken stop)
    {
        _soundLoops = Loops(play.Loop);
        if (Absolute(play.Url, "Play") is { } url)
        {
            _sound = _request.FetchSoundAsync(url, stop);
            return;
        }

        if (!new Uri(_webhook).IsLoopback)
        {
            Note($"<Play> of \"{play.Url}\" was passed over: a file of this machine is played for a webhook on this machine only.");
            return;
        }

        string path = Uri.TryCreate(play.Url, UriKind.Absolute, out Uri? uri) && uri.IsFile ? uri.LocalPath : play.Url;
        if (SpeechClip.TryLoad(path, out SpeechClip? clip, out string? problem))
        {
            _line.Play(clip, _soundLoops);
        }
        else
        {
            Note(problem);
        }
    }

    /// <summary>An http or https address; a path is one of the webhook's host. A local file named by <c>Play</c> is none.</summary>
    private string? Absolute(string url, string verb)
    {
        if (verb == "Play" && (url.StartsWith("file:", StringComparison.OrdinalIgnoreCase) || File.Exists(url)))
        {
            return null;
        }

        return Uri.TryCreate(url, UriKind.Absolute, out Uri? whole) && whole.Scheme is "http" or "https" ? url
            : !url.Contains("://", StringComparison.Ordinal) && Uri.TryCreate(new Uri(_webhook), url, out Uri? relative)
                && relative.Scheme is "http" or "https" ? relative.AbsoluteUri
            : null;
    }

    /// <summary>The carrier's 0 means for ever, which it ends after a thousand.</summary>
    private static int Loops(int loop) => loop is 0 or > EndlessLoops ? EndlessLoops : loop;

    /// <summary>Title and detail of a problem document (RFC 9457); of any other text the beginning.</summary>
    private static string Refusal(string text)
    {
        try
        {
            using var document = JsonDocument.Parse(text);
            string? Member(string name) => document.RootElement.TryGetProperty(name, out JsonElement member) && member.ValueKind == JsonValueKind.String ? member.GetString() : null;
            if (document.RootElement.ValueKind == JsonValueKind.Object && (Member("title"), Member("detail")) is not (null, null) and var (title, detail))
                return Short(string.Join(". ", new[] { title?.TrimEnd('.'), detail }.Where(part => !string.IsNullOrEmpty(part))), MostOfProblem);
        }
        catch (JsonException)
        {
            // A page or plain words.
        }

        return Short(text, MostOfText);
    }

    private static string Short(string text, int most)
    {
        string line = string.Concat(text.Select(character => char.IsControl(character) ? ' ' : character)).Trim();
        if (line.Length <= most) return line;
        int word = line.LastIndexOf(' ', most);
        return line[..(word > 0 ? word : most)] + "…";
    }
}

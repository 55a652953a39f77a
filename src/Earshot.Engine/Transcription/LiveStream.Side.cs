using Earshot.Engine.Calls;

namespace Earshot.Engine.Transcription;

internal sealed partial class LiveStream
{
    /// <summary>One track, its pieces in order, one at a time with the engine.</summary>
    private sealed class Side(LiveStream owner, Track which)
    {
        private readonly Lock gate = new();
        private readonly LinkedList<LivePiece> waiting = new();
        private bool busy;
        private double queuedSeconds;
        private double askedSeconds;
        private double sentSeconds;
        private double skippedSeconds;
        private int requests;
        private CancellationTokenSource? hurried; // What is with the engine of somebody who still speaks.
        private long hurriedTo;

        public Track Which => which;

        public LiveTrack Track { get; } = new(owner.detector, owner.options);

        public List<TranscriptSegment> Segments { get; } = [];

        /// <summary>What it is saying; guarded by the stream's lock.</summary>
        public LivePartial? Partial { get; set; }

        /// <summary>What waits here, and what waits for a place at the engine or is there.</summary>
        public double WaitingSeconds
        {
            get { lock (gate) return queuedSeconds + askedSeconds; }
        }

        /// <summary>True where speech waits behind speech that the engine has.</summary>
        public bool IsBehind
        {
            get { lock (gate) return waiting.Count > 0; }
        }

        /// <summary>What the engine did not get, and what found no room on its way from the reading thread.</summary>
        public double SkippedSeconds => skippedSeconds + (double)Track.Ring.Dropped / LiveTrack.RateHz;

        public string? LastError { get; private set; }

        public bool IsIdle
        {
            get { lock (gate) return !busy && waiting.Count == 0; }
        }

        public void Add(List<LivePiece> pieces)
        {
            if (pieces.Count == 0) return;
            lock (gate)
            {
                hurried?.Cancel(); // The whole is there.
                foreach (LivePiece piece in pieces)
                {
                    waiting.AddLast(piece);
                    queuedSeconds += Seconds(piece);
                }
                while (queuedSeconds > owner.options.Live.MostLag.TotalSeconds && waiting.Count > 1) Drop(owner.options.Live.Policy == LiveTranscriptionOptions.Skip ? waiting.First! : waiting.Last!);
            }
        }

        public void KeepNewest()
        {
            lock (gate)
            {
                while (waiting.Count > 1 || (waiting.Count > 0 && LastError is not null)) Drop(waiting.First!);
            }
        }

        public void Go()
        {
            lock (gate)
            {
                if (busy || waiting.First is not { } next) return;
                waiting.RemoveFirst();
                queuedSeconds = waiting.Count == 0 ? 0 : queuedSeconds - Seconds(next.Value);
                (busy, askedSeconds) = (true, Seconds(next.Value));
                _ = Send(next.Value);
            }
        }

        /// <summary>Asks for the text so far of somebody who still speaks, where the engine has nothing better to do.</summary>
        public void Hurry()
        {
            if (owner.options.Live.PartialEvery <= TimeSpan.Zero || !owner.engine.HasRoom) return;
            lock (gate)
            {
                if (busy || waiting.Count > 0 || hurried is not null) return;
                if (Track.Unfinished(hurriedTo, (long)(owner.options.Live.PartialEvery.TotalSeconds * LiveTrack.RateHz)) is not { } piece) return;
                hurriedTo = Track.Heard;
                hurried = CancellationTokenSource.CreateLinkedTokenSource(owner.givenUp);
                _ = Send(piece, hurried);
            }
        }

        private async Task Send(LivePiece piece, CancellationTokenSource calledOff)
        {
            await Task.Yield();
            try
            {
                var speech = new SpeechPiece(piece.Audio, LiveTrack.RateHz);
                EngineAnswer answer = await owner.engine.TranscribeAsync(speech, owner.told with { Once = true }, calledOff.Token);
                string text = string.Join(' ', SegmentPlacer.Place(piece.Stretch, speech, answer).Select(s => s.Weigh(null)).Where(s => !s.WithoutSpeech && s.Trust >= owner.options.DoubtBelow).Select(s => s.Text));
                lock (gate) (requests, sentSeconds) = (requests + 1, sentSeconds + speech.Seconds);
                owner.Show(this, piece.Stretch, text, calledOff.Token);
            }
            catch (Exception e) when (e is TranscriptionException or OperationCanceledException)
            {
                // The whole piece comes soon, and says what is wrong.
            }
            catch (Exception e)
            {
                lock (gate) LastError = $"the engine failed: {e.Message}";
            }
            finally
            {
                lock (gate) hurried = null;
                calledOff.Dispose();
            }
        }

        public Transcript ToTranscript() => Labelled([.. Segments]) with
        {
            State = Segments.Exists(s => !s.WithoutSpeech) ? TranscriptStates.Text : LastError is not null ? TranscriptStates.Failed : Track.SpeechSamples > 0 ? TranscriptStates.SpeechWithoutText : TranscriptStates.NoSpeech,
            Reason = LastError ?? "",
            DurationSeconds = Math.Round((double)Track.Length / LiveTrack.RateHz, 3),
            SpeechSeconds = Math.Round((double)Track.SpeechSamples / LiveTrack.RateHz, 3),
            SentSeconds = Math.Round(sentSeconds, 3),
            Requests = requests,
            CostDollars = Math.Round(sentSeconds / 60 * owner.engine.PricePerMinute, 6),
        };

        public Transcript Labelled(IReadOnlyList<TranscriptSegment> segments) => new()
        {
            State = TranscriptStates.Text,
            Engine = owner.engine.Engine,
            Model = owner.engine.Model,
            Language = owner.told.Language,
            Track = which.Name(),
            Speaker = owner.stream.Speakers[(int)which],
            SampleRateHz = LiveTrack.RateHz,
            SpeechDetector = owner.detector.Name,
            Segments = segments,
        };

        private static double Seconds(LivePiece piece) => (double)piece.Audio.Length / LiveTrack.RateHz;

        private void Drop(LinkedListNode<LivePiece> piece)
        {
            waiting.Remove(piece);
            queuedSeconds = waiting.Count == 0 ? 0 : queuedSeconds - Seconds(piece.Value);
            skippedSeconds += Seconds(piece.Value);
        }

        private async Task Send(LivePiece piece)
        {
            await Task.Yield(); // The clock that looks at all streams waits for none.
            var speech = new SpeechPiece(piece.Audio, LiveTrack.RateHz);
            try
            {
                EngineAnswer answer = await owner.engine.TranscribeAsync(speech, owner.told, owner.givenUp);
                lock (gate) (requests, sentSeconds) = (requests + 1, sentSeconds + speech.Seconds);
                LastError = null;
                owner.Add(this, [.. SegmentPlacer.Place(piece.Stretch, speech, answer).Select(s => s.Weigh(null))]);
            }
            catch (OperationCanceledException) when (owner.givenUp.IsCancellationRequested)
            {
                Skip(speech, LastError); // The call is long over.
            }
            catch (TranscriptionException e)
            {
                Skip(speech, e.Message);
            }
            catch (Exception e)
            {
                Skip(speech, $"the engine failed: {e.Message}"); // Nobody awaits this: what is not told here is told nowhere.
            }
            finally
            {
                owner.Unshow(this);
                lock (gate) (busy, askedSeconds) = (false, 0);
            }
        }

        private void Skip(SpeechPiece speech, string? error)
        {
            lock (gate) (LastError, skippedSeconds) = (error, skippedSeconds + speech.Seconds);
        }
    }
}

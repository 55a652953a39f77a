using System.Collections.Concurrent;
using Earshot.Audio.Levels;
using Earshot.Audio.Resampling;
using Earshot.Whisper;

namespace Earshot.Engine.Transcription;

/// <summary>whisper.cpp in this process. Library and model are loaded with the first piece; what keeps them from being loaded fails that piece, and nothing else.</summary>
internal sealed class WhisperTranscriber(TranscriptionOptions options, TimeProvider time) : ITranscriber, IDisposable
{
    private readonly Lock gate = new();
    private const float FullScale = 1f / 32768;

    private readonly ConcurrentBag<WhisperSession> sessions = [];
    private WhisperModel? model;
    private int running;
    private bool disposed;
    private string? problem;

    public string Engine => TranscriptionOptions.WhisperEngine;

    public string Model => options.Whisper.Model;

    public double PricePerMinute => 0;

    public async Task<EngineAnswer> TranscribeAsync(SpeechPiece piece, TranscribeRequest request, CancellationToken cancellation)
    {
        using var deadline = new CancellationTokenSource(options.Deadline, time);
        using var both = CancellationTokenSource.CreateLinkedTokenSource(cancellation, deadline.Token);
        try
        {
            // On a thread of its own, whose priority the engine's threads inherit: the pool's threads and the cores are first of all for the calls.
            WhisperResult result = await Task.Factory.StartNew(() => Run(piece, request, both.Token), both.Token, TaskCreationOptions.LongRunning, TaskScheduler.Default);
            return new EngineAnswer(string.Join(' ', result.Segments.Select(s => s.Text)), result.Language, [.. result.Segments.Select(Segment)]);
        }
        catch (WhisperException e)
        {
            throw new TranscriptionException(e.Message, mayPass: false, e);
        }
        catch (OperationCanceledException) when (!cancellation.IsCancellationRequested)
        {
            throw new TranscriptionException($"whisper was not done with {piece.Seconds:0.0} s of audio after {options.Deadline.TotalSeconds:0} s (Transcription:Deadline): take a smaller model than '{Model}', or more Transcription:Whisper:Threads", mayPass: false);
        }
    }

    /// <summary>Frees the model; while pieces are still computed, the last of them does.</summary>
    public void Dispose()
    {
        lock (gate)
        {
            disposed = true;
            if (running == 0) Free();
        }
    }

    private void Free()
    {
        while (sessions.TryTake(out WhisperSession? session)) session.Dispose();
        model?.Dispose();
        model = null;
    }

    private WhisperResult Run(SpeechPiece piece, TranscribeRequest request, CancellationToken cancellation)
    {
        lock (gate)
        {
            if (disposed) throw new OperationCanceledException("the engine is being closed");
            running++;
        }
        try
        {
            WhisperPriority.Lower();
            return Compute(piece, request, cancellation);
        }
        finally
        {
            lock (gate)
            {
                if (--running == 0 && disposed) Free();
            }
        }
    }

    private WhisperResult Compute(SpeechPiece piece, TranscribeRequest request, CancellationToken cancellation)
    {
        if (!sessions.TryTake(out WhisperSession? session)) session = Loaded().Open();
        try
        {
            return session.Transcribe(Floats(piece), new WhisperRequest
            {
                Language = request.Language.Split('-')[0], Prompt = request.Prompt,
                Threads = options.Whisper.Threads > 0 ? options.Whisper.Threads : Math.Clamp((Environment.ProcessorCount - 1) / options.Parallel, 1, 8),
            }, cancellation);
        }
        finally
        {
            sessions.Add(session);
        }
    }

    private WhisperModel Loaded()
    {
        lock (gate)
        {
            if (model is not null) return model;
            if (problem is not null) throw new WhisperException(problem); // It is not tried with every piece; a restart tries again.
            try
            {
                return model = WhisperModel.Load(WhisperLibrary.Load(options.Whisper.Library), WhisperFiles.FindModel(options.Whisper.Model), options.Whisper.Gpu);
            }
            catch (WhisperException e)
            {
                problem = e.Message;
                throw;
            }
        }
    }

    /// <summary>16 kHz, -1 to 1, as whisper hears.</summary>
    internal static float[] Floats(SpeechPiece piece)
    {
        ReadOnlySpan<short> samples = piece.Samples.Span;
        if (piece.SampleRateHz != WhisperSession.SampleRateHz)
        {
            var converter = new RateConverter(piece.SampleRateHz, WhisperSession.SampleRateHz);
            var made = new short[converter.MostOutput(samples.Length + converter.LatencySamples)];
            int count = converter.Process(samples, made);
            count += converter.Flush(made.AsSpan(count));
            samples = made.AsSpan(0, count);
        }
        var floats = new float[samples.Length];
        SampleConversion.ToFloats(samples, floats);
        for (int i = 0; i < floats.Length; i++) floats[i] *= FullScale;
        return floats;
    }

    private static EngineSegment Segment(WhisperSegment segment) => new()
    {
        StartSeconds = segment.StartSeconds,
        EndSeconds = segment.EndSeconds,
        Text = segment.Text,
        AverageLogProbability = segment.AverageLogProbability,
        NoSpeechProbability = segment.NoSpeechProbability,
        Words = [.. segment.Words.Select(w => new SpokenWord(w.Text, w.StartSeconds, w.EndSeconds, w.Probability))],
    };
}

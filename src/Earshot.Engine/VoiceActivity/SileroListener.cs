using Earshot.Audio.Detection;

namespace Earshot.Engine.VoiceActivity;

/// <summary>A running channel. Its windows wait until somebody asks, so that those of many channels can go through the network side by side; and while nobody speaks, what is no louder than the line's own noise does not go there at all.</summary>
internal sealed class SileroListener(SileroModel model, int sampleRateHz) : SileroChannel(sampleRateHz), ISpeechListener
{
    /// <summary>Windows that wait at the most; one more, and the channel judges them by itself.</summary>
    private const int MostWaiting = 8;

    private readonly float[] waiting = new float[MostWaiting * SileroShape.For(sampleRateHz).InputLength];
    private readonly int[] lengths = new int[MostWaiting];
    private readonly LineNoise noise = new();
    private int first;
    private int count;
    private bool isMeasured; // The first that waits.

    public bool IsSpeech
    {
        get
        {
            Settle();
            return Gate.IsSpeech;
        }
    }

    public long SettledTo
    {
        get
        {
            Settle();
            return Place(Gate.SettledTo);
        }
    }

    /// <summary>The next window for the network; it is passed by those that need not go there.</summary>
    /// <returns>False when none waits.</returns>
    public bool TryNext(out ReadOnlySpan<float> window)
    {
        for (; count > 0; Pass(likely: 0))
        {
            window = waiting.AsSpan(first * Shape.InputLength, Shape.InputLength);
            if (isMeasured) return true;
            noise.Add(Power(window[Shape.ContextLength..]));
            if (!noise.IsAlone) return isMeasured = true;
        }
        window = default;
        return false;
    }

    /// <summary>Puts the next window, which <see cref="TryNext"/> has found, among those of other channels.</summary>
    public void PutInto(SileroTensors tensors, int row) => tensors.Put(row, waiting.AsSpan(first * Shape.InputLength, Shape.InputLength), State);

    /// <summary>Takes the network's word for that window.</summary>
    public void TakeFrom(SileroTensors tensors, int row) => Hear(tensors.Take(row, State));

    public void Complete()
    {
        End();
        Settle();
        Gate.Complete();
    }

    public bool TryTake(out SpeechEdge edge)
    {
        Settle();
        if (!Gate.TryTake(out edge)) return false;
        edge = edge with { Sample = Place(edge.Sample) };
        return true;
    }

    protected override void OnWindow(ReadOnlySpan<float> window, int samples)
    {
        if (count == MostWaiting) Settle();
        int at = (first + count) % MostWaiting;
        window.CopyTo(waiting.AsSpan(at * Shape.InputLength));
        lengths[at] = samples;
        count++;
    }

    private void Settle()
    {
        while (TryNext(out ReadOnlySpan<float> window)) Hear(model.Run(Shape, window, State));
    }

    /// <summary>Mean square without the mean.</summary>
    private static float Power(ReadOnlySpan<float> window)
    {
        float sum = 0, squares = 0;
        foreach (float sample in window) (sum, squares) = (sum + sample, squares + sample * sample);
        float mean = sum / window.Length;
        return squares / window.Length - mean * mean;
    }

    private void Hear(float likely)
    {
        noise.Judged(likely);
        Pass(likely);
    }

    private void Pass(float likely)
    {
        Judge(lengths[first], likely);
        first = (first + 1) % MostWaiting;
        count--;
        isMeasured = false;
    }
}

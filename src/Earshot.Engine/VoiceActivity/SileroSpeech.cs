using Earshot.Audio.Detection;

namespace Earshot.Engine.VoiceActivity;

/// <summary>Speech by Silero's network. Thread-safe.</summary>
internal sealed class SileroSpeech(SileroModel model) : ISpeechDetector, IDisposable
{
    public const string DetectorName = "silero";

    /// <summary>How many windows go through the network side by side: the more, the less each costs, though beyond these little is won.</summary>
    private static readonly int[] Batches = [32, 8, 4];

    public string Name => DetectorName;

    public ISpeechFinder OpenRecording(int sampleRateHz) => new SileroFinder(model, sampleRateHz);

    public ISpeechListener OpenLive(int sampleRateHz) => new SileroListener(model, sampleRateHz);

    public void Settle(IReadOnlyList<ISpeechListener> listeners)
    {
        foreach (SileroShape shape in (ReadOnlySpan<SileroShape>)[SileroShape.Narrow, SileroShape.Wide])
        {
            SileroListener[] all = [.. listeners.OfType<SileroListener>().Where(l => l.Shape == shape)];
            var next = new List<SileroListener>(all.Length);
            do
            {
                next.Clear();
                foreach (SileroListener listener in all)
                {
                    if (listener.TryNext(out _)) next.Add(listener);
                }
                int from = 0;
                foreach (int rows in Batches)
                {
                    for (; next.Count - from >= rows; from += rows) Judge(shape, next.GetRange(from, rows));
                }
                for (; from < next.Count; from++) Judge(shape, next.GetRange(from, 1));
            }
            while (next.Count > 0);
        }
    }

    public void Dispose() => model.Dispose();

    private void Judge(SileroShape shape, List<SileroListener> listeners)
    {
        SileroTensors tensors = model.Borrow(shape, listeners.Count);
        for (int row = 0; row < listeners.Count; row++) listeners[row].PutInto(tensors, row);
        tensors.Run();
        for (int row = 0; row < listeners.Count; row++) listeners[row].TakeFrom(tensors, row);
        model.Return(shape, tensors);
    }
}

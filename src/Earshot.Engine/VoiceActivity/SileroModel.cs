using System.Collections.Concurrent;

namespace Earshot.Engine.VoiceActivity;

/// <summary>Silero's network, loaded once and shared by all channels: one session, one arena of memory, as many sets of tensors as run at the same moment. Thread-safe.</summary>
internal sealed unsafe class SileroModel : IDisposable
{
    private readonly ConcurrentDictionary<(SileroShape, int Rows), ConcurrentBag<SileroTensors>> idle = new();

    private SileroModel(OnnxApi api, void* session)
    {
        Api = api;
        Session = session;
    }

    public OnnxApi Api { get; }
    public void* Session { get; }

    /// <summary>Loads runtime and model, and hears that it answers.</summary>
    /// <exception cref="OnnxException">One of the two cannot be used.</exception>
    public static SileroModel Load(string runtime, string path)
    {
        OnnxApi api = OnnxApi.Load(runtime);
        var model = new SileroModel(api, api.OpenSession(path));
        try
        {
            foreach (SileroShape shape in (SileroShape[])[SileroShape.Narrow, SileroShape.Wide])
                if (model.Run(shape, new float[shape.InputLength], new float[SileroTensors.StateLength]) is not (>= 0 and < 0.5f))
                    throw new OnnxException("it hears speech in silence, so it is not Silero's voice activity model, version 5 or 6");
            return model;
        }
        catch
        {
            model.Dispose();
            throw;
        }
    }

    /// <summary>How likely it is that a window is speech, 0 to 1.</summary>
    /// <param name="shape">What a window is.</param>
    /// <param name="window">The context before the window and the window, 1 = full scale.</param>
    /// <param name="state">The network's memory; is carried on.</param>
    public float Run(SileroShape shape, ReadOnlySpan<float> window, Span<float> state)
    {
        SileroTensors tensors = Borrow(shape, 1);
        tensors.Put(0, window, state);
        tensors.Run();
        float likely = tensors.Take(0, state);
        Return(shape, tensors);
        return likely;
    }

    /// <summary>Tensors for so many windows at once, to be given back.</summary>
    public SileroTensors Borrow(SileroShape shape, int rows) => Bag(shape, rows).TryTake(out SileroTensors? there) ? there : new SileroTensors(this, shape, rows);

    public void Return(SileroShape shape, SileroTensors tensors) => Bag(shape, tensors.Rows).Add(tensors);

    public void Dispose()
    {
        foreach (SileroTensors tensors in idle.Values.SelectMany(b => b)) tensors.Dispose();
        Api.ReleaseSession(Session);
    }

    private ConcurrentBag<SileroTensors> Bag(SileroShape shape, int rows) => idle.TryGetValue((shape, rows), out ConcurrentBag<SileroTensors>? there) ? there : idle.GetOrAdd((shape, rows), _ => []);
}

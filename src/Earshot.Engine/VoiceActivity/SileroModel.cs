using System.Collections.Concurrent;

namespace Earshot.Engine.VoiceActivity;

/// <summary>Silero's network, loaded once and shared by all channels: one session, one arena of memory, as many sets of tensors as run at the same moment. Thread-safe.</summary>
internal sealed unsafe class SileroModel : IDisposable
{
    private readonly ConcurrentBag<SileroTensors> idle8 = [], idle16 = [];

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
    public float Run(SileroShape shape, ReadOnlySpan<float> input, Span<float> state)
    {
        ConcurrentBag<SileroTensors> idle = shape.SampleRateHz == SileroShape.Wide.SampleRateHz ? idle16 : idle8;
        if (!idle.TryTake(out SileroTensors? tensors)) tensors = new SileroTensors(this, shape.SampleRateHz, shape.InputLength);
        float result = tensors.Run(input, state);
        idle.Add(tensors);
        return result;
    }

    public void Dispose()
    {
        foreach (SileroTensors tensors in idle8.Concat(idle16)) tensors.Dispose();
        Api.ReleaseSession(Session);
    }
}

using System.Runtime.InteropServices;

namespace Earshot.Engine.VoiceActivity;

/// <summary>The tensors of one run of the model at one rate, over one block of memory that does not move. Not thread-safe.</summary>
internal sealed unsafe class SileroTensors : IDisposable
{
    /// <summary>Floats of the network's memory: two layers of 128.</summary>
    public const int StateLength = 2 * 128;

    private const int InputCount = 3, OutputCount = 2;

    private readonly SileroModel model;
    private readonly float* memory;
    private readonly void** values;
    private readonly byte** names;
    private readonly int inputLength;
    private bool disposed;

    public SileroTensors(SileroModel model, int sampleRateHz, int inputLength)
    {
        (this.model, this.inputLength) = (model, inputLength);
        // Rate (8 bytes), input, state, output (one, rounded up), next state; then the handles and the names.
        int floats = 2 + inputLength + StateLength + 4 + StateLength;
        nuint handles = (InputCount + OutputCount) * (nuint)sizeof(void*);
        memory = (float*)NativeMemory.AlignedAlloc((nuint)(floats + 16) * sizeof(float), 64);
        values = (void**)NativeMemory.AllocZeroed(2 * handles);
        names = (byte**)(values + InputCount + OutputCount);
        *(long*)memory = sampleRateHz;
        float* input = memory + 2, state = input + inputLength, output = state + StateLength, next = output + 4;
        OnnxApi api = model.Api;
        values[0] = api.Tensor(input, inputLength * sizeof(float), [1, inputLength], OnnxType.Float);
        values[1] = api.Tensor(state, StateLength * sizeof(float), [2, 1, 128], OnnxType.Float);
        values[2] = api.Tensor(memory, sizeof(long), [], OnnxType.Int64);
        values[3] = api.Tensor(output, sizeof(float), [1, 1], OnnxType.Float);
        values[4] = api.Tensor(next, StateLength * sizeof(float), [2, 1, 128], OnnxType.Float);
        // Literals lie in the program's image: they never move.
        names[0] = Name("input\0"u8);
        names[1] = Name("state\0"u8);
        names[2] = Name("sr\0"u8);
        names[3] = Name("output\0"u8);
        names[4] = Name("stateN\0"u8);
    }

    ~SileroTensors() => Release();

    /// <summary>How likely it is that the window is speech, 0 to 1.</summary>
    /// <param name="window">The context before the window and the window, 1 = full scale.</param>
    /// <param name="state">The network's memory; is carried on.</param>
    public float Run(ReadOnlySpan<float> window, Span<float> state)
    {
        ObjectDisposedException.ThrowIf(disposed, this);
        float* input = memory + 2, before = input + inputLength, output = before + StateLength, next = output + 4;
        window.CopyTo(new Span<float>(input, inputLength));
        state.CopyTo(new Span<float>(before, StateLength));
        model.Api.Run(model.Session, names, values, InputCount, names + InputCount, values + InputCount, OutputCount);
        new ReadOnlySpan<float>(next, StateLength).CopyTo(state);
        return *output;
    }

    public void Dispose()
    {
        Release();
        GC.SuppressFinalize(this);
    }

    private void Release()
    {
        if (disposed) return;
        disposed = true;
        for (int i = 0; i < InputCount + OutputCount; i++)
            if (values[i] is not null) model.Api.ReleaseTensor(values[i]);
        NativeMemory.Free(values);
        NativeMemory.AlignedFree(memory);
    }

    private static byte* Name(ReadOnlySpan<byte> literal) => (byte*)System.Runtime.CompilerServices.Unsafe.AsPointer(ref MemoryMarshal.GetReference(literal));
}

using System.Runtime.InteropServices;

namespace Earshot.Engine.VoiceActivity;

/// <summary>The tensors of one run of the model at one rate, for so many windows side by side, over one block of memory that does not move. Not thread-safe.</summary>
internal sealed unsafe class SileroTensors : IDisposable
{
    /// <summary>Floats of the network's memory of one channel: two layers of 128.</summary>
    public const int StateLength = Layers * LayerLength;

    private const int Layers = 2, LayerLength = 128;
    private const int InputCount = 3, OutputCount = 2;

    private readonly SileroModel model;
    private readonly float* memory;
    private readonly float* input;
    private readonly float* state;
    private readonly float* output;
    private readonly float* next;
    private readonly void** values;
    private readonly byte** names;
    private readonly int inputLength;
    private bool disposed;

    /// <param name="model">Whose.</param>
    /// <param name="shape">What a window is.</param>
    /// <param name="rows">Windows of one run.</param>
    public SileroTensors(SileroModel model, SileroShape shape, int rows)
    {
        (this.model, inputLength, Rows) = (model, shape.InputLength, rows);
        // Rate (8 bytes), inputs, states, outputs (rounded up), next states; then the handles and the names.
        int outputs = (rows + 3) & ~3;
        int floats = 2 + rows * inputLength + rows * StateLength + outputs + rows * StateLength;
        nuint handles = (InputCount + OutputCount) * (nuint)sizeof(void*);
        memory = (float*)NativeMemory.AlignedAlloc((nuint)(floats + 16) * sizeof(float), 64);
        values = (void**)NativeMemory.AllocZeroed(2 * handles);
        names = (byte**)(values + InputCount + OutputCount);
        *(long*)memory = shape.SampleRateHz;
        input = memory + 2;
        state = input + rows * inputLength;
        output = state + rows * StateLength;
        next = output + outputs;
        new Span<float>(input, rows * inputLength).Clear();
        new Span<float>(state, rows * StateLength).Clear();
        OnnxApi api = model.Api;
        values[0] = api.Tensor(input, rows * inputLength * sizeof(float), [rows, inputLength], OnnxType.Float);
        values[1] = api.Tensor(state, rows * StateLength * sizeof(float), [Layers, rows, LayerLength], OnnxType.Float);
        values[2] = api.Tensor(memory, sizeof(long), [], OnnxType.Int64);
        values[3] = api.Tensor(output, rows * sizeof(float), [rows, 1], OnnxType.Float);
        values[4] = api.Tensor(next, rows * StateLength * sizeof(float), [Layers, rows, LayerLength], OnnxType.Float);
        // Literals lie in the program's image: they never move.
        names[0] = Name("input\0"u8);
        names[1] = Name("state\0"u8);
        names[2] = Name("sr\0"u8);
        names[3] = Name("output\0"u8);
        names[4] = Name("stateN\0"u8);
    }

    ~SileroTensors() => Release();

    /// <summary>Windows of one run.</summary>
    public int Rows { get; }

    /// <summary>Puts a window in.</summary>
    /// <param name="row">Its place, below <see cref="Rows"/>.</param>
    /// <param name="window">The context before the window and the window, 1 = full scale.</param>
    /// <param name="memory">The network's memory of its channel.</param>
    public void Put(int row, ReadOnlySpan<float> window, ReadOnlySpan<float> memory)
    {
        window.CopyTo(new Span<float>(input + row * inputLength, inputLength));
        for (int layer = 0; layer < Layers; layer++) memory.Slice(layer * LayerLength, LayerLength).CopyTo(new Span<float>(state + (layer * Rows + row) * LayerLength, LayerLength));
    }

    /// <summary>Judges all windows.</summary>
    public void Run()
    {
        ObjectDisposedException.ThrowIf(disposed, this);
        model.Api.Run(model.Session, names, values, InputCount, names + InputCount, values + InputCount, OutputCount);
    }

    /// <summary>How likely it is that a window is speech, 0 to 1.</summary>
    /// <param name="row">Which.</param>
    /// <param name="memory">Takes the network's memory of its channel, for the next window.</param>
    public float Take(int row, Span<float> memory)
    {
        for (int layer = 0; layer < Layers; layer++) new ReadOnlySpan<float>(next + (layer * Rows + row) * LayerLength, LayerLength).CopyTo(memory.Slice(layer * LayerLength, LayerLength));
        return output[row];
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

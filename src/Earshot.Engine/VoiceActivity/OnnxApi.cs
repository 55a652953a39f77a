using System.Runtime.InteropServices;

namespace Earshot.Engine.VoiceActivity;

/// <summary>The functions of ONNX Runtime's C interface that a session needs: the table that <c>OrtGetApiBase</c> hands out, whose order never changes.</summary>
internal sealed unsafe class OnnxApi
{
    /// <summary>Every runtime since 1.11 (2022) has it; newer ones go on serving it.</summary>
    private const uint Version = 11;

    /// <summary>Warnings of the runtime are its own affair; errors come back as statuses.</summary>
    private const int LogFatal = 4;

    private const int AllOptimizations = 99, ArenaAllocator = 1, DefaultMemory = 0;

    private readonly void** table;
    private readonly void* environment;

    private OnnxApi(void** table)
    {
        this.table = table;
        void* created;
        fixed (byte* name = "earshot"u8) Check(((delegate* unmanaged<int, byte*, void**, void*>)table[3])(LogFatal, name, &created));
        environment = created;
        void* memory;
        Check(((delegate* unmanaged<int, int, void**, void*>)table[69])(ArenaAllocator, DefaultMemory, &memory));
        CpuMemory = memory;
    }

    private void* CpuMemory { get; }

    /// <summary>Loads the library. It and its environment stay for the life of the process.</summary>
    /// <exception cref="OnnxException">It is not ONNX Runtime, or cannot be loaded here.</exception>
    public static OnnxApi Load(string path)
    {
        if (!NativeLibrary.TryLoad(path, out nint library)) throw new OnnxException("it cannot be loaded as a library of this machine");
        if (!NativeLibrary.TryGetExport(library, "OrtGetApiBase", out nint entry)) throw new OnnxException("it is not ONNX Runtime: OrtGetApiBase is missing");
        void** start = ((delegate* unmanaged<void**>)entry)();
        void** table = (void**)((delegate* unmanaged<uint, void*>)start[0])(Version);
        return table is null ? throw new OnnxException("this ONNX Runtime is too old: 1.11 or newer is needed") : new OnnxApi(table);
    }

    /// <summary>Opens a model, to be run by the thread that calls and no other.</summary>
    public void* OpenSession(string model)
    {
        void* options, session;
        Check(((delegate* unmanaged<void**, void*>)table[10])(&options));
        try
        {
            Check(((delegate* unmanaged<void*, int, void*>)table[23])(options, AllOptimizations));
            Check(((delegate* unmanaged<void*, int, void*>)table[24])(options, 1));
            Check(((delegate* unmanaged<void*, int, void*>)table[25])(options, 1));
            nint path = OperatingSystem.IsWindows() ? Marshal.StringToHGlobalUni(model) : Marshal.StringToCoTaskMemUTF8(model);
            try
            {
                Check(((delegate* unmanaged<void*, void*, void*, void**, void*>)table[7])(environment, (void*)path, options, &session));
            }
            finally
            {
                if (OperatingSystem.IsWindows()) Marshal.FreeHGlobal(path);
                else Marshal.FreeCoTaskMem(path);
            }
            return session;
        }
        finally
        {
            ((delegate* unmanaged<void*, void>)table[100])(options);
        }
    }

    /// <summary>A tensor over memory of ours, which must not move.</summary>
    public void* Tensor(void* data, long bytes, ReadOnlySpan<long> shape, OnnxType type)
    {
        void* value;
        fixed (long* dimensions = shape)
            Check(((delegate* unmanaged<void*, void*, nuint, long*, nuint, int, void**, void*>)table[49])(CpuMemory, data, (nuint)bytes, dimensions, (nuint)shape.Length, (int)type, &value));
        return value;
    }

    /// <summary>Runs a session. Threads may do so at the same time, each with tensors of its own.</summary>
    public void Run(void* session, byte** inputNames, void** inputs, int inputCount, byte** outputNames, void** outputs, int outputCount) =>
        Check(((delegate* unmanaged<void*, void*, byte**, void**, nuint, byte**, nuint, void**, void*>)table[9])(session, null, inputNames, inputs, (nuint)inputCount, outputNames, (nuint)outputCount, outputs));

    public void ReleaseTensor(void* value) => ((delegate* unmanaged<void*, void>)table[96])(value);

    public void ReleaseSession(void* session) => ((delegate* unmanaged<void*, void>)table[95])(session);

    private void Check(void* status)
    {
        if (status is null) return;
        string message = Marshal.PtrToStringUTF8((nint)((delegate* unmanaged<void*, byte*>)table[2])(status)) ?? "unknown error";
        ((delegate* unmanaged<void*, void>)table[93])(status);
        throw new OnnxException(message);
    }
}

using System.Runtime.InteropServices;

namespace Earshot.Whisper;

/// <summary>Lets everything else go before the thread that computes, and before those that it starts.</summary>
public static partial class WhisperPriority
{
    private const int ProcessOrThread = 0, ThisThread = 0, Niceness = 10;

    /// <summary>Lowers the calling thread's priority for good: it should be one that ends with the work.</summary>
    public static void Lower()
    {
        if (OperatingSystem.IsLinux()) _ = SetPriority(ProcessOrThread, ThisThread, Niceness); // .NET's own priorities do nothing on Linux.
        else Thread.CurrentThread.Priority = ThreadPriority.BelowNormal;
    }

    [LibraryImport("libc", EntryPoint = "setpriority")]
    private static partial int SetPriority(int which, int who, int niceness);
}

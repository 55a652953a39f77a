namespace Earshot.Engine.Storage;

/// <summary>What storage may throw at those who write recordings, and how it is said to people.</summary>
internal static class StorageFault
{
    private const int NoSpace = 28;
    private const int WindowsDiskFull = unchecked((int)0x80070070);

    /// <summary>True for the failures of a medium, which must never reach a call.</summary>
    public static bool Is(Exception e) => e is IOException or UnauthorizedAccessException;

    /// <summary>The failure in words with what to do.</summary>
    public static string Describe(Exception e, string location) => e switch
    {
        UnauthorizedAccessException => $"no permission to write in '{location}': give the user that runs earshot write access, or set AUDIO_RECORDINGS_DIR",
        DirectoryNotFoundException => $"the folder '{location}' cannot be created: {e.Message}",
        IOException io when io.HResult is NoSpace or WindowsDiskFull => $"no space left for '{location}': free some, shorten RECORDING_RETENTION_DAYS or run 'earshot prune'",
        _ => $"'{location}': {e.Message}",
    };
}

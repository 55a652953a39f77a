using Earshot.Engine.Calls;

namespace Earshot.Engine.Recording;

/// <summary>Hears from a writer thread, of trouble also from others, what became of a stream's files. Must not block, and but for <see cref="OnOpened"/> not throw.</summary>
internal interface IRecordingObserver
{
    /// <summary>The journal is open: recording has begun. Told again when it throws what storage throws.</summary>
    void OnOpened(string callStem);

    /// <summary>A WAV file was created, with its first samples.</summary>
    void OnFileCreated(Track track, string path);

    /// <summary>Bytes of samples were written.</summary>
    void OnWritten(Track track, int bytes);

    /// <summary>The disk does not take what it is given. Said once until <see cref="OnResumed"/>.</summary>
    void OnTrouble(string reason);

    /// <summary>The disk takes bytes again.</summary>
    void OnResumed();
}

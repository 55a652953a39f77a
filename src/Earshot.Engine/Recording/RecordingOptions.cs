namespace Earshot.Engine.Recording;

/// <summary>How calls are written to disk.</summary>
internal sealed class RecordingOptions
{
    /// <summary>Whether calls are recorded. False: no WAV, no journal; everything else goes on.</summary>
    public bool Enabled { get; set; } = true;

    /// <summary>The folder of the recordings.</summary>
    public string Directory { get; set; } = "audio_recordings";

    /// <summary>The longest time that audio waits in memory before it is written. With the reader's interval it bounds what a killed process loses.</summary>
    public TimeSpan FlushInterval { get; set; } = TimeSpan.FromMilliseconds(200);

    /// <summary>How often a running call's journal is brought to the medium; matters only when the power fails.</summary>
    public TimeSpan FsyncInterval { get; set; } = TimeSpan.FromSeconds(5);

    /// <summary>A recording longer than this goes on in a next file, long before a WAV's sizes end.</summary>
    public TimeSpan SegmentLength { get; set; } = TimeSpan.FromHours(12);

    /// <summary>Audio that waits in memory while the disk does not take it; what comes beyond is counted as lost.</summary>
    public TimeSpan BufferLimit { get; set; } = TimeSpan.FromSeconds(10);

    /// <summary>With less room than this on the disk nothing is written until there is room again.</summary>
    public long MinimumFreeBytes { get; set; } = 64L << 20;

    /// <summary>Threads that write.</summary>
    public int WriterThreads { get; set; } = 2;

    /// <summary>Recordings older than this many days are deleted once a day; 0 keeps them for ever.</summary>
    public int RetentionDays { get; set; }
}

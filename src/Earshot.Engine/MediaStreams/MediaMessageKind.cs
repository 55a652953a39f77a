namespace Earshot.Engine.MediaStreams;

/// <summary>What a message on the media socket is about: the value of its <c>event</c> property.</summary>
internal enum MediaMessageKind
{
    /// <summary>An event this version does not know. It is passed over, and kept in the journal.</summary>
    Unknown,

    /// <summary>The first message of a socket: protocol and version, no stream yet.</summary>
    Connected,

    /// <summary>The stream's own facts: SIDs, tracks, format, custom parameters.</summary>
    Start,

    /// <summary>One frame of audio.</summary>
    Media,

    /// <summary>The stream has ended.</summary>
    Stop,

    /// <summary>A key was pressed (two-way streams only).</summary>
    Dtmf,

    /// <summary>A named point: asked for by us, returned by the carrier (two-way streams only).</summary>
    Mark,

    /// <summary>To the carrier: drop the audio that is still queued (two-way streams only).</summary>
    Clear,
}

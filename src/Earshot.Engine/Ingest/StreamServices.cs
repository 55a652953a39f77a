using Earshot.Engine.Calls;
using Earshot.Engine.Recording;
using Earshot.Engine.Storage;

namespace Earshot.Engine.Ingest;

/// <summary>What every live stream uses. Streams share nothing else.</summary>
internal sealed record StreamServices(
    IngestOptions Ingest,
    RecordingOptions Recording,
    SpeakerOptions Speakers,
    IRecordingStorage Storage,
    RecordingWriters Writers,
    LiveStreams Live,
    CallTickets Tickets,
    StreamCompletion Completion,
    CallLog Log,
    TimeProvider Time,
    IStreamHearing[] Hearings)
{
    /// <summary>Opens the session of a socket that was accepted.</summary>
    /// <param name="arrivalResolutionUs">How exactly the reader knows a message's arrival; 0 where it stamps each by itself.</param>
    public StreamSession Open(long arrivalResolutionUs) => new(this, arrivalResolutionUs);
}

namespace Earshot.Engine.MediaStreams;

/// <summary>One instruction of an answer to the carrier.</summary>
internal abstract record TwiMLVerb
{
    private TwiMLVerb()
    {
    }

    /// <summary>Opens a one-way stream; the call goes on with the next verb at once.</summary>
    internal sealed record StartStream(TwiMLStream Stream) : TwiMLVerb;

    /// <summary>Ends the one-way stream of this name; with no name, the only one.</summary>
    internal sealed record StopStream(string? Name) : TwiMLVerb;

    /// <summary>Opens a two-way stream; the call waits until the socket closes.</summary>
    internal sealed record ConnectStream(TwiMLStream Stream) : TwiMLVerb;

    /// <summary>Speaks a text.</summary>
    internal sealed record Say(string Text, int Loop = 1) : TwiMLVerb;

    /// <summary>Plays a sound file.</summary>
    internal sealed record Play(string Url, int Loop = 1) : TwiMLVerb;

    /// <summary>Waits in silence.</summary>
    internal sealed record Pause(int Seconds) : TwiMLVerb;

    /// <summary>Calls the other party and joins them.</summary>
    internal sealed record Dial(string Target) : TwiMLVerb;

    /// <summary>Fetches the next answer from this address.</summary>
    internal sealed record Redirect(string Url) : TwiMLVerb;

    /// <summary>Ends the call.</summary>
    internal sealed record Hangup : TwiMLVerb;

    /// <summary>Refuses the call: it is never answered.</summary>
    internal sealed record Reject(string Reason) : TwiMLVerb;

    /// <summary>A verb this version does not know.</summary>
    internal sealed record Unknown(string Element) : TwiMLVerb;
}

using Earshot.Engine.Calls;
using Earshot.Engine.Ingest;
using Earshot.Testing;

namespace Earshot.Server.Tests.Calls;

/// <summary>A call in a test server: both tracks, with one loss and one stall where they are asked for.</summary>
/// <remarks>It is told faster than it would be spoken: keep it below the 10 s that wait in memory.</remarks>
internal sealed class SampleCall
{
    public const int LostFrames = 10;
    public const int StallMs = 400;
    public const long FirstTimestampMs = 100;

    private readonly SyntheticCall carrier;
    private readonly long zero;

    private SampleCall(EarshotTestServer server, int number)
    {
        carrier = new SyntheticCall($"MZ{number:x32}", $"CA{number:x32}");
        Session = server.Open();
        zero = TimeProvider.System.GetTimestamp();
    }

    public StreamSession Session { get; }

    public string CallSid => carrier.CallSid;

    public string StreamSid => carrier.StreamSid;

    public string RecordingId(Track track) => Session.Names!.TrackStems[(int)track];

    /// <summary>The place of the loss, in seconds of the recording.</summary>
    public double LossAt { get; private set; }

    /// <summary>Runs a call to its end and waits until all is stored.</summary>
    public static async Task<SampleCall> RecordAsync(EarshotTestServer server, int number, int frames = 100, bool broken = false, params (string, string)[] parameters)
    {
        SampleCall call = Start(server, number, frames, broken, parameters);
        call.Send(call.carrier.Stop(), frames * SyntheticCall.FrameMs);
        await call.Session.StoredAsync();
        return call;
    }

    /// <summary>Starts a call and leaves it running.</summary>
    public static SampleCall Start(EarshotTestServer server, int number, int frames = 100, bool broken = false, params (string, string)[] parameters)
    {
        var call = new SampleCall(server, number);
        call.Send(SyntheticCall.Connected, 0);
        call.Send(call.carrier.Start(null, parameters), 0);
        call.Talk(FirstTimestampMs, frames, broken);
        return call;
    }

    /// <summary>Frames of both tracks from a timestamp on.</summary>
    public void Talk(long fromMs, int frames, bool broken = false)
    {
        int late = 0;
        for (int i = 0; i < frames; i++)
        {
            long at = fromMs + (i * SyntheticCall.FrameMs);
            if (broken && i == frames / 4)
            {
                LossAt = (at - FirstTimestampMs) / 1000.0;
                i += LostFrames - 1;
                continue;
            }
            if (broken && i == frames / 2) late = StallMs;
            Send(carrier.Media("inbound", at).Message, at + late);
            Send(carrier.Media("outbound", at).Message, at + late);
        }
    }

    public async Task EndAsync()
    {
        Session.End(EndReason.SocketLost);
        await Session.StoredAsync();
    }

    private void Send(byte[] message, long atMs)
    {
        using (Session.EnterReading()) Session.OnText(message, zero + (atMs * TimeProvider.System.TimestampFrequency / 1000));
    }
}

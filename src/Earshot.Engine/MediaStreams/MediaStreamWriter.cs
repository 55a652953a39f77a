using System.Buffers;

namespace Earshot.Engine.MediaStreams;

/// <summary>
/// Writes every message of the media socket, property for property as the carrier does: numbers are strings, but sampleRate and
/// channels. A media message allocates nothing.
/// </summary>
internal static class MediaStreamWriter
{
    /// <summary>From the carrier: the first message of a socket.</summary>
    public static void WriteConnected(IBufferWriter<byte> output)
        => output.Write("""{"event":"connected","protocol":"Call","version":"1.0.0"}"""u8);

    /// <summary>From the carrier: the stream's own facts.</summary>
    public static void WriteStart(IBufferWriter<byte> output, StartMessage start)
    {
        var json = new WireJson(output, 512);
        json.Raw("""{"event":"start","sequenceNumber":"""u8);
        json.QuotedNumber(start.SequenceNumber);
        json.Raw(""","start":{"accountSid":"""u8);
        json.Text(start.AccountSid);
        json.Raw(""","streamSid":"""u8);
        json.Text(start.StreamSid);
        json.Raw(""","callSid":"""u8);
        json.Text(start.CallSid);
        json.Raw(""","tracks":["""u8);
        for (int i = 0; i < start.Tracks.Count; i++)
        {
            json.Raw(i == 0 ? ""u8 : ","u8);
            json.Text(start.Tracks[i]);
        }

        json.Raw("""],"mediaFormat":{"encoding":"""u8);
        json.Text(start.MediaFormat.Encoding);
        json.Raw(""","sampleRate":"""u8);
        json.Number(start.MediaFormat.SampleRateHz);
        json.Raw(""","channels":"""u8);
        json.Number(start.MediaFormat.Channels);
        json.Raw("""},"customParameters":{"""u8);
        for (int i = 0; i < start.CustomParameters.Count; i++)
        {
            json.Raw(i == 0 ? ""u8 : ","u8);
            json.Text(start.CustomParameters[i].Key);
            json.Raw(":"u8);
            json.Text(start.CustomParameters[i].Value);
        }

        json.Raw("""}},"streamSid":"""u8);
        json.Text(start.StreamSid);
        json.Raw("}"u8);
        json.Done();
    }

    /// <summary>From the carrier: one frame.</summary>
    public static void WriteMedia(
        IBufferWriter<byte> output,
        ReadOnlySpan<byte> streamSid,
        long sequenceNumber,
        ReadOnlySpan<byte> track,
        long chunk,
        long timestampMs,
        ReadOnlySpan<byte> audio)
    {
        var json = new WireJson(output, 256 + WireJson.Base64Length(audio.Length));
        json.Raw("""{"event":"media","sequenceNumber":"""u8);
        json.QuotedNumber(sequenceNumber);
        json.Raw(""","media":{"track":"""u8);
        json.Text(track);
        json.Raw(""","chunk":"""u8);
        json.QuotedNumber(chunk);
        json.Raw(""","timestamp":"""u8);
        json.QuotedNumber(timestampMs);
        json.Raw(""","payload":"""u8);
        json.Base64Text(audio);
        json.Raw("""},"streamSid":"""u8);
        json.Text(streamSid);
        json.Raw("}"u8);
        json.Done();
    }

    /// <summary>From the carrier: the end of the stream.</summary>
    public static void WriteStop(IBufferWriter<byte> output, string streamSid, long sequenceNumber, string accountSid, string callSid)
    {
        var json = new WireJson(output, 256);
        json.Raw("""{"event":"stop","sequenceNumber":"""u8);
        json.QuotedNumber(sequenceNumber);
        json.Raw(""","streamSid":"""u8);
        json.Text(streamSid);
        json.Raw(""","stop":{"accountSid":"""u8);
        json.Text(accountSid);
        json.Raw(""","callSid":"""u8);
        json.Text(callSid);
        json.Raw("}}"u8);
        json.Done();
    }

    /// <summary>From the carrier, two-way streams only: a key was pressed.</summary>
    public static void WriteDtmf(IBufferWriter<byte> output, string streamSid, long sequenceNumber, string digit)
    {
        var json = new WireJson(output, 192);
        json.Raw("""{"event":"dtmf","streamSid":"""u8);
        json.Text(streamSid);
        json.Raw(""","sequenceNumber":"""u8);
        json.QuotedNumber(sequenceNumber);
        json.Raw(""","dtmf":{"track":"inbound_track","digit":"""u8);
        json.Text(digit);
        json.Raw("}}"u8);
        json.Done();
    }

    /// <summary>From the carrier, two-way streams only: what was queued before the mark has been played or cleared.</summary>
    public static void WriteMark(IBufferWriter<byte> output, string streamSid, long sequenceNumber, string name)
    {
        var json = new WireJson(output, 192);
        json.Raw("""{"event":"mark","sequenceNumber":"""u8);
        json.QuotedNumber(sequenceNumber);
        json.Raw(""","streamSid":"""u8);
        json.Text(streamSid);
        json.Raw(""","mark":{"name":"""u8);
        json.Text(name);
        json.Raw("}}"u8);
        json.Done();
    }

    /// <summary>To the carrier: play this audio (mu-law 8 kHz, any length, no file header).</summary>
    public static void WriteMedia(IBufferWriter<byte> output, ReadOnlySpan<byte> streamSid, ReadOnlySpan<byte> audio)
    {
        var json = new WireJson(output, 128 + WireJson.Base64Length(audio.Length));
        json.Raw("""{"event":"media","streamSid":"""u8);
        json.Text(streamSid);
        json.Raw(""","media":{"payload":"""u8);
        json.Base64Text(audio);
        json.Raw("}}"u8);
        json.Done();
    }

    /// <summary>To the carrier: return this name when what was sent so far has been played.</summary>
    public static void WriteMark(IBufferWriter<byte> output, string streamSid, string name)
    {
        var json = new WireJson(output, 192);
        json.Raw("""{"event":"mark","streamSid":"""u8);
        json.Text(streamSid);
        json.Raw(""","mark":{"name":"""u8);
        json.Text(name);
        json.Raw("}}"u8);
        json.Done();
    }

    /// <summary>To the carrier: drop what is queued.</summary>
    public static void WriteClear(IBufferWriter<byte> output, string streamSid)
    {
        var json = new WireJson(output, 128);
        json.Raw("""{"event":"clear","streamSid":"""u8);
        json.Text(streamSid);
        json.Raw("}"u8);
        json.Done();
    }
}

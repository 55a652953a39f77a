using System.Text.Json;
using Earshot.Engine.Storage;

namespace Earshot.Engine.Recording;

/// <summary>One message of a journal.</summary>
/// <param name="us">Arrival in microseconds since the header's <c>zeroAt</c>.</param>
/// <param name="outgoing">True for what Earshot's side sent.</param>
/// <param name="message">The message, byte for byte.</param>
internal readonly ref struct JournalEntry(long us, bool outgoing, ReadOnlySpan<byte> message)
{
    public readonly long Us = us;
    public readonly bool Outgoing = outgoing;
    public readonly ReadOnlySpan<byte> Message = message;
}

/// <summary>Receives a journal's messages in order.</summary>
internal interface IJournalVisitor
{
    void OnEntry(in JournalEntry entry);

    /// <summary>The carrier's socket took so long to answer.</summary>
    void OnRoundTrip(long roundTripUs)
    {
    }

    /// <summary>Here the journal lacks so many messages that came or were sent: the disk did not take them.</summary>
    void OnMissing(long messages)
    {
    }

    /// <summary>From here on the outbound recording is a microphone's.</summary>
    void OnMicrophone()
    {
    }
}

/// <summary>Reads a journal. A line cut off at the end of a file, as a crash leaves it, is passed over; any other unreadable line is counted.</summary>
internal sealed class JournalReader
{
    private const int FirstBuffer = 64 * 1024;
    /// <summary>A bot may send a whole speech in one message, and what is not JSON grows by a third.</summary>
    private const int LongestLine = 6 << 20;

    /// <summary>The header of the first file; null when there was none.</summary>
    public JournalHeader? Header { get; private set; }

    public long Entries { get; private set; }

    /// <summary>Lines that are not of the journal's form.</summary>
    public long BadLines { get; private set; }

    /// <summary>Messages that the journal itself says it lacks.</summary>
    public long Missing { get; private set; }

    /// <summary>Names of a journal's files in order: <c>stem.wire.jsonl</c>, <c>stem.2.wire.jsonl</c>.</summary>
    public static IReadOnlyList<string> Parts(IRecordingStorage storage, string stem)
    {
        var names = new List<string>();
        for (int part = 1; ; part++)
        {
            string name = PartName(stem, part);
            if (!storage.Exists(name)) return names;
            names.Add(name);
        }
    }

    public static string PartName(string stem, int part) => part <= 1 ? stem + FileNames.Journal : $"{stem}.{part}{FileNames.Journal}";

    /// <summary>Reads all parts of a journal.</summary>
    public void ReadAll(IRecordingStorage storage, string stem, IJournalVisitor visitor)
    {
        foreach (string name in Parts(storage, stem))
        {
            using Stream stream = storage.OpenRead(name);
            Read(stream, visitor);
        }
    }

    /// <summary>Reads a file's first line alone.</summary>
    public void ReadHeader(Stream stream)
    {
        byte[] buffer = new byte[FirstBuffer];
        int filled = stream.ReadAtLeast(buffer, buffer.Length, throwOnEndOfStream: false);
        int length = buffer.AsSpan(0, filled).IndexOf((byte)'\n');
        if (length > 0) Line(buffer.AsSpan(0, length), NoVisitor.Instance);
    }

    /// <summary>Reads one file.</summary>
    public void Read(Stream stream, IJournalVisitor visitor)
    {
        byte[] buffer = new byte[FirstBuffer];
        int filled = 0;
        while (true)
        {
            int read = stream.Read(buffer, filled, buffer.Length - filled);
            if (read == 0) return;
            filled += read;
            int start = 0;
            while (buffer.AsSpan(start, filled - start).IndexOf((byte)'\n') is >= 0 and int length)
            {
                Line(buffer.AsSpan(start, length), visitor);
                start += length + 1;
            }
            buffer.AsSpan(start, filled - start).CopyTo(buffer);
            filled -= start;
            if (filled < buffer.Length) continue;
            if (buffer.Length >= LongestLine) { BadLines++; filled = 0; }
            else Array.Resize(ref buffer, buffer.Length * 2);
        }
    }

    private void Line(ReadOnlySpan<byte> line, IJournalVisitor visitor)
    {
        if (line.IsEmpty) return;
        try
        {
            Parse(line, visitor);
        }
        catch (Exception e) when (e is JsonException or FormatException or InvalidOperationException)
        {
            BadLines++;
        }
    }

    private void Parse(ReadOnlySpan<byte> line, IJournalVisitor visitor)
    {
        var json = new Utf8JsonReader(line);
        long us = -1;
        bool outgoing = false;
        ReadOnlySpan<byte> message = default;
        bool hasMessage = false;
        json.Read();
        while (json.Read() && json.TokenType == JsonTokenType.PropertyName)
        {
            if (json.ValueTextEquals("us"u8)) { json.Read(); us = json.GetInt64(); }
            else if (json.ValueTextEquals("dir"u8)) { json.Read(); outgoing = json.ValueTextEquals("out"u8); }
            else if (json.ValueTextEquals("msg"u8))
            {
                json.Read();
                int from = (int)json.TokenStartIndex;
                json.Skip();
                message = line[from..(int)json.BytesConsumed];
                hasMessage = true;
            }
            else if (json.ValueTextEquals("b64"u8)) { json.Read(); message = json.GetBytesFromBase64(); hasMessage = true; }
            else if (json.ValueTextEquals("missing"u8)) { json.Read(); NoteMissing(json.GetInt64(), visitor); return; }
            else if (json.ValueTextEquals("roundTripUs"u8)) { json.Read(); visitor.OnRoundTrip(json.GetInt64()); return; }
            else if (json.ValueTextEquals("microphone"u8)) { visitor.OnMicrophone(); return; }
            else if (json.ValueTextEquals("journal"u8))
            {
                Header ??= JsonSerializer.Deserialize(line, ManifestJson.Default.JournalHeader);
                return;
            }
            else { json.Read(); json.Skip(); }
        }
        if (us < 0 || !hasMessage) { BadLines++; return; }
        Entries++;
        visitor.OnEntry(new JournalEntry(us, outgoing, message));
    }

    private void NoteMissing(long messages, IJournalVisitor visitor)
    {
        Missing += messages;
        visitor.OnMissing(messages);
    }

    private sealed class NoVisitor : IJournalVisitor
    {
        public static NoVisitor Instance { get; } = new();

        public void OnEntry(in JournalEntry entry)
        {
        }
    }
}

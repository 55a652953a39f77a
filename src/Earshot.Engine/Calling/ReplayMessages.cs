using System.Diagnostics.CodeAnalysis;
using Earshot.Engine.MediaStreams;
using Earshot.Engine.Recording;

namespace Earshot.Engine.Calling;

/// <summary>What the carrier sent on one stream, from its journal.</summary>
internal sealed class ReplayMessages : IJournalVisitor
{
    private readonly MediaStreamReader _reader = new();
    private readonly List<(long Us, byte[] Message)> _messages = [];

    public IReadOnlyList<(long Us, byte[] Message)> Messages => _messages;

    /// <summary>The stream's own facts; null if the journal holds no start.</summary>
    public StartMessage? Start { get; private set; }

    /// <summary>The carrier announced the end.</summary>
    public bool Stopped { get; private set; }

    /// <summary>Messages that the journal says it lacks, and lines that could not be read.</summary>
    public long Missing { get; private set; }

    public static bool TryLoad(string path, [NotNullWhen(true)] out ReplayMessages? messages, [NotNullWhen(false)] out string? problem)
    {
        messages = new ReplayMessages();
        try
        {
            var journal = new JournalReader();
            string stem = path.EndsWith(FileNames.Journal, StringComparison.Ordinal) ? path[..^FileNames.Journal.Length] : path;
            for (int part = 1; part == 1 || File.Exists(JournalReader.PartName(stem, part)); part++)
            {
                using FileStream file = File.OpenRead(part == 1 ? path : JournalReader.PartName(stem, part));
                journal.Read(file, messages);
            }

            messages.Missing = journal.Missing + journal.BadLines;
            problem = messages._messages.Count == 0 ? $"{path} holds no message of a carrier." : null;
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            problem = $"{path} cannot be read: {error.Message}";
        }

        messages = problem is null ? messages : null;
        return problem is null;
    }

    public void OnEntry(in JournalEntry entry)
    {
        if (entry.Outgoing)
        {
            return;
        }

        _messages.Add((entry.Us, entry.Message.ToArray()));
        if (_reader.Read(entry.Message, out MediaMessage message) != MediaMessageVerdict.Ok)
        {
            return;
        }

        Stopped |= message.Kind == MediaMessageKind.Stop;
        if (message.Kind == MediaMessageKind.Start && Start is null && StartMessage.TryParse(entry.Message, out StartMessage? start, out _))
        {
            Start = start;
        }
    }
}

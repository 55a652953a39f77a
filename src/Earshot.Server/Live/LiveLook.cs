using System.Text.Json;

namespace Earshot.Server.Live;

/// <summary>One look at the running calls, written once for all who watch.</summary>
internal sealed class LiveLook(LiveSnapshot snapshot)
{
    private readonly byte[] whole = JsonSerializer.SerializeToUtf8Bytes(snapshot, LiveJson.Default.LiveSnapshot);

    /// <summary>The calls whose words are in it.</summary>
    public IReadOnlyCollection<string> WithWords { get; } = [.. snapshot.Calls.Where(HasWords).Select(c => c.CallSid).Distinct()];

    /// <summary>As JSON, with the words of these calls alone.</summary>
    public byte[] For(IReadOnlySet<string> mayBeRead) => WithWords.All(mayBeRead.Contains)
        ? whole
        : JsonSerializer.SerializeToUtf8Bytes(snapshot with { Calls = [.. snapshot.Calls.Select(c => HasWords(c) && !mayBeRead.Contains(c.CallSid) ? c with { Text = null } : c)] }, LiveJson.Default.LiveSnapshot);

    private static bool HasWords(LiveCall call) => call.Text is { Lines.Count: > 0 } or { Partials.Count: > 0 };
}

using System.CommandLine;
using Earshot.Engine.Calls;
using Earshot.Engine.Catalog;

namespace Earshot.Cli.Commands;

/// <summary>A call on the command line: its callSid, the beginning of one, or <c>latest</c>.</summary>
internal static class CallArgument
{
    public const string Latest = "latest";

    public static Argument<string> Create() => new("CALL") { Description = "The call's SID, the beginning of one, or 'latest'" };

    /// <summary>The call that is meant. Null, after saying so, when there is none or more than one.</summary>
    public static CallRow? Find(CallStore store, string text)
    {
        if (text == Latest) return Named(store, store.List(null, 1) is [var newest, ..] ? newest.CallSid : null, "there are no calls; 'earshot demo' makes some");
        if (store.Find(text) is { } exact) return exact;
        IReadOnlyList<string> matches = store.StartingWith(text, 3);
        if (matches.Count <= 1) return Named(store, matches.SingleOrDefault(), $"there is no call '{LogText.Clean(text)}'; 'earshot list' shows them, 'earshot reindex' reads the folder again");
        Console.Error.WriteLine($"earshot: '{LogText.Clean(text)}' is the beginning of more than one call: {string.Join(", ", matches.Select(LogText.Clean))}");
        return null;
    }

    private static CallRow? Named(CallStore store, string? callSid, string otherwise)
    {
        if (callSid is not null) return store.Find(callSid);
        Console.Error.WriteLine($"earshot: {otherwise}");
        return null;
    }
}

using System.CommandLine;
using Earshot.Engine.Access;
using Earshot.Engine.Calls;
using Earshot.Engine.Catalog;

namespace Earshot.Cli.Commands;

/// <summary><c>earshot delete CALL</c>.</summary>
internal static class DeleteCommand
{
    public static Command Create()
    {
        Argument<string> call = CallArgument.Create();
        var yes = new Option<bool>("--yes") { Description = "Do not ask" };
        return StoreSession.Command("delete", "Delete a call: its files and its rows", [call, yes], (session, parsed) =>
        {
            CallStore store = session.Get<CallStore>();
            if (CallArgument.Find(store, parsed.GetValue(call)!) is not { } found) return ExitCodes.Unreadable;
            if (!parsed.GetValue(yes) && !Confirm(found.CallSid)) return ExitCodes.Usage;
            switch (session.Get<RecordingAccess>().Delete(Principal.Terminal, found.CallSid))
            {
                case DeleteOutcome.Running:
                    Console.Error.WriteLine($"earshot delete: {LogText.Clean(found.CallSid)} is still being recorded");
                    return ExitCodes.Findings;
                default:
                    Console.WriteLine($"deleted {LogText.Clean(found.CallSid)}");
                    return ExitCodes.Ok;
            }
        });
    }

    private static bool Confirm(string callSid)
    {
        if (Console.IsInputRedirected)
        {
            Console.Error.WriteLine("earshot delete: nobody is there to ask; give --yes");
            return false;
        }
        Console.Error.Write($"Delete {LogText.Clean(callSid)} with all its files? [y/N] ");
        return Console.ReadLine()?.Trim() is "y" or "Y" or "yes";
    }
}

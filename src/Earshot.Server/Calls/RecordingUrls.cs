namespace Earshot.Server.Calls;

/// <summary>Addresses within this server.</summary>
internal static class RecordingUrls
{
    public static string Call(string callSid) => $"/calls/{Uri.EscapeDataString(callSid)}";

    public static string CallApi(string callSid) => $"/api/calls/{Uri.EscapeDataString(callSid)}";

    public static string Both(string callSid, string layout) => $"{CallApi(callSid)}/audio?layout={layout}";

    public static string Recording(string id) => $"/api/recordings/{Uri.EscapeDataString(id)}";

    public static string Audio(string id, int segment) => segment <= 1 ? $"{Recording(id)}/audio" : $"{Recording(id)}/audio?segment={segment}";
}

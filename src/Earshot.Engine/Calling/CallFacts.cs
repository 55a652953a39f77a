using System.Security.Cryptography;

namespace Earshot.Engine.Calling;

/// <summary>Who calls whom: what a call's requests and messages repeat.</summary>
internal sealed record CallFacts(string CallSid, string AccountSid, string From, string To)
{
    /// <summary>A new SID: two letters and 32 hex digits.</summary>
    public static string NewSid(string prefix) => prefix + RandomNumberGenerator.GetHexString(32, lowercase: true);

    /// <summary>The form of a call webhook.</summary>
    public List<KeyValuePair<string, string>> Form(string callStatus, IEnumerable<KeyValuePair<string, string>> more)
    {
        List<KeyValuePair<string, string>> form =
        [
            new("AccountSid", AccountSid),
            new("ApiVersion", "2010-04-01"),
            new("CallSid", CallSid),
            new("CallStatus", callStatus),
            new("Direction", "inbound"),
            new("From", From),
            new("Caller", From),
            new("FromCity", ""),
            new("FromState", ""),
            new("FromZip", ""),
            new("FromCountry", "US"),
            new("CallerCity", ""),
            new("CallerState", ""),
            new("CallerZip", ""),
            new("CallerCountry", "US"),
            new("To", To),
            new("Called", To),
            new("ToCity", ""),
            new("ToState", ""),
            new("ToZip", ""),
            new("ToCountry", "US"),
            new("CalledCity", ""),
            new("CalledState", ""),
            new("CalledZip", ""),
            new("CalledCountry", "US"),
        ];
        form.AddRange(more);
        return form;
    }

    /// <summary>The form of a stream status callback.</summary>
    public List<KeyValuePair<string, string>> StatusForm(
        string streamSid, string streamName, string streamEvent, string? streamError, DateTimeOffset at)
    {
        List<KeyValuePair<string, string>> form =
        [
            new("AccountSid", AccountSid),
            new("CallSid", CallSid),
            new("StreamSid", streamSid),
            new("StreamName", streamName),
            new("StreamEvent", streamEvent),
            // Nine fractional digits, two more than a DateTime can hold.
            new("Timestamp", at.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss.fffffff", System.Globalization.CultureInfo.InvariantCulture) + "00Z"),
        ];
        if (streamError is not null)
        {
            form.Add(new("StreamError", streamError));
        }

        return form;
    }
}

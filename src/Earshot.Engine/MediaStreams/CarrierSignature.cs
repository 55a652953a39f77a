using System.Diagnostics.CodeAnalysis;
using System.Security.Cryptography;
using System.Text;

namespace Earshot.Engine.MediaStreams;

/// <summary>The carrier's signature of a request (the header <see cref="HeaderName"/>): HMAC-SHA1 over URL and form, in base64.</summary>
internal static class CarrierSignature
{
    public const string HeaderName = "X-Twilio-Signature";

    /// <summary>No form: a GET, a WebSocket upgrade, a JSON body.</summary>
    public static IReadOnlyList<KeyValuePair<string, string>> NoForm { get; } = [];

    /// <summary>
    /// Signs. <paramref name="url"/> is the whole URL as the carrier calls it; the form's parameters follow it sorted by name in
    /// code unit order, name then value; of a repeated name each different value once, sorted.
    /// </summary>
    public static string Compute(string token, string url, IReadOnlyCollection<KeyValuePair<string, string>> form)
        => Convert.ToBase64String(Hash(token, SignedText(url, form)));

    /// <summary>
    /// True if the signature belongs to one of the URLs (<see cref="CarrierUrl.Candidates"/>) under one of the tokens. Every pair
    /// is compared, each in constant time. An empty token signs nothing: anyone could compute it.
    /// </summary>
    public static bool IsValid(
        IReadOnlyCollection<string> tokens,
        IReadOnlyCollection<string> candidates,
        IReadOnlyCollection<KeyValuePair<string, string>> form,
        string? signature)
    {
        byte[] given = Encoding.UTF8.GetBytes(signature ?? "");
        bool valid = false;
        foreach (string url in candidates)
        {
            byte[] text = SignedText(url, form);
            foreach (string token in tokens)
            {
                if (!string.IsNullOrEmpty(token))
                {
                    byte[] expected = Encoding.ASCII.GetBytes(Convert.ToBase64String(Hash(token, text)));
                    valid |= CryptographicOperations.FixedTimeEquals(expected, given);
                }
            }
        }

        return valid;
    }

    /// <summary>The hash of a body that is no form, as it stands in the query parameter <c>bodySHA256</c>: lower-case hex.</summary>
    public static string ComputeBodyHash(ReadOnlySpan<byte> body) => Convert.ToHexStringLower(SHA256.HashData(body));

    /// <summary>
    /// Checks the body of a request whose query carries <c>bodySHA256</c>. The URL's own signature (with <see cref="NoForm"/>) must
    /// be checked as well: only it proves that the hash is the carrier's.
    /// </summary>
    /// <param name="query">The raw query, with or without its question mark.</param>
    /// <param name="body">The body as it came.</param>
    /// <returns>false if the hash is absent, stands more than once, or is another body's.</returns>
    public static bool IsBodyValid(string query, ReadOnlySpan<byte> body)
    {
        string? hash = null;
        foreach (string pair in query.TrimStart('?').Split('&'))
        {
            if (pair.StartsWith("bodySHA256=", StringComparison.Ordinal))
            {
                if (hash is not null)
                {
                    return false;
                }

                hash = pair["bodySHA256=".Length..];
            }
        }

        return hash is not null && CryptographicOperations.FixedTimeEquals(
            Encoding.ASCII.GetBytes(ComputeBodyHash(body)), Encoding.UTF8.GetBytes(hash.ToLowerInvariant()));
    }

    [SuppressMessage("Security", "CA5350", Justification = "The carrier's scheme is HMAC-SHA1; HMAC does not rest on collision resistance.")]
    private static byte[] Hash(string token, byte[] text) => HMACSHA1.HashData(Encoding.UTF8.GetBytes(token), text);

    private static byte[] SignedText(string url, IReadOnlyCollection<KeyValuePair<string, string>> form)
    {
        var text = new StringBuilder(url);
        var parameters = new SortedDictionary<string, SortedSet<string>>(StringComparer.Ordinal);
        foreach ((string name, string value) in form)
        {
            if (!parameters.TryGetValue(name, out SortedSet<string>? values))
            {
                parameters.Add(name, values = new SortedSet<string>(StringComparer.Ordinal));
            }

            values.Add(value);
        }

        foreach ((string name, SortedSet<string> values) in parameters)
        {
            foreach (string value in values)
            {
                text.Append(name).Append(value);
            }
        }

        return Encoding.UTF8.GetBytes(text.ToString());
    }
}

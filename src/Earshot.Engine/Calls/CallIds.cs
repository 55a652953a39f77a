using System.Security.Cryptography;
using System.Text;

namespace Earshot.Engine.Calls;

/// <summary>The carrier's identifier of a call. Input from outside: use <see cref="FileName"/> wherever it meets a path.</summary>
internal readonly record struct CallSid(string Value)
{
    /// <summary>The identifier as it may stand in a file name.</summary>
    public string FileName => SafeName.Of(Value);

    public override string ToString() => Value;
}

/// <summary>The carrier's identifier of one media stream (one WebSocket) of a call; the session id in file names.</summary>
internal readonly record struct StreamSid(string Value)
{
    /// <inheritdoc cref="CallSid.FileName"/>
    public string FileName => SafeName.Of(Value);

    public override string ToString() => Value;
}

/// <summary>Turns outside names into file names: short plain names stay, everything else becomes its hash.</summary>
internal static class SafeName
{
    private const int MaxLength = 64;

    /// <summary>True for 1 to 64 of the characters A-Z, a-z, 0-9, dash and underscore.</summary>
    public static bool IsPlain(ReadOnlySpan<char> name)
    {
        if (name.Length is 0 or > MaxLength) return false;
        foreach (char c in name)
            if (!char.IsAsciiLetterOrDigit(c) && c is not ('-' or '_')) return false;
        return true;
    }

    /// <summary>The name itself if it is plain, otherwise "x" and the first 31 hex digits of its SHA-256.</summary>
    public static string Of(string name) =>
        IsPlain(name) ? name : string.Concat("x", Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(name))).AsSpan(0, 31));
}

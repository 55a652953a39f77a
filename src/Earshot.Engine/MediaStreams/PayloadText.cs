using System.Buffers;
using System.Buffers.Text;

namespace Earshot.Engine.MediaStreams;

/// <summary>Base64 as media messages have it: white space and missing padding are taken, the URL-safe alphabet is not.</summary>
internal static class PayloadText
{
    /// <summary>True exactly when <see cref="TryDecode"/> would succeed with enough room.</summary>
    public static bool IsValid(ReadOnlySpan<byte> base64, out int bytes)
        => Base64.IsValid(base64, out bytes) || IsValidUnpadded(base64, out bytes);

    public static bool TryDecode(ReadOnlySpan<byte> base64, Span<byte> destination, out int bytes)
    {
        OperationStatus status = Base64.DecodeFromUtf8(base64, destination, out _, out bytes);
        return status switch
        {
            OperationStatus.Done => true,
            OperationStatus.DestinationTooSmall => false,
            _ => TryDecodeUnpadded(base64, destination, out bytes),
        };
    }

    private static bool IsValidUnpadded(ReadOnlySpan<byte> base64, out int bytes)
    {
        byte[] padded = ArrayPool<byte>.Shared.Rent(base64.Length + 2);
        bool valid = TryPad(base64, padded, out int length) & Base64.IsValid(padded.AsSpan(0, length), out bytes);
        ArrayPool<byte>.Shared.Return(padded);
        return valid;
    }

    private static bool TryDecodeUnpadded(ReadOnlySpan<byte> base64, Span<byte> destination, out int bytes)
    {
        bytes = 0;
        byte[] padded = ArrayPool<byte>.Shared.Rent(base64.Length + 2);
        bool decoded = TryPad(base64, padded, out int length)
            && Base64.DecodeFromUtf8(padded.AsSpan(0, length), destination, out _, out bytes) == OperationStatus.Done;
        ArrayPool<byte>.Shared.Return(padded);
        return decoded;
    }

    /// <summary>Copies the text without white space and gives it its padding back.</summary>
    private static bool TryPad(ReadOnlySpan<byte> base64, Span<byte> padded, out int length)
    {
        length = 0;
        foreach (byte character in base64)
        {
            if (character is not ((byte)' ' or (byte)'\t' or (byte)'\r' or (byte)'\n'))
            {
                padded[length++] = character;
            }
        }

        int missing = (4 - (length % 4)) % 4;
        if (missing is 0 or 3)
        {
            return false;
        }

        padded.Slice(length, missing).Fill((byte)'=');
        length += missing;
        return true;
    }
}

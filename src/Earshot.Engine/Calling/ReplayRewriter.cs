using System.Buffers;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;
using Earshot.Engine.MediaStreams;

namespace Earshot.Engine.Calling;

/// <summary>
/// Puts new SIDs where the old ones stand as whole JSON strings; every other byte stays as it was recorded. Into the start it puts
/// the parameters that the new answer asks for: a token in them is good for one socket only.
/// </summary>
internal sealed class ReplayRewriter(
    IReadOnlyList<(string Old, string New)> sids, IReadOnlyList<KeyValuePair<string, string>> parameters)
{
    private static readonly JsonSerializerOptions Plain = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    private readonly (byte[] Old, byte[] New)[] _sids =
    [
        .. sids.Where(pair => pair.Old.Length > 0 && pair.Old != pair.New)
            .Select(pair => (Encoding.UTF8.GetBytes(pair.Old), Encoding.UTF8.GetBytes(JsonSerializer.Serialize(pair.New)))),
    ];

    private readonly ArrayBufferWriter<byte> _output = new();
    private readonly MediaStreamReader _reader = new();

    /// <summary>The message as it is to be sent; good until the next call.</summary>
    public ReadOnlyMemory<byte> Rewrite(byte[] message)
    {
        bool isStart = _reader.Read(message, out MediaMessage view) == MediaMessageVerdict.Ok && view.Kind == MediaMessageKind.Start;
        byte[] source = isStart && parameters.Count > 0 ? WithParameters(message) : message;
        if (_sids.Length == 0)
        {
            return source;
        }

        _output.ResetWrittenCount();
        try
        {
            int copied = 0;
            var json = new Utf8JsonReader(source);
            while (json.Read())
            {
                if (json.TokenType != JsonTokenType.String)
                {
                    continue;
                }

                foreach ((byte[] old, byte[] fresh) in _sids)
                {
                    if (json.ValueTextEquals(old))
                    {
                        int at = (int)json.TokenStartIndex;
                        _output.Write(source.AsSpan(copied, at - copied));
                        _output.Write(fresh);
                        copied = (int)json.BytesConsumed;
                        break;
                    }
                }
            }

            _output.Write(source.AsSpan(copied));
            return _output.WrittenMemory;
        }
        catch (Exception error) when (error is JsonException or InvalidOperationException)
        {
            // A bad message is sent as bad as it was.
            return source;
        }
    }

    private byte[] WithParameters(byte[] message)
    {
        JsonObject root = JsonNode.Parse(message)!.AsObject();
        JsonObject start = root["start"]!.AsObject();
        if (start["customParameters"] is not JsonObject table)
        {
            start["customParameters"] = table = [];
        }

        foreach ((string name, string value) in parameters)
        {
            table[name] = value;
        }

        return Encoding.UTF8.GetBytes(root.ToJsonString(Plain));
    }
}

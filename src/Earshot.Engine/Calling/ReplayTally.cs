using System.Security.Cryptography;
using System.Text;
using Earshot.Engine.MediaStreams;

namespace Earshot.Engine.Calling;

/// <summary>Counts what a replay sends, a track at a time.</summary>
internal sealed class ReplayTally
{
    private readonly MediaStreamReader _reader = new();
    private readonly SortedDictionary<string, Counts> _tracks = new(StringComparer.Ordinal);

    public void Add(byte[] message)
    {
        if (_reader.Read(message, out MediaMessage media) != MediaMessageVerdict.Ok || media.Kind != MediaMessageKind.Media)
        {
            return;
        }

        string track = Encoding.UTF8.GetString(media.Track);
        if (!_tracks.TryGetValue(track, out Counts? counts))
        {
            _tracks.Add(track, counts = new Counts());
        }

        byte[] audio = new byte[media.PayloadBytes];
        MediaStreamReader.TryDecodePayload(media.Payload, audio, out _);
        counts.Add(media.SequenceNumber, media.TimestampMs, audio);
    }

    public IReadOnlyList<SimulatedTrackResult> Results() => [.. _tracks.Select(track => track.Value.Result(track.Key))];

    private sealed class Counts
    {
        private readonly SortedDictionary<long, byte[]> _frames = [];
        private long _firstMs = long.MaxValue;
        private long _duplicates;
        private long _reordered;
        private long _last = long.MinValue;

        public void Add(long sequence, long timestampMs, byte[] audio)
        {
            // A carrier without sequence numbers is taken in the order of arrival.
            long place = sequence >= 0 ? sequence : _frames.Count;
            if (!_frames.TryAdd(place, audio))
            {
                _duplicates++;
                return;
            }

            _reordered += place < _last ? 1 : 0;
            _last = Math.Max(_last, place);
            _firstMs = timestampMs >= 0 ? Math.Min(_firstMs, timestampMs) : _firstMs;
        }

        public SimulatedTrackResult Result(string track)
        {
            using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
            long bytes = 0;
            foreach (byte[] audio in _frames.Values)
            {
                hash.AppendData(audio);
                bytes += audio.Length;
            }

            return new SimulatedTrackResult(
                track, _frames.Count, 0, _duplicates, _reordered, _firstMs == long.MaxValue ? -1 : _firstMs, bytes / 8000.0,
                Convert.ToHexStringLower(hash.GetHashAndReset()));
        }
    }
}

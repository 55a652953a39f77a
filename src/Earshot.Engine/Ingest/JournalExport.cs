using Earshot.Audio.Codecs;
using Earshot.Audio.Wave;
using Earshot.Engine.Calls;
using Earshot.Engine.MediaStreams;
using Earshot.Engine.Recording;
using Earshot.Engine.Storage;

namespace Earshot.Engine.Ingest;

/// <summary>What a call can be rendered to.</summary>
internal enum ExportFormat
{
    /// <summary>The received coded bytes in the order of their place, nothing added: their SHA-256 is the manifest's <c>mulawSha256</c>.</summary>
    MuLaw,

    /// <summary>16-bit WAV at the carrier's own rate (8 kHz, or 16 where it sends that), on the call's clock.</summary>
    Wav8k,

    /// <summary>16 kHz, 16-bit WAV on the call's clock: the recording, rendered again.</summary>
    Wav16k,

    /// <summary>The carrier's messages, one a line, byte for byte.</summary>
    Jsonl,
}

/// <summary>Renders a stream from its journal, bit for bit what was received.</summary>
internal sealed class JournalExport(IRecordingStorage storage, IngestOptions options)
{
    /// <summary>Renders one track (or, for <see cref="ExportFormat.Jsonl"/>, the whole stream). False when the journal has nothing of it.</summary>
    /// <exception cref="FileNotFoundException">There is no journal.</exception>
    public bool Write(string stem, Track track, ExportFormat format, Stream output)
    {
        if (JournalReader.Parts(storage, stem).Count == 0) throw new FileNotFoundException($"'{storage.PathOf(JournalReader.PartName(stem, 1))}' is not there: the call was not recorded, or its journal was deleted");
        if (format == ExportFormat.Jsonl)
        {
            var lines = new LineWriter(output);
            new JournalReader().ReadAll(storage, stem, lines);
            return lines.Any;
        }
        using var renderer = new TrackRenderer(track, format, output);
        using var decoder = new StreamDecoder(options, 0, new TimelineLog(), renderer);
        new JournalReader().ReadAll(storage, stem, new JournalPlayer(decoder));
        decoder.Complete();
        return renderer.Any;
    }

    /// <summary>Renders all that was sent to the carrier, one message behind the other, what was never heard included. False when nothing was.</summary>
    /// <param name="stem">The stream.</param>
    /// <param name="format"><see cref="ExportFormat.MuLaw"/> or <see cref="ExportFormat.Wav8k"/>.</param>
    /// <param name="output">Where to.</param>
    public bool WriteSent(string stem, ExportFormat format, Stream output)
    {
        using var sent = new SentWriter(format, output);
        new JournalReader().ReadAll(storage, stem, sent);
        return sent.Any;
    }

    private sealed class SentWriter(ExportFormat format, Stream output) : IJournalVisitor, IDisposable
    {
        private readonly MediaStreamReader reader = new();
        private readonly WaveWriter? wave = format == ExportFormat.MuLaw ? null : new WaveWriter(output, WaveFormat.Pcm16(8000), leaveOpen: true);

        public bool Any { get; private set; }

        public void OnEntry(in JournalEntry entry)
        {
            if (!entry.Outgoing || reader.Read(entry.Message, out MediaMessage message) != MediaMessageVerdict.Ok || message.Kind != MediaMessageKind.Media) return;
            byte[] audio = new byte[message.PayloadBytes];
            if (!MediaStreamReader.TryDecodePayload(message.Payload, audio, out _)) return;
            Any |= audio.Length > 0;
            if (wave is null)
            {
                output.Write(audio);
                return;
            }
            short[] samples = new short[audio.Length];
            MuLaw.Decode(audio, samples);
            wave.Write(samples);
        }

        public void Dispose() => wave?.Dispose();
    }

    private sealed class LineWriter(Stream output) : IJournalVisitor
    {
        public bool Any { get; private set; }

        public void OnEntry(in JournalEntry entry)
        {
            if (entry.Outgoing) return;
            output.Write(entry.Message);
            output.WriteByte((byte)'\n');
            Any = true;
        }
    }

    private sealed class TrackRenderer : StreamConsumer, IDisposable
    {
        private const int Block = 4096;
        private readonly Track wanted;
        private readonly ExportFormat format;
        private readonly Stream output;
        private readonly short[] pcm = new short[Block];
        private WaveWriter? wave;
        private FrameFormat coded;

        public TrackRenderer(Track wanted, ExportFormat format, Stream output) => (this.wanted, this.format, this.output) = (wanted, format, output);

        public bool Any { get; private set; }

        public override void OnStart(StreamFacts facts) => coded = facts.Format;

        public override void OnTrackStarted(Track track)
        {
            if (track != wanted) return;
            Any = true;
            if (format is ExportFormat.Wav8k or ExportFormat.Wav16k) wave = new WaveWriter(output, WaveFormat.Pcm16(format == ExportFormat.Wav8k ? coded.SampleRateHz : 16_000), leaveOpen: true);
        }

        public override void OnCoded(Track track, ReadOnlySpan<byte> payload)
        {
            if (track != wanted) return;
            if (format == ExportFormat.MuLaw) output.Write(payload);
            else if (format == ExportFormat.Wav8k) WriteDecoded(payload);
        }

        public override void OnFill(Track track, long samples)
        {
            if (track != wanted || format != ExportFormat.Wav8k) return;
            pcm.AsSpan().Clear();
            for (; samples > 0; samples -= Block) wave!.Write(pcm.AsSpan(0, (int)Math.Min(Block, samples)));
        }

        public override void OnSamples(Track track, long startSample, ReadOnlySpan<short> samples)
        {
            if (track == wanted && format == ExportFormat.Wav16k) wave!.Write(samples);
        }

        public void Dispose() => wave?.Dispose();

        private void WriteDecoded(ReadOnlySpan<byte> payload)
        {
            if (coded.Codec == FrameCodec.Linear16)
            {
                wave!.WriteBytes(payload);
                return;
            }
            while (!payload.IsEmpty)
            {
                ReadOnlySpan<byte> part = payload[..Math.Min(Block, payload.Length)];
                payload = payload[part.Length..];
                if (coded.Codec == FrameCodec.ALaw) ALaw.Decode(part, pcm);
                else MuLaw.Decode(part, pcm);
                wave!.Write(pcm.AsSpan(0, part.Length));
            }
        }
    }
}

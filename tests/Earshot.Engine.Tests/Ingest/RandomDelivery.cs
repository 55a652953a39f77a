using Earshot.Testing;

namespace Earshot.Engine.Tests.Ingest;

/// <summary>Both tracks of a call with losses, swaps of up to three messages and repeats, all by a seed. The first and last frame of each track always come.</summary>
internal sealed class RandomDelivery
{
    public RandomDelivery(Random random, SyntheticCall call, int frames)
    {
        double loss = random.NextDouble() * 0.1, swap = random.NextDouble() * 0.2, repeat = random.NextDouble() * 0.1;
        long first = random.Next(0, 200);
        var delivered = new List<(double Order, SyntheticFrame Frame)>();
        for (int i = 0; i < frames; i++)
            foreach (string track in (string[])["inbound", "outbound"])
            {
                SyntheticFrame frame = call.Media(track, first + (i * SyntheticCall.FrameMs));
                bool edge = i == 0 || i == frames - 1;
                if (!edge && random.NextDouble() < loss) continue;
                Sent.Add(frame);
                double order = frame.Sequence + (random.NextDouble() < swap ? random.Next(1, 4) + 0.5 : 0);
                delivered.Add((order, frame));
                if (random.NextDouble() >= repeat) continue;
                delivered.Add((order + random.Next(0, 10) + 0.7, frame));
                Duplicates++;
            }
        Delivered = [.. delivered.OrderBy(d => d.Order).Select(d => d.Frame)];
        DurationMs = frames * SyntheticCall.FrameMs;
    }

    /// <summary>Each frame once, in its order.</summary>
    public List<SyntheticFrame> Sent { get; } = [];

    /// <summary>As they arrive.</summary>
    public IReadOnlyList<SyntheticFrame> Delivered { get; }

    public int Duplicates { get; }

    public double DurationMs { get; }
}

namespace Earshot.Engine.Calling;

/// <summary>The messages of one stream between the moment they are due and the moment they are delivered, faults applied.</summary>
internal sealed class DeliveryLine
{
    private readonly Queue<OutgoingFrame> _queue = new();
    private readonly List<OutgoingFrame> _overtaken = [];

    /// <summary>When the next message is due; infinite if none waits for its time.</summary>
    public double NextDueMs => _queue.TryPeek(out OutgoingFrame? frame) ? frame.Fate.DueMs : double.PositiveInfinity;

    public void Add(OutgoingFrame frame) => _queue.Enqueue(frame);

    /// <summary>The next message to send now.</summary>
    /// <param name="nowMs">The call's time; infinite takes everything.</param>
    public OutgoingFrame? Take(double nowMs)
    {
        for (int i = 0; i < _overtaken.Count; i++)
        {
            OutgoingFrame waiting = _overtaken[i];
            if (waiting.Waits == 0)
            {
                _overtaken.RemoveAt(i);
                return waiting;
            }
        }

        while (_queue.TryPeek(out OutgoingFrame? frame) && frame.Fate.DueMs <= nowMs)
        {
            _queue.Dequeue();
            if (frame.Fate.OvertakenBy > 0)
            {
                frame.Waits = frame.Fate.OvertakenBy;
                _overtaken.Add(frame);
                continue;
            }

            foreach (OutgoingFrame waiting in _overtaken)
            {
                waiting.Waits = Math.Max(0, waiting.Waits - 1);
                if (!waiting.Overtaken)
                {
                    waiting.Overtaken = true;
                    waiting.Tally!.Overtaken();
                }
            }

            return frame;
        }

        // At the end nothing more can overtake.
        if (double.IsPositiveInfinity(nowMs) && _overtaken.Count > 0)
        {
            OutgoingFrame last = _overtaken[0];
            _overtaken.RemoveAt(0);
            return last;
        }

        return null;
    }
}

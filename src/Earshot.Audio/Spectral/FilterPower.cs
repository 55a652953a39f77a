using System.Runtime.Intrinsics;

namespace Earshot.Audio.Spectral;

/// <summary>What is left of a signal behind one or two second-order filters, as sums: of magnitudes and of squares.</summary>
/// <remarks>
/// Four samples a step. A recursive filter is linear, so four outputs and the state behind them are a sum over the four inputs and the state
/// before: columns that are found once, by running the filters themselves. So no sample waits for the one before it. Not thread-safe.
/// </remarks>
internal sealed class FilterPower
{
    private const double Nothing = 1e-60;

    private readonly Vector256<double>[] _outputs = new Vector256<double>[8];
    private readonly Vector256<double>[] _states = new Vector256<double>[8];
    private readonly bool _isOne;
    private Biquad _first;
    private Biquad _second;
    private Vector256<double> _state;

    /// <param name="first">A filter, at rest.</param>
    /// <param name="second">The filter behind it, at rest; by default one that changes nothing.</param>
    public FilterPower(Biquad first, Biquad? second = null)
    {
        (_first, _second, _isOne) = (first, second ?? new Biquad(1, 0, 0, 0, 0), second is null);
        Span<double> outputs = stackalloc double[4];
        for (int column = 0; column < 8; column++)
        {
            // The first four columns answer to one input of 1, the others to one part of the state.
            Restore(Vector256<double>.Zero.WithElement(column & 3, column < 4 ? 0 : 1));
            for (int i = 0; i < 4; i++) outputs[i] = Next(column == i ? 1 : 0);
            (_outputs[column], _states[column]) = (Vector256.Create<double>(outputs), Save());
        }
    }

    /// <summary>Filters samples and adds the results up.</summary>
    /// <param name="samples">Samples, any number.</param>
    /// <param name="squares">The sum of their squares is added to it.</param>
    /// <returns>The sum of their magnitudes.</returns>
    public double Add(ReadOnlySpan<float> samples, ref double squares)
    {
        if (_isOne) return AddOne(samples, ref squares);
        Vector256<double> o0 = _outputs[0], o1 = _outputs[1], o2 = _outputs[2], o3 = _outputs[3], o4 = _outputs[4], o5 = _outputs[5], o6 = _outputs[6], o7 = _outputs[7];
        Vector256<double> s0 = _states[0], s1 = _states[1], s2 = _states[2], s3 = _states[3], s4 = _states[4], s5 = _states[5], s6 = _states[6], s7 = _states[7];
        Vector256<double> state = _state, sum = default, magnitudes = default;
        int i = 0;
        for (; i <= samples.Length - 4; i += 4)
        {
            Vector256<double> input = Vector256.WidenLower(Vector128.Create(samples[i..]).ToVector256Unsafe());
            Vector256<double> a = Lane(input, 0), b = Lane(input, 1), c = Lane(input, 2), d = Lane(input, 3), p = Lane(state, 0), q = Lane(state, 1), r = Lane(state, 2), t = Lane(state, 3);
            Vector256<double> output = Sum(o0, a, o1, b, o2, c, o3, d) + Sum(o4, p, o5, q, o6, r, o7, t);
            state = Sum(s0, a, s1, b, s2, c, s3, d) + Sum(s4, p, s5, q, s6, r, s7, t);
            sum = Vector256.FusedMultiplyAdd(output, output, sum);
            magnitudes += Vector256.Abs(output);
        }
        return Close(samples[i..], state, sum, magnitudes, ref squares);
    }

    /// <summary>The same for one filter, whose state has half the parts.</summary>
    private double AddOne(ReadOnlySpan<float> samples, ref double squares)
    {
        Vector256<double> o0 = _outputs[0], o1 = _outputs[1], o2 = _outputs[2], o3 = _outputs[3], o4 = _outputs[4], o5 = _outputs[5];
        Vector256<double> s0 = _states[0], s1 = _states[1], s2 = _states[2], s3 = _states[3], s4 = _states[4], s5 = _states[5];
        Vector256<double> state = _state, sum = default, magnitudes = default;
        int i = 0;
        for (; i <= samples.Length - 4; i += 4)
        {
            Vector256<double> input = Vector256.WidenLower(Vector128.Create(samples[i..]).ToVector256Unsafe());
            Vector256<double> a = Lane(input, 0), b = Lane(input, 1), c = Lane(input, 2), d = Lane(input, 3), p = Lane(state, 0), q = Lane(state, 1);
            // What comes from the input does not wait for the state before.
            Vector256<double> output = Sum(o0, a, o1, b, o2, c, o3, d);
            state = Vector256.FusedMultiplyAdd(s4, p, Vector256.FusedMultiplyAdd(s5, q, Sum(s0, a, s1, b, s2, c, s3, d)));
            output = Vector256.FusedMultiplyAdd(o4, p, Vector256.FusedMultiplyAdd(o5, q, output));
            sum = Vector256.FusedMultiplyAdd(output, output, sum);
            magnitudes += Vector256.Abs(output);
        }
        return Close(samples[i..], state, sum, magnitudes, ref squares);
    }

    /// <summary>The last samples, fewer than four, and the sums.</summary>
    private double Close(ReadOnlySpan<float> samples, Vector256<double> state, Vector256<double> sum, Vector256<double> magnitudes, ref double squares)
    {
        double rest = 0;
        if (!samples.IsEmpty)
        {
            Restore(state);
            foreach (float sample in samples)
            {
                double y = Next(sample);
                squares += y * y;
                rest += Math.Abs(y);
            }
            state = Save();
        }
        // In digital silence a state fades for ever; numbers that small are slow to reckon with.
        _state = Vector256.LessThanAll(Vector256.Abs(state), Vector256.Create(Nothing)) ? default : state;
        squares += Vector256.Sum(sum);
        return rest + Vector256.Sum(magnitudes);
    }

    private static Vector256<double> Sum(Vector256<double> o0, Vector256<double> a, Vector256<double> o1, Vector256<double> b, Vector256<double> o2, Vector256<double> c, Vector256<double> o3, Vector256<double> d) =>
        Vector256.FusedMultiplyAdd(o0, a, o1 * b) + Vector256.FusedMultiplyAdd(o2, c, o3 * d);

    private static Vector256<double> Lane(Vector256<double> values, long lane) => Vector256.Shuffle(values, Vector256.Create(lane));

    private double Next(double x) => _second.Next(_first.Next(x));

    private void Restore(Vector256<double> state) => (_first.State, _second.State) = ((state[0], state[1]), (state[2], state[3]));

    private Vector256<double> Save() => Vector256.Create(_first.State.First, _first.State.Second, _second.State.First, _second.State.Second);
}

using System.Numerics;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;

namespace Earshot.Audio.Spectral;

/// <summary>The discrete Fourier transform of a block of real samples, and back. Allocates nothing after the constructor. Not thread-safe.</summary>
/// <remarks>A complex transform of half the length (Cooley and Tukey, 1965; radix 4 where two stages are left, decimation in time), its halves then taken apart.</remarks>
public sealed class RealFft
{
    private readonly int _half;
    private readonly int[] _order;
    private readonly float[] _cos;
    private readonly float[] _sin;
    private readonly float[] _splitCos;
    private readonly float[] _splitSin;
    private readonly float[] _inRe;
    private readonly float[] _inIm;
    private readonly float[] _re;
    private readonly float[] _im;

    /// <param name="length">Samples in a block: a power of two, 8 to 1,048,576.</param>
    public RealFft(int length)
    {
        if (length is < 8 or > 1 << 20 || !BitOperations.IsPow2(length)) throw new ArgumentOutOfRangeException(nameof(length), length, "A power of two, 8 to 1,048,576.");
        Length = length;
        _half = length / 2;
        (_inRe, _inIm, _re, _im, _order) = (new float[_half], new float[_half], new float[_half], new float[_half], new int[_half / 4]);
        int bits = BitOperations.Log2((uint)_half) - 2;
        for (int i = 0; i < _order.Length; i++)
            for (int b = 0, v = i; b < bits; b++, v >>= 1) _order[i] = (_order[i] << 1) | (v & 1);
        // Stage by stage, each stage's factors side by side: a stage of span s begins at s.
        (_cos, _sin) = (new float[_half], new float[_half]);
        for (int span = 1; span < _half; span *= 2)
            for (int k = 0; k < span; k++) (_cos[span + k], _sin[span + k]) = ((float)Math.Cos(Math.PI * k / span), -(float)Math.Sin(Math.PI * k / span));
        (_splitCos, _splitSin) = (new float[_half + 1], new float[_half + 1]);
        for (int k = 0; k <= _half; k++) (_splitCos[k], _splitSin[k]) = ((float)Math.Cos(Math.PI * k / _half), -(float)Math.Sin(Math.PI * k / _half));
    }

    /// <summary>Samples in a block.</summary>
    public int Length { get; }

    /// <summary>Values of a spectrum: half the length and one, from 0 Hz to half the rate.</summary>
    public int Bins => _half + 1;

    /// <summary>The spectrum of a block, unscaled: a full-scale cosine of amplitude 1 on a bin gives Length / 2 there.</summary>
    /// <param name="samples"><see cref="Length"/> samples.</param>
    /// <param name="re">Takes <see cref="Bins"/> real parts.</param>
    /// <param name="im">Takes as many imaginary parts.</param>
    public void Forward(ReadOnlySpan<float> samples, Span<float> re, Span<float> im)
    {
        int i = 0;
        for (; i <= _half - 4; i += 4)
        {
            Vector256<float> pairs = Vector256.Shuffle(Vector256.Create(samples[(2 * i)..]), Vector256.Create(0, 2, 4, 6, 1, 3, 5, 7));
            pairs.GetLower().CopyTo(_inRe, i);
            pairs.GetUpper().CopyTo(_inIm, i);
        }
        Transform();
        (re[0], im[0], re[_half], im[_half]) = (_re[0] + _im[0], 0, _re[0] - _im[0], 0);
        int k = 1;
        // Four from the front with four from the back, turned round.
        for (; k + 4 <= _half; k += 4)
        {
            Vector128<float> ar = Vector128.Create(_re.AsSpan(k)), ai = Vector128.Create(_im.AsSpan(k)), br = Turned(_re, _half - k - 3), bi = Turned(_im, _half - k - 3);
            Vector128<float> evenRe = 0.5f * (ar + br), evenIm = 0.5f * (ai - bi), oddRe = 0.5f * (ai + bi), oddIm = 0.5f * (br - ar);
            Vector128<float> c = Vector128.Create(_splitCos.AsSpan(k)), s = Vector128.Create(_splitSin.AsSpan(k));
            (evenRe + c * oddRe - s * oddIm).CopyTo(re[k..]);
            (evenIm + c * oddIm + s * oddRe).CopyTo(im[k..]);
        }
        for (; k < _half; k++)
        {
            int a = k, b = _half - k;
            float evenRe = 0.5f * (_re[a] + _re[b]), evenIm = 0.5f * (_im[a] - _im[b]), oddRe = 0.5f * (_im[a] + _im[b]), oddIm = 0.5f * (_re[b] - _re[a]);
            re[k] = evenRe + _splitCos[k] * oddRe - _splitSin[k] * oddIm;
            im[k] = evenIm + _splitCos[k] * oddIm + _splitSin[k] * oddRe;
        }
    }

    private static Vector128<float> Turned(float[] values, int at) => Vector128.Shuffle(Vector128.Create(values.AsSpan(at)), Vector128.Create(3, 2, 1, 0));

    /// <summary>The block of a spectrum, scaled so that it undoes <see cref="Forward"/>.</summary>
    /// <param name="re"><see cref="Bins"/> real parts.</param>
    /// <param name="im">As many imaginary parts.</param>
    /// <param name="samples">Takes <see cref="Length"/> samples.</param>
    public void Inverse(ReadOnlySpan<float> re, ReadOnlySpan<float> im, Span<float> samples)
    {
        // The two halves put together again, conjugated so that the forward transform runs backwards.
        for (int k = 0; k < _half; k++)
        {
            int m = _half - k;
            float evenRe = 0.5f * (re[k] + re[m]), evenIm = 0.5f * (im[k] - im[m]), turnRe = 0.5f * (re[k] - re[m]), turnIm = 0.5f * (im[k] + im[m]);
            float oddRe = turnRe * _splitCos[k] + turnIm * _splitSin[k], oddIm = turnIm * _splitCos[k] - turnRe * _splitSin[k];
            (_inRe[k], _inIm[k]) = (evenRe - oddIm, -(evenIm + oddRe));
        }
        Transform();
        float scale = 1f / _half;
        for (int i = 0; i < _half; i++) (samples[2 * i], samples[2 * i + 1]) = (_re[i] * scale, -_im[i] * scale);
    }

    /// <summary>The stages of spans 1 and 2, whose factors are 1 and -i: additions alone. They also bring the input into the order of turned-round bits.</summary>
    private void FirstTwoStages()
    {
        int quarter = _half / 4, j = 0;
        Span<long> re = MemoryMarshal.Cast<float, long>(_re.AsSpan()), im = MemoryMarshal.Cast<float, long>(_im.AsSpan());
        for (; j <= quarter - 4; j += 4)
        {
            Vector128<float> x0 = Vector128.Create(_inRe, j), x2 = Vector128.Create(_inRe, j + quarter), x1 = Vector128.Create(_inRe, j + 2 * quarter), x3 = Vector128.Create(_inRe, j + 3 * quarter);
            Vector128<float> y0 = Vector128.Create(_inIm, j), y2 = Vector128.Create(_inIm, j + quarter), y1 = Vector128.Create(_inIm, j + 2 * quarter), y3 = Vector128.Create(_inIm, j + 3 * quarter);
            Vector128<float> ar = x0 + x1, ai = y0 + y1, br = x0 - x1, bi = y0 - y1, cr = x2 + x3, ci = y2 + y3, dr = x2 - x3, di = y2 - y3;
            Spread(re, _order.AsSpan(j, 4), ar + cr, br + di, ar - cr, br - di);
            Spread(im, _order.AsSpan(j, 4), ai + ci, bi - dr, ai - ci, bi + dr);
        }
        for (; j < quarter; j++)
        {
            int at = 4 * _order[j];
            float ar = _inRe[j] + _inRe[j + 2 * quarter], ai = _inIm[j] + _inIm[j + 2 * quarter], br = _inRe[j] - _inRe[j + 2 * quarter], bi = _inIm[j] - _inIm[j + 2 * quarter];
            float cr = _inRe[j + quarter] + _inRe[j + 3 * quarter], ci = _inIm[j + quarter] + _inIm[j + 3 * quarter], dr = _inRe[j + quarter] - _inRe[j + 3 * quarter], di = _inIm[j + quarter] - _inIm[j + 3 * quarter];
            (_re[at], _im[at], _re[at + 2], _im[at + 2]) = (ar + cr, ai + ci, ar - cr, ai - ci);
            (_re[at + 1], _im[at + 1], _re[at + 3], _im[at + 3]) = (br + di, bi - dr, br - di, bi + dr);
        }
    }

    /// <summary>Writes each lane's four values side by side, to the place of four that the lane has.</summary>
    private static void Spread(Span<long> destination, ReadOnlySpan<int> places, Vector128<float> a, Vector128<float> b, Vector128<float> c, Vector128<float> d)
    {
        Vector256<int> zip = Vector256.Create(0, 4, 1, 5, 2, 6, 3, 7);
        Vector256<long> low = Vector256.Shuffle(Vector256.Create(a, b), zip).AsInt64(), high = Vector256.Shuffle(Vector256.Create(c, d), zip).AsInt64();
        (destination[2 * places[0]], destination[2 * places[0] + 1]) = (low[0], high[0]);
        (destination[2 * places[1]], destination[2 * places[1] + 1]) = (low[1], high[1]);
        (destination[2 * places[2]], destination[2 * places[2] + 1]) = (low[2], high[2]);
        (destination[2 * places[3]], destination[2 * places[3] + 1]) = (low[3], high[3]);
    }

    private void Transform()
    {
        FirstTwoStages();
        int span = 4;
        if (4 * span <= _half)
        {
            TwoStages128(span);
            span *= 4;
        }
        for (; 4 * span <= _half; span *= 4) TwoStages(span);
        if (span < _half) OneStage(span);
    }

    /// <summary>The stages of one span and of twice that span in one pass over the block.</summary>
    private void TwoStages(int span)
    {
        int width = Vector256<float>.Count;
        for (int start = 0; start < _half; start += 4 * span)
        {
            for (int k = 0; k < span; k += width)
            {
                int a = start + k, b = a + span, c = b + span, d = c + span;
                Vector256<float> c1 = Vector256.Create(_cos, span + k), s1 = Vector256.Create(_sin, span + k), c2 = Vector256.Create(_cos, 2 * span + k), s2 = Vector256.Create(_sin, 2 * span + k);
                Vector256<float> br = Vector256.Create(_re, b), bi = Vector256.Create(_im, b), dr = Vector256.Create(_re, d), di = Vector256.Create(_im, d);
                Vector256<float> ar = Vector256.Create(_re, a), ai = Vector256.Create(_im, a), cr = Vector256.Create(_re, c), ci = Vector256.Create(_im, c);
                Vector256<float> tr = br * c1 - bi * s1, ti = br * s1 + bi * c1, ur = dr * c1 - di * s1, ui = dr * s1 + di * c1;
                (br, bi, ar, ai, dr, di, cr, ci) = (ar - tr, ai - ti, ar + tr, ai + ti, cr - ur, ci - ui, cr + ur, ci + ui);
                (tr, ti, ur, ui) = (cr * c2 - ci * s2, cr * s2 + ci * c2, dr * c2 - di * s2, dr * s2 + di * c2);
                (ar + tr).CopyTo(_re, a);
                (ai + ti).CopyTo(_im, a);
                (ar - tr).CopyTo(_re, c);
                (ai - ti).CopyTo(_im, c);
                // The second half of the longer stage has the factors of the first, times -i.
                (br + ui).CopyTo(_re, b);
                (bi - ur).CopyTo(_im, b);
                (br - ui).CopyTo(_re, d);
                (bi + ur).CopyTo(_im, d);
            }
        }
    }

    /// <summary>As <see cref="TwoStages"/>, for the one span that is shorter than its vectors.</summary>
    private void TwoStages128(int span)
    {
        Vector128<float> c1 = Vector128.Create(_cos, span), s1 = Vector128.Create(_sin, span), c2 = Vector128.Create(_cos, 2 * span), s2 = Vector128.Create(_sin, 2 * span);
        for (int a = 0; a < _half; a += 4 * span)
        {
            int b = a + span, c = b + span, d = c + span;
            Vector128<float> br = Vector128.Create(_re, b), bi = Vector128.Create(_im, b), dr = Vector128.Create(_re, d), di = Vector128.Create(_im, d);
            Vector128<float> ar = Vector128.Create(_re, a), ai = Vector128.Create(_im, a), cr = Vector128.Create(_re, c), ci = Vector128.Create(_im, c);
            Vector128<float> tr = br * c1 - bi * s1, ti = br * s1 + bi * c1, ur = dr * c1 - di * s1, ui = dr * s1 + di * c1;
            (br, bi, ar, ai, dr, di, cr, ci) = (ar - tr, ai - ti, ar + tr, ai + ti, cr - ur, ci - ui, cr + ur, ci + ui);
            (tr, ti, ur, ui) = (cr * c2 - ci * s2, cr * s2 + ci * c2, dr * c2 - di * s2, dr * s2 + di * c2);
            (ar + tr).CopyTo(_re, a);
            (ai + ti).CopyTo(_im, a);
            (ar - tr).CopyTo(_re, c);
            (ai - ti).CopyTo(_im, c);
            (br + ui).CopyTo(_re, b);
            (bi - ur).CopyTo(_im, b);
            (br - ui).CopyTo(_re, d);
            (bi + ur).CopyTo(_im, d);
        }
    }

    private void OneStage(int span)
    {
        int width = Vector128<float>.Count;
        for (int k = 0; k < span; k += width)
        {
            int a = k, b = k + span;
            Vector128<float> c = Vector128.Create(_cos, b), s = Vector128.Create(_sin, b), xr = Vector128.Create(_re, b), xi = Vector128.Create(_im, b), yr = Vector128.Create(_re, a), yi = Vector128.Create(_im, a);
            Vector128<float> tr = xr * c - xi * s, ti = xr * s + xi * c;
            (yr + tr).CopyTo(_re, a);
            (yi + ti).CopyTo(_im, a);
            (yr - tr).CopyTo(_re, b);
            (yi - ti).CopyTo(_im, b);
        }
    }
}

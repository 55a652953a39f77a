using System.Runtime.InteropServices;
using System.Security.Cryptography;
using Earshot.Audio.Signals;

namespace Earshot.Audio.Tests.Signals;

public sealed class TestSignalTests
{
    [Fact]
    public void A_sine_has_its_frequency_and_peak()
    {
        short[] sine = TestSignal.Sine(16_000, 16_000, 440, peak: 10_000);
        sine[0].ShouldBe((short)0);
        sine[1].ShouldBe((short)Math.Round(10_000 * Math.Sin(2 * Math.PI * 440 / 16_000)));
        sine.Max().ShouldBe((short)10_000);
        sine.Min().ShouldBe((short)-10_000);
        Enumerable.Range(1, 15_999).Count(i => sine[i - 1] < 0 && sine[i] >= 0).ShouldBe(439);
    }

    [Fact]
    public void A_sine_in_pieces_is_the_sine_in_one()
    {
        var pieces = new short[1000];
        for (int at = 0; at < 1000; at += 125) TestSignal.Sine(pieces.AsSpan(at, 125), at, 8000, 441.7);
        pieces.ShouldBe(TestSignal.Sine(1000, 8000, 441.7));
    }

    [Fact]
    public void Beeps_and_pauses_stand_where_they_should()
    {
        short[] beeps = TestSignal.Beeps(8 * 2000, 8000, 1000, onMs: 200, offMs: 300);
        for (int ms = 0; ms < 2000; ms += 10)
        {
            bool sounds = beeps.AsSpan(8 * ms, 80).ContainsAnyExcept((short)0);
            sounds.ShouldBe(ms % 500 < 200, $"{ms} ms");
        }
        beeps[8 * 500 + 2].ShouldBe(beeps[2], "each beep begins at phase 0");
    }

    [Fact]
    public void Noise_is_the_same_for_the_same_seed_on_every_machine()
    {
        short[] noise = TestSignal.WhiteNoise(100_000, seed: 42, peak: 10_000);
        Convert.ToHexStringLower(SHA256.HashData(MemoryMarshal.AsBytes<short>(noise))).ShouldBe("374d042693a77cb381fa828364408691257e6bf4651c18e748998d2852a44336");
        noise.ShouldNotBe(TestSignal.WhiteNoise(100_000, seed: 43, peak: 10_000));
        noise.Max().ShouldBe((short)10_000);
        noise.Min().ShouldBe((short)-10_000);
        Math.Sqrt(noise.Average(sample => (double)sample * sample)).ShouldBe(10_000 / Math.Sqrt(3), 30);
        noise.Average(sample => (double)sample).ShouldBe(0, 60);
        (Enumerable.Range(1, 99_999).Average(i => (double)noise[i] * noise[i - 1]) / (10_000.0 * 10_000 / 3)).ShouldBe(0, 0.01, "white: neighbours are strangers");
    }

    [Fact]
    public void What_makes_no_sense_is_refused()
    {
        Should.Throw<ArgumentOutOfRangeException>(() => TestSignal.Sine(10, 8000, 4001));
        Should.Throw<ArgumentOutOfRangeException>(() => TestSignal.Sine(10, 8000, 440, peak: 32768));
        Should.Throw<ArgumentOutOfRangeException>(() => TestSignal.Sine(10, 0, 0));
        Should.Throw<ArgumentOutOfRangeException>(() => TestSignal.WhiteNoise(10, 1, peak: 32768));
        Should.Throw<ArgumentOutOfRangeException>(() => TestSignal.Beeps(10, 8000, 440, onMs: 0, offMs: 5));
    }
}

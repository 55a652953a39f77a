using Earshot.Audio.Signals;
using Earshot.Engine.VoiceActivity;

namespace Earshot.Engine.Tests.VoiceActivity;

/// <summary>The network rests while the line is at rest, and never while somebody may speak.</summary>
public sealed class LineNoiseTests
{
    private const int Window = 512;
    private const float SureOfNone = 0.05f, Speech = 0.9f;

    [Theory]
    [InlineData(0)]
    [InlineData(16)]
    [InlineData(300)]
    public void Steady_noise_rests_after_a_moment_and_what_rises_out_of_it_is_heard(int peak)
    {
        var noise = new LineNoise();
        float[] powers = Powers(TestSignal.WhiteNoise(200 * Window, 3, peak));
        foreach (float power in powers[..8]) Hear(noise, power, SureOfNone).ShouldBeFalse("it is not known yet");
        int alone = powers[8..].Count(p => Hear(noise, p, SureOfNone));
        alone.ShouldBeGreaterThan(180);
        Hear(noise, Math.Max(powers[^1] * 4, 1e-6f), Speech).ShouldBeFalse("6 dB above it, or -60 dBFS");
        foreach (float power in powers[..8]) Hear(noise, power, SureOfNone).ShouldBeFalse("somebody spoke a moment ago");
        Hear(noise, powers[0], SureOfNone).ShouldBeTrue();
    }

    [Fact]
    public void What_is_loud_is_always_heard_and_so_is_what_the_network_doubts()
    {
        var noise = new LineNoise();
        for (int i = 0; i < 300; i++) Hear(noise, 2e-4f, SureOfNone).ShouldBeFalse("-37 dBFS may be anything");
        noise = new LineNoise();
        for (int i = 0; i < 300; i++) Hear(noise, 1e-8f, 0.3f).ShouldBeFalse("it was never sure");
    }

    private static bool Hear(LineNoise noise, float power, float likely)
    {
        noise.Add(power);
        if (!noise.IsAlone) noise.Judged(likely);
        return noise.IsAlone;
    }

    private static float[] Powers(short[] samples) => [.. samples.Chunk(Window).Select(w => (float)w.Average(s => s / 32768.0 * s / 32768.0))];
}

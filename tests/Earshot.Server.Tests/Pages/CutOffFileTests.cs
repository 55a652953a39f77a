using System.Runtime.InteropServices;
using Earshot.Audio.Signals;
using Earshot.Audio.Wave;

namespace Earshot.Server.Tests.Pages;

/// <summary>A WAV as a killed process leaves it, in a real browser.</summary>
public sealed class CutOffFileTests(Chromium chromium) : IClassFixture<Chromium>
{
    [Theory]
    [InlineData(0)]
    [InlineData(6400)]
    [InlineData(1001)]
    public async Task A_file_cut_off_between_samples_and_header_decodes_as_it_lies(int bytesBeyondTheHeader)
    {
        const int Samples = 24_000;
        byte[] file = new byte[WaveHeader.Size + Samples * 2 + bytesBeyondTheHeader];
        WaveHeader.Write(file, WaveFormat.Pcm16(16_000), Samples * 2);
        short[] tone = TestSignal.Sine(Samples, 16_000, 440);
        MemoryMarshal.AsBytes<short>(tone).CopyTo(file.AsSpan(WaveHeader.Size));
        await using WatchedPage watched = await chromium.OpenAsync(new Uri("http://localhost/"));
        double[] decoded = await watched.Page.EvaluateAsync<double[]>(
            """
            async text => {
              const bytes = Uint8Array.from(atob(text), c => c.charCodeAt(0));
              const audio = await new OfflineAudioContext(1, 1, 16000).decodeAudioData(bytes.buffer);
              const samples = audio.getChannelData(0);
              return [audio.length, Math.max(...samples.slice(0, 100))];
            }
            """,
            Convert.ToBase64String(file));
        decoded[0].ShouldBe(Samples);
        decoded[1].ShouldBe(tone.Take(100).Max() / 32768.0, 0.001);
    }
}

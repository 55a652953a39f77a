using System.Net;
using System.Net.Http.Headers;
using System.Text.Json.Nodes;
using Earshot.Audio.Wave;
using Earshot.Engine.Access;
using Earshot.Testing;

namespace Earshot.Server.Tests.Calls;

/// <summary>Both sides of a call over the API.</summary>
public sealed class TimelineApiTests
{
    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Stereo_is_sent_whole_and_by_range_without_a_temporary_file()
    {
        await using EarshotTestServer server = await EarshotTestServer.StartAsync();
        SampleCall call = await SampleCall.RecordAsync(server, 1, 150);
        string[] before = [.. Directory.EnumerateFiles(Path.GetTempPath()).Order()];
        byte[] whole = await server.Client.GetByteArrayAsync(Audio(call, "stereo"), Cancel);
        using var reader = new WaveReader(new MemoryStream(whole));
        reader.Format.ShouldBe(WaveFormat.Pcm16(16_000, 2));
        reader.Duration!.Value.TotalSeconds.ShouldBe(3);
        using var request = new HttpRequestMessage(HttpMethod.Get, Audio(call, "stereo")) { Headers = { Range = new RangeHeaderValue(100_001, 150_000) } };
        using HttpResponseMessage part = await server.Client.SendAsync(request, Cancel);
        part.StatusCode.ShouldBe(HttpStatusCode.PartialContent);
        (await part.Content.ReadAsByteArrayAsync(Cancel)).ShouldBe(whole[100_001..150_001]);
        part.Headers.CacheControl!.NoStore.ShouldBeTrue();
        using var head = new HttpRequestMessage(HttpMethod.Head, Audio(call, "mix"));
        using HttpResponseMessage size = await server.Client.SendAsync(head, Cancel);
        size.Content.Headers.ContentLength.ShouldBe(44 + (3 * 32_000));
        Directory.EnumerateFiles(Path.GetTempPath()).Order().Except(before).Where(f => Path.GetFileName(f).StartsWith("tmp", StringComparison.Ordinal)).ShouldBeEmpty();
        File.ReadAllText(Directory.EnumerateFiles(server.Data, "access*").Single()).ShouldContain(Permission.Listen.ToString(), Case.Insensitive);
    }

    [Fact]
    public async Task The_archive_and_the_timeline_name_both_recordings()
    {
        await using EarshotTestServer server = await EarshotTestServer.StartAsync();
        SampleCall call = await SampleCall.RecordAsync(server, 1, 50);
        using var zip = new System.IO.Compression.ZipArchive(new MemoryStream(await server.Client.GetByteArrayAsync(Audio(call, "separate"), Cancel)));
        zip.Entries.Count.ShouldBe(3);
        JsonNode timeline = JsonNode.Parse(await server.Client.GetStringAsync(new Uri($"/api/calls/{call.CallSid}/timeline", UriKind.Relative), Cancel))!;
        timeline["tracks"]!.AsArray().Count.ShouldBe(2);
        ((double)timeline["startMs"]!).ShouldBe(SampleCall.FirstTimestampMs);
        string page = await server.Client.GetStringAsync(new Uri($"/calls/{call.CallSid}", UriKind.Relative), Cancel);
        page.ShouldContain($"/api/calls/{call.CallSid}/audio?layout=stereo");
        page.ShouldContain("left technician ");
        page.ShouldContain(" right agent ");
    }

    [Theory]
    [InlineData("quadrophonic", 400)]
    [InlineData("stereo", 409)]
    public async Task What_cannot_be_had_says_why(string layout, int status)
    {
        await using EarshotTestServer server = await EarshotTestServer.StartAsync();
        SampleCall call = SampleCall.Start(server, 1, 20);
        while ((await server.Client.GetAsync(new Uri($"/api/calls/{call.CallSid}", UriKind.Relative), Cancel)).StatusCode != HttpStatusCode.OK) await Task.Delay(TimeSpan.FromMilliseconds(20), TimeProvider.System, Cancel);
        using HttpResponseMessage answer = await server.Client.GetAsync(Audio(call, layout), Cancel);
        ((int)answer.StatusCode).ShouldBe(status);
        using HttpResponseMessage unknown = await server.Client.GetAsync(new Uri("/api/calls/CAnone/audio", UriKind.Relative), Cancel);
        unknown.StatusCode.ShouldBe(HttpStatusCode.NotFound);
    }

    private static Uri Audio(SampleCall call, string layout) => new($"/api/calls/{call.CallSid}/audio?layout={layout}", UriKind.Relative);
}

using System.Net;
using System.Net.Http.Headers;
using System.Text.Json.Nodes;
using Earshot.Engine.Access;
using Earshot.Engine.Calls;
using Earshot.Testing;

namespace Earshot.Server.Tests.Calls;

public sealed class RecordingApiTests : IAsyncLifetime
{
    private EarshotTestServer server = null!;
    private SampleCall sample = null!;
    private byte[] file = null!;
    private string id = null!;

    public async ValueTask InitializeAsync()
    {
        server = await EarshotTestServer.StartAsync();
        sample = await SampleCall.RecordAsync(server, 1, frames: 100, broken: true);
        id = sample.RecordingId(Track.Inbound);
        file = await File.ReadAllBytesAsync(Path.Combine(server.Recordings, id + ".wav"));
    }

    public ValueTask DisposeAsync() => server.DisposeAsync();

    [Fact]
    public async Task The_audio_is_the_file()
    {
        using HttpResponseMessage answer = await Ask(null);
        answer.StatusCode.ShouldBe(HttpStatusCode.OK);
        answer.Content.Headers.ContentType!.MediaType.ShouldBe("audio/wav");
        answer.Headers.CacheControl!.NoStore.ShouldBeTrue();
        answer.Headers.AcceptRanges.ShouldBe(["bytes"]);
        answer.Headers.ETag!.Tag.ShouldBe($"\"{(await server.GetJson($"/api/recordings/{id}")).Text("wavSha256")}\"");
        (await answer.Content.ReadAsByteArrayAsync(TestContext.Current.CancellationToken)).ShouldBe(file);
    }

    [Theory]
    [InlineData("bytes=0-", 0, -1)]
    [InlineData("bytes=0-0", 0, 0)]
    [InlineData("bytes=10-99", 10, 99)]
    [InlineData("bytes=43-44", 43, 44)]
    [InlineData("bytes=1000-", 1000, -1)]
    [InlineData("bytes=-1", -2, -1)]
    [InlineData("bytes=-500", -501, -1)]
    [InlineData("bytes=100-99999999", 100, -1)]
    public async Task A_range_is_exact(string range, int from, int to)
    {
        int first = from < 0 ? file.Length + from + 1 : from, last = to < 0 ? file.Length - 1 : to;
        using HttpResponseMessage answer = await Ask(range);
        answer.StatusCode.ShouldBe(HttpStatusCode.PartialContent);
        answer.Content.Headers.ContentRange!.ToString().ShouldBe($"bytes {first}-{last}/{file.Length}");
        (await answer.Content.ReadAsByteArrayAsync(TestContext.Current.CancellationToken)).ShouldBe(file[first..(last + 1)]);
    }

    [Fact]
    public async Task A_range_beyond_the_end_cannot_be_answered()
    {
        using HttpResponseMessage answer = await Ask($"bytes={file.Length}-");
        answer.StatusCode.ShouldBe(HttpStatusCode.RequestedRangeNotSatisfiable);
        answer.Content.Headers.ContentRange!.ToString().ShouldBe($"bytes */{file.Length}");
    }

    [Theory]
    [InlineData("1e15")]
    [InlineData("1e300")]
    [InlineData("1.7976931348623157e308")]
    [InlineData("9223372036854775807")]
    public async Task A_place_far_beyond_the_end_gives_the_whole(string until) =>
        (await server.Client.GetByteArrayAsync($"/api/recordings/{id}/audio?until={until}", TestContext.Current.CancellationToken)).ShouldBe(file);

    [Theory]
    [InlineData("audio?until=0", "until")]
    [InlineData("audio?until=-1", "until")]
    [InlineData("audio?until=-1e300", "until")]
    [InlineData("audio?until=NaN", "until")]
    [InlineData("audio?until=Infinity", "until")]
    [InlineData("audio?until=1e999", "until")]
    [InlineData("audio?until=soon", "until")]
    [InlineData("audio?until=", "until")]
    [InlineData("audio?segment=-1", "segment")]
    [InlineData("audio?segment=99999999999", "segment")]
    [InlineData("peaks?columns=-1", "columns")]
    [InlineData("peaks?start=NaN", "start")]
    [InlineData("peaks?start=1e300", "start")]
    [InlineData("peaks?start=-1e300", "start")]
    [InlineData("peaks?end=NaN", "end")]
    [InlineData("peaks?end=-Infinity", "end")]
    [InlineData("peaks?end=1e15", "end")]
    public async Task A_number_without_sense_is_named(string query, string named) =>
        (await server.GetJson($"/api/recordings/{id}/{query}", 400)).Text("title").ShouldContain(named);

    [Theory]
    [InlineData("peaks?start=9999998&end=9999999&columns=4000")]
    [InlineData("peaks?end=9999999&columns=1")]
    [InlineData("peaks?start=9999999")]
    [InlineData("peaks?start=1e-300&end=2e-300")]
    [InlineData("audio?until=1e-300")]
    [InlineData("audio?segment=1&until=0.00001")]
    public async Task A_number_at_the_edge_is_answered(string query) =>
        (await server.Client.GetAsync($"/api/recordings/{id}/{query}", TestContext.Current.CancellationToken)).StatusCode.ShouldBe(HttpStatusCode.OK);

    [Fact]
    public async Task Head_tells_the_length_alone()
    {
        using var request = new HttpRequestMessage(HttpMethod.Head, $"/api/recordings/{id}/audio");
        using HttpResponseMessage answer = await server.Client.SendAsync(request, TestContext.Current.CancellationToken);
        answer.StatusCode.ShouldBe(HttpStatusCode.OK);
        answer.Content.Headers.ContentLength.ShouldBe(file.Length);
        server.Get<AccessLog>().Read().ShouldBeEmpty();
    }

    [Fact]
    public async Task An_etag_that_still_holds_gets_no_bytes_and_an_old_one_the_whole()
    {
        string etag = $"\"{(await server.GetJson($"/api/recordings/{id}")).Text("wavSha256")}\"";
        using (HttpResponseMessage same = await Ask(null, r => r.Headers.IfNoneMatch.Add(new EntityTagHeaderValue(etag)))) same.StatusCode.ShouldBe(HttpStatusCode.NotModified);
        using (HttpResponseMessage part = await Ask("bytes=5-9", r => r.Headers.IfRange = new RangeConditionHeaderValue(etag))) part.StatusCode.ShouldBe(HttpStatusCode.PartialContent);
        using HttpResponseMessage whole = await Ask("bytes=5-9", r => r.Headers.IfRange = new RangeConditionHeaderValue("\"old\""));
        whole.StatusCode.ShouldBe(HttpStatusCode.OK);
    }

    [Fact]
    public async Task A_listening_is_written_down_once()
    {
        foreach (string range in new[] { "bytes=0-", "bytes=100-199", "bytes=200-", "bytes=-10" }) (await Ask(range)).Dispose();
        server.Get<AccessLog>().Read().ShouldHaveSingleItem().Target.ShouldBe(id);
    }

    [Fact]
    public async Task A_listening_that_skips_the_first_byte_is_written_down_too()
    {
        (await Ask("bytes=1-")).Dispose();
        server.Get<AccessLog>().Read().ShouldHaveSingleItem().Action.ShouldBe("listen");
    }

    [Theory]
    [InlineData("bytes=100-200")]
    [InlineData("bytes=0-200")]
    public async Task What_cannot_be_written_down_is_not_given_out_however_often_it_is_asked_for(string first)
    {
        string log = server.Get<AccessLog>().Path;
        Directory.CreateDirectory(log); // In the way of the file.
        foreach (string range in new[] { first, "bytes=100-90000", "bytes=300-" })
        {
            using HttpResponseMessage refused = await Ask(range);
            refused.StatusCode.ShouldBe(HttpStatusCode.ServiceUnavailable);
            refused.Content.Headers.ContentType!.MediaType.ShouldBe("application/problem+json");
            (await refused.Content.ReadAsStringAsync(TestContext.Current.CancellationToken)).ShouldContain(log, customMessage: "it says what is in the way");
            refused.Headers.Contains("X-Content-Type-Options").ShouldBeTrue();
            using HttpResponseMessage together = await Ask(range, r => r.RequestUri = new Uri($"/api/calls/{sample.CallSid}/audio?layout=stereo", UriKind.Relative));
            together.StatusCode.ShouldBe(HttpStatusCode.ServiceUnavailable);
        }
        Directory.Delete(log);
        (await Ask("bytes=100-200")).StatusCode.ShouldBe(HttpStatusCode.PartialContent);
        server.Get<AccessLog>().Read().ShouldHaveSingleItem().Target.ShouldBe(id);
    }

    [Fact]
    public async Task A_file_that_is_not_there_begins_no_listening()
    {
        using HttpResponseMessage missing = await Ask("bytes=1-", r => r.RequestUri = new Uri($"/api/recordings/{id}/audio?segment=2", UriKind.Relative));
        missing.StatusCode.ShouldBe(HttpStatusCode.NotFound);
        (await Ask("bytes=1-")).Dispose();
        server.Get<AccessLog>().Read().ShouldHaveSingleItem().Target.ShouldBe(id);
    }

    [Fact]
    public async Task A_download_has_the_files_name()
    {
        using HttpResponseMessage answer = await server.Client.GetAsync($"/api/recordings/{id}/audio?download=1", TestContext.Current.CancellationToken);
        answer.Content.Headers.ContentDisposition!.DispositionType.ShouldBe("attachment");
        answer.Content.Headers.ContentDisposition.FileName.ShouldBe(id + ".wav");
    }

    [Fact]
    public async Task A_segment_that_is_not_there_is_named()
    {
        (await server.GetJson($"/api/recordings/{id}/audio?segment=2", 404)).Text("detail").ShouldContain("1 file");
        (await server.GetJson($"/api/recordings/{id}/audio?segment=0", 400)).Text("title").ShouldContain("segment");
    }

    [Fact]
    public async Task A_file_that_is_being_written_is_served_whole_at_every_moment()
    {
        SampleCall running = SampleCall.Start(server, 2, frames: 50);
        string path = $"/api/recordings/{running.RecordingId(Track.Inbound)}/audio";
        byte[] early = await Written(path, 0);
        running.Talk(SampleCall.FirstTimestampMs + 1000, 50);
        byte[] later = await Written(path, early.Length);
        WaveAssert.Samples(early).ShouldBe(WaveAssert.Samples(later)[..((early.Length - 44) / 2)]);
        using (HttpResponseMessage answer = await server.Client.GetAsync(path, TestContext.Current.CancellationToken)) answer.Headers.ETag.ShouldBeNull();
        byte[] half = await server.Client.GetByteArrayAsync(path + "?until=0.5", TestContext.Current.CancellationToken);
        WaveAssert.Samples(half).ShouldBe(WaveAssert.Samples(later)[..8000]);
        using var request = new HttpRequestMessage(HttpMethod.Get, path + "?until=0.5") { Headers = { Range = new RangeHeaderValue(40, 59) } };
        using HttpResponseMessage part = await server.Client.SendAsync(request, TestContext.Current.CancellationToken);
        (await part.Content.ReadAsByteArrayAsync(TestContext.Current.CancellationToken)).ShouldBe(half[40..60]);
        await running.EndAsync();
    }

    [Fact]
    public async Task Peaks_are_the_extremes_of_each_column()
    {
        short[] samples = WaveAssert.Samples(file);
        JsonNode peaks = await server.GetJson($"/api/recordings/{id}/peaks?columns=50");
        peaks.Number("sampleRateHz").ShouldBe(16_000);
        peaks.Number("durationSeconds").ShouldBe(samples.Length / 16_000.0);
        int[] min = Values(peaks, "min"), max = Values(peaks, "max"), rms = Values(peaks, "rms");
        int width = samples.Length / 50;
        for (int i = 0; i < 50; i++)
        {
            short[] column = samples[(i * width)..((i + 1) * width)];
            min[i].ShouldBe(column.Min());
            max[i].ShouldBe(column.Max());
            ((double)rms[i]).ShouldBe(Math.Sqrt(column.Average(s => (double)s * s)), 0.51);
        }
        int lost = (int)(sample.LossAt / 0.04) + 2;
        (min[lost], max[lost], rms[lost]).ShouldBe((0, 0, 0));
    }

    [Fact]
    public async Task Peaks_of_a_stretch_are_of_that_stretch()
    {
        short[] samples = WaveAssert.Samples(file);
        JsonNode peaks = await server.GetJson($"/api/recordings/{id}/peaks?columns=100&start=0.1&end=0.2");
        Values(peaks, "max").ShouldBe(Enumerable.Range(0, 100).Select(i => (int)samples[(1600 + (i * 16))..(1600 + ((i + 1) * 16))].Max()));
    }

    [Fact]
    public async Task Peaks_follow_a_recording_that_grows()
    {
        SampleCall running = SampleCall.Start(server, 2, frames: 50);
        string peaks = $"/api/recordings/{running.RecordingId(Track.Inbound)}/peaks?columns=10";
        await Written(peaks.Replace("peaks", "audio", StringComparison.Ordinal), 0);
        double before = (await server.GetJson(peaks)).Number("durationSeconds");
        running.Talk(SampleCall.FirstTimestampMs + 1000, 50);
        await running.EndAsync();
        JsonNode after = await server.GetJson(peaks);
        before.ShouldBeLessThan(1.1);
        after.Number("durationSeconds").ShouldBe(2.0);
        short[] samples = WaveAssert.Samples(await File.ReadAllBytesAsync(Path.Combine(server.Recordings, running.RecordingId(Track.Inbound) + ".wav"), TestContext.Current.CancellationToken));
        Values(after, "max").Max().ShouldBe(samples.Max());
    }

    [Theory]
    [InlineData("columns=0", "columns")]
    [InlineData("columns=5000", "columns")]
    [InlineData("start=-1", "start")]
    [InlineData("start=2&end=1", "end")]
    public async Task Peaks_name_the_input_that_is_wrong(string query, string named) =>
        (await server.GetJson($"/api/recordings/{id}/peaks?{query}", 400)).Text("title").ShouldContain(named);

    private static int[] Values(JsonNode peaks, string name) => [.. peaks[name]!.AsArray().Select(v => (int)v!)];

    private async Task<HttpResponseMessage> Ask(string? range, Action<HttpRequestMessage>? change = null)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, $"/api/recordings/{id}/audio");
        if (range is not null) request.Headers.TryAddWithoutValidation("Range", range);
        change?.Invoke(request);
        return await server.Client.SendAsync(request, TestContext.Current.CancellationToken);
    }

    /// <summary>The file, once it is longer than that.</summary>
    private async Task<byte[]> Written(string path, int longerThan)
    {
        for (int i = 0; i < 100; i++)
        {
            using HttpResponseMessage answer = await server.Client.GetAsync(path, TestContext.Current.CancellationToken);
            if (answer.IsSuccessStatusCode && await answer.Content.ReadAsByteArrayAsync(TestContext.Current.CancellationToken) is var bytes && bytes.Length > longerThan) return bytes;
            await Task.Delay(TimeSpan.FromMilliseconds(50), TimeProvider.System, TestContext.Current.CancellationToken);
        }
        throw new TimeoutException($"{path} did not grow beyond {longerThan} bytes");
    }
}

using System.Buffers.Binary;
using System.Net.Sockets;
using System.Text;
using Earshot.Engine.Calls;
using Earshot.Engine.Ingest;
using Earshot.Server.Operations;
using Earshot.Server.Tests.Calls;
using Earshot.Testing;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.Extensions.Hosting;

namespace Earshot.Server.Tests.Operations;

/// <summary>The end of a server that is in the middle of something.</summary>
public sealed class StopTests
{
    private const int FileBytes = 200_000_044;

    /// <summary>Less than the host's patience (25 s), and far more than the end needs.</summary>
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(15);

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Clients_that_have_stopped_reading_hold_up_neither_the_end_nor_a_call_s_seal()
    {
        EarshotTestServer server = await EarshotTestServer.StartAsync();
        SampleCall over = await SampleCall.RecordAsync(server, 1);
        Enlarge(Path.Combine(server.Recordings, over.RecordingId(Track.Inbound) + ".wav"));
        SampleCall running = SampleCall.Start(server, 2);
        var stalled = new List<TcpClient>();
        // The lengths pass every place where the rest of an answer can lie: in the program, in its pipe, in the system's buffers.
        for (int length = 100_000; length < 8_000_000; length += 100_000) stalled.Add(await Stall(server, $"/api/recordings/{over.RecordingId(Track.Inbound)}/audio", length));
        stalled.Add(await Stall(server, $"/api/recordings/{over.RecordingId(Track.Inbound)}/audio", FileBytes));
        stalled.Add(await Stall(server, $"/api/calls/{over.CallSid}/audio?layout=stereo", FileBytes));
        stalled.Add(await Stall(server, $"/api/calls/{over.CallSid}/audio?layout=separate", FileBytes));
        bool sealedFirst = false;
        server.Get<IHostApplicationLifetime>().ApplicationStopping.Register(() => sealedFirst = running.Session.Stored.IsCompletedSuccessfully);

        await server.StopAsync().WaitAsync(Limit, TimeProvider.System, Cancel);

        sealedFirst.ShouldBeTrue("the files are sealed before anything waits for clients");
        running.Session.EndReason.ShouldBe(EndReason.ServerStopped);
        foreach (TcpClient client in stalled) client.Dispose();
        await server.DisposeAsync();
    }

    [Fact]
    public async Task An_answer_has_two_seconds_from_the_stop_on_and_a_socket_or_an_answer_that_is_over_is_left_alone()
    {
        var lifetime = new Lifetime();
        var clock = new HandClock();
        using var answers = new LastAnswers(lifetime, clock);
        (DefaultHttpContext slow, DefaultHttpContext socket, DefaultHttpContext over) = (new(), new(), new());
        var done = new CompletedResponse();
        over.Features.Set<IHttpResponseFeature>(done);
        socket.Response.StatusCode = StatusCodes.Status101SwitchingProtocols;
        foreach (DefaultHttpContext context in new[] { slow, socket, over })
        {
            context.Features.Set<IHttpRequestLifetimeFeature>(new Request());
            await answers.Watch(context, _ => Task.CompletedTask);
        }
        done.Complete();
        clock.Due.ShouldBe(Timeout.InfiniteTimeSpan);

        lifetime.StopApplication();
        clock.Due.ShouldBe(TimeSpan.FromSeconds(2));
        slow.RequestAborted.IsCancellationRequested.ShouldBeFalse();
        clock.Ring();
        slow.RequestAborted.IsCancellationRequested.ShouldBeTrue();
        socket.RequestAborted.IsCancellationRequested.ShouldBeFalse();
        over.RequestAborted.IsCancellationRequested.ShouldBeFalse();
    }

    /// <summary>Makes a recording so long that no buffer takes it; the file has a hole where its audio would be.</summary>
    private static void Enlarge(string path)
    {
        using FileStream file = File.Open(path, FileMode.Open, FileAccess.ReadWrite);
        Span<byte> header = stackalloc byte[44];
        file.ReadExactly(header);
        BinaryPrimitives.WriteInt32LittleEndian(header[4..], FileBytes - 8);
        BinaryPrimitives.WriteInt32LittleEndian(header[40..], FileBytes - 44);
        file.Position = 0;
        file.Write(header);
        file.SetLength(FileBytes);
    }

    /// <summary>Asks for so many bytes and reads a few of the answer.</summary>
    private static async Task<TcpClient> Stall(EarshotTestServer server, string path, int length)
    {
        var client = new TcpClient { ReceiveBufferSize = 4096 };
        await client.ConnectAsync(server.BaseAddress.Host, server.BaseAddress.Port, Cancel);
        await client.GetStream().WriteAsync(Encoding.ASCII.GetBytes($"GET {path} HTTP/1.1\r\nHost: {server.BaseAddress.Authority}\r\nRange: bytes=0-{length - 1}\r\n\r\n"), Cancel);
        byte[] head = new byte[12];
        await client.GetStream().ReadExactlyAsync(head, Cancel);
        Encoding.ASCII.GetString(head).ShouldStartWith("HTTP/1.1 20");
        return client;
    }

    private sealed class Lifetime : IHostApplicationLifetime
    {
        private readonly CancellationTokenSource stopping = new();

        public CancellationToken ApplicationStarted => CancellationToken.None;

        public CancellationToken ApplicationStopping => stopping.Token;

        public CancellationToken ApplicationStopped => CancellationToken.None;

        public void StopApplication() => stopping.Cancel();
    }

    /// <summary>A request that can be cut off.</summary>
    private sealed class Request : IHttpRequestLifetimeFeature
    {
        public CancellationToken RequestAborted { get; set; }

        public void Abort() => RequestAborted = new CancellationToken(canceled: true);
    }

    /// <summary>A response that says when it is over, as a server's does.</summary>
    private sealed class CompletedResponse : HttpResponseFeature
    {
        private readonly List<(Func<object, Task> Callback, object State)> callbacks = [];

        public override void OnCompleted(Func<object, Task> callback, object state) => callbacks.Add((callback, state));

        public void Complete() => callbacks.ForEach(c => c.Callback(c.State).GetAwaiter().GetResult());
    }

    /// <summary>A clock with one timer, which rings when it is told to.</summary>
    private sealed class HandClock : TimeProvider, ITimer
    {
        private Action? ring;

        public TimeSpan Due { get; private set; } = Timeout.InfiniteTimeSpan;

        public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period)
        {
            (ring, Due) = (() => callback(state), dueTime);
            return this;
        }

        public void Ring() => ring!();

        public bool Change(TimeSpan dueTime, TimeSpan period)
        {
            Due = dueTime;
            return true;
        }

        public void Dispose()
        {
        }

        public ValueTask DisposeAsync() => ValueTask.CompletedTask;
    }
}

using Earshot.Engine.Access;
using Earshot.Engine.Agents;
using Earshot.Engine.Calls;
using Earshot.Server.Access;
using Earshot.Server.Sockets;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;

namespace Earshot.Server.Agents;

/// <summary><c>/agent/{callId}</c>: the browser's microphone and headphones, and those who listen in. Whoever joins is in the access log.</summary>
internal sealed class AgentEndpoint(AgentDesk desk, RecordingAccess access, TimeProvider time)
{
    /// <summary>A browser that says nothing for so long, and answers no ping, is gone: its seat is free.</summary>
    public static readonly TimeSpan Patience = TimeSpan.FromSeconds(15);

    /// <summary>Within this time a browser says who it is.</summary>
    public static readonly TimeSpan HelloWithin = TimeSpan.FromSeconds(10);

    private static readonly TimeSpan PingEvery = TimeSpan.FromSeconds(4);
    private const int LongestMessage = 128 << 10;

    public void Map(IEndpointRouteBuilder routes) => routes.MapGet("/agent/{callSid}", Accept).ExcludeFromDescription();

    private async Task Accept(HttpContext context, string callSid)
    {
        if (await WebSocketHandshake.RefusesAsync(context, "This address takes the agent's WebSocket")) return;
        if (!LocalAccess.IsOwnOrigin(context))
        {
            await Results.Problem(title: "Another site asked for the call's audio", detail: "The Origin of the request is not this server's own address.", statusCode: StatusCodes.Status403Forbidden).ExecuteAsync(context);
            return;
        }
        Principal who = Visitor.Of(context);
        await using Stream stream = await WebSocketHandshake.AcceptAsync(context);
        var sender = new WebSocketSender(stream, time);
        using var over = CancellationTokenSource.CreateLinkedTokenSource(context.RequestAborted);
        Task reading;
        if (desk.Open(callSid) is { } seat)
        {
            access.NoteListen(who, callSid);
            var connection = new AgentConnection(seat, sender, who.Name, time);
            var input = new ClientInput(connection, LongestMessage, time);
            reading = input.ReadAsync(stream, sender, over.Token);
            await Task.WhenAny(connection.Over, reading, seat.Session.Ended, Watch(connection, input, over.Token));
            if (!connection.Over.IsCompleted && seat.Session.Ended.IsCompleted) connection.Close(AgentEnd.CallEnded);
            connection.Leave();
        }
        else
        {
            sender.Close(AgentConnection.NoSuchCall, $"no call '{LogText.Clean(callSid)}' is running");
            reading = new ClientInput(null, LongestMessage, time).ReadAsync(stream, sender, over.Token);
        }
        await ClosingHandshake.RunAsync(sender, reading, over, time);
    }

    /// <summary>Completes when the browser is given up: it never said who it is, or answers no more.</summary>
    private async Task Watch(AgentConnection connection, ClientInput input, CancellationToken cancellation)
    {
        using var timer = new PeriodicTimer(PingEvery, time);
        long since = time.GetTimestamp();
        try
        {
            while (await timer.WaitForNextTickAsync(cancellation))
            {
                if (time.GetElapsedTime(input.LastTicks) > Patience) connection.GiveUp($"the browser answered nothing for {Patience.TotalSeconds:0} s");
                else if (!connection.HasJoined && time.GetElapsedTime(since) > HelloWithin) connection.GiveUp($"no 'hello' came within {HelloWithin.TotalSeconds:0} s");
                else connection.Ping();
                if (connection.Over.IsCompleted) return;
            }
        }
        catch (OperationCanceledException)
        {
            // The connection is over.
        }
    }
}

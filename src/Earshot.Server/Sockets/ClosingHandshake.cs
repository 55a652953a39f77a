namespace Earshot.Server.Sockets;

/// <summary>The end of a connection whose closing frame has been given to the sender (RFC 6455, 7.1).</summary>
internal static class ClosingHandshake
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(2);

    /// <summary>Waits until our frame has gone and the client's has ended the reading, then ends the reading: a connection that ends with unread input is reset, and our frame is lost with it.</summary>
    /// <param name="sender">Has the closing frame.</param>
    /// <param name="reading">Completes with the client's closing frame, or after the cancellation.</param>
    /// <param name="over">Ends the reading.</param>
    /// <param name="time">The clock.</param>
    public static async Task RunAsync(WebSocketSender sender, Task reading, CancellationTokenSource over, TimeProvider time)
    {
        await Task.WhenAny(Task.WhenAll(sender.Drained, reading), Task.Delay(Patience, time));
        await over.CancelAsync();
        await reading;
    }
}

namespace Earshot.Engine.Calling;

/// <summary>The other end of the line: places calls as the carrier would. Calls share nothing but the connection pool.</summary>
internal sealed class CarrierSimulator : IDisposable
{
    private readonly TimeProvider _time;
    private readonly HttpClient _http;

    public CarrierSimulator(TimeProvider time)
    {
        _time = time;
        _http = new HttpClient(new SocketsHttpHandler { AllowAutoRedirect = false, UseCookies = false })
        {
            Timeout = Timeout.InfiniteTimeSpan,
        };
    }

    public CallProgress Progress { get; } = new();

    /// <summary>Places one call and waits for its end. Cancelling hangs up in good order.</summary>
    public async Task<SimulatedCallResult> CallAsync(SimulatedCallOptions options, CancellationToken stop)
    {
        await using var call = new SimulatedCall(options, _http, _time, Progress);
        return await call.RunAsync(stop);
    }

    /// <summary>Places many calls, their starts spread evenly over a time, each with a seed of its own.</summary>
    /// <param name="options">The call; the first one has its seed as it is.</param>
    /// <param name="calls">How many.</param>
    /// <param name="spread">From the first call's start to the last one's.</param>
    /// <param name="ended">Told of every call as it ends, one at a time.</param>
    /// <param name="stop">Hangs up all calls.</param>
    /// <returns>The results in the order of the calls.</returns>
    public async Task<IReadOnlyList<SimulatedCallResult>> CallAsync(
        SimulatedCallOptions options, int calls, TimeSpan spread, Action<SimulatedCallResult>? ended, CancellationToken stop)
    {
        var turn = new Lock();
        return await Task.WhenAll(Enumerable.Range(0, calls).Select(One));

        async Task<SimulatedCallResult> One(int number)
        {
            SimulatedCallOptions own = options with { Seed = SeedOf(options.Seed, number) };
            try
            {
                await Task.Delay(calls < 2 ? TimeSpan.Zero : spread * number / (calls - 1), _time, stop);
            }
            catch (OperationCanceledException)
            {
                // The call then ends before it begins, with a result that says so.
            }

            SimulatedCallResult result = await Task.Run(() => CallAsync(own, stop), CancellationToken.None);
            lock (turn)
            {
                ended?.Invoke(result);
            }

            return result;
        }
    }

    /// <summary>The seed of one of many calls, so that one of them can be placed again alone.</summary>
    public static int SeedOf(int seed, int number) => unchecked(seed + (number * 1_000_003));

    public void Dispose() => _http.Dispose();
}

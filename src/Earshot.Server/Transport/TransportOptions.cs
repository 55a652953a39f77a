namespace Earshot.Server.Transport;

/// <summary>How media sockets are read.</summary>
internal sealed class TransportOptions
{
    /// <summary>Read plain-TCP media sockets by the clock; false reads each as its bytes come. TLS inside this process always takes the ordinary path.</summary>
    public bool ByTheClock { get; set; } = true;

    /// <summary>How often a media socket is read. It is part of what a killed process can lose.</summary>
    public TimeSpan ReadInterval { get; set; } = TimeSpan.FromMilliseconds(80);

    /// <summary>How often a media socket is looked at for new bytes: how exactly arrivals are known.</summary>
    public TimeSpan ArrivalResolution { get; set; } = TimeSpan.FromMilliseconds(20);
}

namespace Earshot.Engine.Jobs;

/// <summary>The work after calls.</summary>
internal sealed class JobsOptions
{
    /// <summary>False leaves calls as they are recorded: no analysis by itself.</summary>
    public bool Enabled { get; set; } = true;

    /// <summary>How long after the start the work begins: calls that come in at once have the machine to themselves.</summary>
    public TimeSpan StartDelay { get; set; } = TimeSpan.FromSeconds(5);

    /// <summary>Calls that are worked on at once. One core of the machine each: running calls come first.</summary>
    public int Parallel { get; set; } = 1;

    /// <summary>Calls whose words are waited for at once, beside those that are worked on.</summary>
    public int Waiting { get; set; } = 4;

    /// <summary>How often a call's work is tried.</summary>
    public int MostAttempts { get; set; } = 5;

    /// <summary>How long after the first failure it is tried again; then twice as long, and so on.</summary>
    public TimeSpan FirstRetry { get; set; } = TimeSpan.FromSeconds(10);
}

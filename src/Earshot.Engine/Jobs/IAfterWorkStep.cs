namespace Earshot.Engine.Jobs;

/// <summary>One step of the work after a call. Idempotent: run again, it does only what is not done.</summary>
internal interface IAfterWorkStep
{
    /// <summary>Its name, for people.</summary>
    string Name { get; }

    /// <summary>True where it mostly waits for something outside this process, which may be slow: it and what comes behind it has places of its own (<see cref="JobsOptions.Waiting"/>), so that other calls do not wait with it.</summary>
    bool Waits => false;

    /// <summary>Does the step for a call that has ended. What it throws is shown and tried again.</summary>
    Task RunAsync(string callSid, CancellationToken cancellation);
}

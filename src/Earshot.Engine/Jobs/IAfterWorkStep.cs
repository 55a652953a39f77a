namespace Earshot.Engine.Jobs;

/// <summary>One step of the work after a call. Idempotent: run again, it does only what is not done.</summary>
internal interface IAfterWorkStep
{
    /// <summary>Its name, for people.</summary>
    string Name { get; }

    /// <summary>Does the step for a call that has ended. What it throws is shown and tried again.</summary>
    Task RunAsync(string callSid, CancellationToken cancellation);
}

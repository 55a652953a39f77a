namespace Earshot.Cli.Tests.Process;

/// <summary>Tests that need the machine for themselves: they run one after the other, when all others are done.</summary>
[CollectionDefinition(Name, DisableParallelization = true)]
public sealed class WholeMachine
{
    public const string Name = "processes";
}

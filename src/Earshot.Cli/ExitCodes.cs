namespace Earshot.Cli;

/// <summary>What a command's exit says; part of the interface.</summary>
internal static class ExitCodes
{
    public const int Ok = 0;

    /// <summary>It ran, and what it found or did is not all well.</summary>
    public const int Findings = 1;

    /// <summary>Something could not be read.</summary>
    public const int Unreadable = 2;

    /// <summary>The command line was wrong (sysexits' EX_USAGE).</summary>
    public const int Usage = 64;

    /// <summary>The settings are wrong (sysexits' EX_CONFIG).</summary>
    public const int Config = 78;
}

namespace Earshot.Engine.Access;

/// <summary>What someone may do with recordings.</summary>
internal enum Permission
{
    /// <summary>See a call and its figures.</summary>
    See,

    /// <summary>Hear or download its audio.</summary>
    Listen,

    /// <summary>Read what is said in it.</summary>
    Read,

    /// <summary>Look for words in all calls, and read them where they were said.</summary>
    Search,

    /// <summary>Render it from the journal into a file.</summary>
    Export,

    /// <summary>Delete it.</summary>
    Delete,
}

/// <summary>Who asks.</summary>
/// <param name="Name">The person or program; until people can sign in, <c>local</c>.</param>
/// <param name="From">The address or terminal it comes from.</param>
internal sealed record Principal(string Name, string From)
{
    /// <summary>The person at this machine's terminal.</summary>
    public static Principal Terminal { get; } = new(Environment.UserName, "terminal");

    /// <summary>Earshot itself, when it deletes what is too old.</summary>
    public static Principal Retention { get; } = new("earshot", "retention");
}

using System.Text.Json.Serialization;

namespace Earshot.Engine.Analysis;

/// <summary>How much a finding weighs.</summary>
[JsonConverter(typeof(CodeConverter<Severity>))]
internal enum Severity
{
    /// <summary>Worth knowing; leaves the verdict as it is.</summary>
    Info,

    /// <summary>A listener notices it: the verdict is fair at best.</summary>
    Warning,

    /// <summary>The recording is not fit for its use: the verdict is bad.</summary>
    Error,
}

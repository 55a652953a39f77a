using System.Text.Json.Serialization;

namespace Earshot.Engine.Analysis;

/// <summary>What the findings of a recording come to.</summary>
[JsonConverter(typeof(CodeConverter<Verdict>))]
internal enum Verdict
{
    /// <summary>Nothing worse than information.</summary>
    Good,

    /// <summary>A warning at the worst.</summary>
    Fair,

    /// <summary>At least one error.</summary>
    Bad,
}

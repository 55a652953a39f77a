using Earshot.Engine.Analysis;

namespace Earshot.Engine.Alerts;

/// <summary>A rule that holds, and what it holds for.</summary>
/// <param name="Subject">The call, or a side of it: what is told once.</param>
/// <param name="CallSid">The call; empty where it is about the server.</param>
/// <param name="Severity">How much it weighs.</param>
/// <param name="Message">In words, with the figure.</param>
/// <param name="Link">Path of the page that shows the place.</param>
internal sealed record AlertHit(string Subject, string CallSid, Severity Severity, string Message, string Link);

namespace Earshot.Server.Taps;

/// <summary>How a bot's socket ended.</summary>
/// <param name="Code">The close code: the bot's own, or the one that tells the carrier what happened.</param>
/// <param name="Reason">The bot's words beside the code, or ours.</param>
/// <param name="Failed">False for a close in good order.</param>
/// <param name="At">When (UTC).</param>
internal sealed record BotEnd(int Code, string Reason, bool Failed, DateTimeOffset At);

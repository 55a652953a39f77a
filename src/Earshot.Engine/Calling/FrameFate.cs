namespace Earshot.Engine.Calling;

/// <summary>What happens to one frame.</summary>
/// <param name="Lost">It is never sent.</param>
/// <param name="Duplicated">It is sent twice.</param>
/// <param name="OvertakenBy">How many later messages are sent before it.</param>
/// <param name="DueMs">When it is sent, on the call's clock.</param>
internal readonly record struct FrameFate(bool Lost, bool Duplicated, int OvertakenBy, double DueMs);

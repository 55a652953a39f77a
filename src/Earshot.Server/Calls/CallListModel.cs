using Earshot.Engine.Catalog;

namespace Earshot.Server.Calls;

/// <summary>What the list page shows.</summary>
/// <param name="List">The calls.</param>
/// <param name="Filter">Which were asked for.</param>
/// <param name="Text">Words that were looked for; empty for none.</param>
/// <param name="IsFirst">True on the first page.</param>
/// <param name="IsCatalogEmpty">True when no call was ever received.</param>
/// <param name="BaseUrl">This server as the browser reaches it.</param>
/// <param name="PublicBaseUrl">This server as the carrier reaches it; empty when not set.</param>
/// <param name="HasAuthToken">False when the carrier's requests are refused.</param>
/// <param name="RecordingsDirectory">Where the files are.</param>
internal sealed record CallListModel(
    CallList List, CallFilter Filter, string Text, bool IsFirst, bool IsCatalogEmpty, string BaseUrl, string PublicBaseUrl, bool HasAuthToken, string RecordingsDirectory);

/// <summary>What a call's page shows.</summary>
/// <param name="Call">The call.</param>
/// <param name="Events">What happened in it.</param>
/// <param name="Analysis">What was found in it; null while it runs.</param>
/// <param name="Transcript">What is said in it; null while it runs and nothing was heard.</param>
/// <param name="TokenField">Name of the antiforgery field.</param>
/// <param name="Token">The antiforgery token.</param>
/// <param name="Refusal">Why the deletion that was asked for did not happen.</param>
internal sealed record CallModel(CallDetail Call, IReadOnlyList<CallEventItem> Events, CallAnalysis? Analysis, CallTranscript? Transcript, string TokenField, string Token, string? Refusal)
{
    /// <summary>True where it runs and is transcribed live.</summary>
    public bool IsHeardLive { get; init; }
}

namespace Earshot.Engine.Catalog;

/// <summary>Where the catalog is. It is a cache: <c>earshot reindex</c> rebuilds it from the manifests.</summary>
internal sealed class CatalogOptions
{
    /// <summary><c>sqlite:PATH</c>; empty puts <c>earshot.db</c> in the data folder.</summary>
    public string Url { get; set; } = "";
}

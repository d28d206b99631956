using PgGitOps.Core.Facets;

namespace PgGitOps.Tests.Builders;

/// <summary>Facets by their text, as people read them.</summary>
internal static class Paths
{
    internal static FacetKey Key(string path, string field, string cluster = "core") =>
        new(cluster, ObjectPath.Parse(path), Field.Parse(field));

    /// <summary>Object and field of a facet as a record holds them.</summary>
    internal static (string Object, string Field) Recorded(this FacetKey key) => (key.Object.ToString(), key.Field.ToString());
}

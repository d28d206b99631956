using PgGitOps.Core.Facets;

namespace PgGitOps.Core.Planning.Kinds.Unmanaged;

/// <summary>Something that no document can declare, such as <c>database/shop/unmanaged/foreign server billing</c>.</summary>
/// <param name="name">Type and identity, as pg_identify_object spells them. What all databases share is told in <c>postgres</c>.</param>
public sealed class UnmanagedPath(string database, string name) : ObjectPath(new Database(database), Kind, name)
{
    internal const string Kind = "unmanaged";

    public new string Database { get; } = database;

    public string Name { get; } = name;
}

using PgGitOps.Core.Facets;

namespace PgGitOps.Core.Planning.Kinds.Publications;

/// <summary>A publication of a database, such as <c>database/shop/publication/feed</c>.</summary>
public sealed class PublicationPath(string database, string name) : ObjectPath(new Database(database), Kind, name)
{
    internal const string Kind = "publication";

    public new string Database { get; } = database;

    public string Name { get; } = name;
}

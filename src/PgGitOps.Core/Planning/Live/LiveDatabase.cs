using PgGitOps.Core.Observed;
using PgGitOps.Core.Sources;

namespace PgGitOps.Core.Planning.Live;

/// <summary>Answers facets of one database's contents.</summary>
internal sealed class LiveDatabase
{
    private readonly DatabaseFact database;
    private readonly Dictionary<string, SchemaFact> schemas = new(StringComparer.Ordinal);
    private readonly Dictionary<string, ExtensionFact> extensions = new(StringComparer.Ordinal);
    private readonly Dictionary<(string Kind, string? Schema, string Object), LiveAcl> acls = [];
    private readonly Dictionary<(string Kind, string? Schema), List<string>> objects = [];
    private readonly Dictionary<(string ForRole, string? Schema, string On), List<DefaultAclFact>> defaults = [];

    private readonly EquatableArray<CatalogRow> catalog;

    private LiveDatabase(DatabaseFact database, DatabaseFacts? facts, string? unreadable)
    {
        catalog = facts?.Catalog ?? [];
        (this.database, Unreadable) = (database, unreadable);
        if (facts is null)
            return;
        foreach (var schema in facts.Schemas)
            schemas[schema.Name] = schema;
        foreach (var extension in facts.Extensions)
            extensions[extension.Name] = extension;
        foreach (var acl in facts.Acls)
        {
            // What somebody may do with one column belongs to the list of its table.
            var kind = acl.Column is null ? acl.Kind : "table";
            var key = (kind, acl.Schema, acl.Object);
            if (!acls.TryGetValue(key, out var list))
            {
                acls.Add(key, list = new LiveAcl(acl.Owner));
                if (!objects.TryGetValue((kind, acl.Schema), out var names))
                    objects.Add((kind, acl.Schema), names = []);
                names.Add(acl.Object);
            }
            list.Add(acl);
        }
        foreach (var acl in facts.DefaultAcls)
        {
            var key = (acl.ForRole, acl.Schema, acl.On);
            if (!defaults.TryGetValue(key, out var list))
                defaults.Add(key, list = []);
            list.Add(acl);
        }
    }

    internal static LiveDatabase Of(ClusterSnapshot snapshot, DatabaseFact database)
    {
        foreach (var candidate in snapshot.Databases)
        {
            if (candidate.Name == database.Name)
            {
                return candidate.Contents.Match(
                    seen => new LiveDatabase(database, seen.Value, null),
                    absent => new LiveDatabase(database, null, $"database {database.Name} vanished while it was being read"),
                    unreadable => new LiveDatabase(
                        database,
                        null,
                        $"database {database.Name} could not be read: {unreadable.Reason}"
                    )
                );
            }
        }
        return new LiveDatabase(database, null, $"database {database.Name} was not inspected");
    }

    /// <summary>Why nothing of its contents is known, or null.</summary>
    internal string? Unreadable { get; }

    internal SchemaFact? Schema(string name) => schemas.GetValueOrDefault(name);

    internal ExtensionFact? Extension(string name) => extensions.GetValueOrDefault(name);

    internal DatabaseFact Fact => database;

    /// <summary>Rows of the statement that a kind brings along.</summary>
    internal IEnumerable<CatalogRow> Rows(string catalog) => this.catalog.Where(r => r.Catalog == catalog);

    /// <summary>Privileges on one object; null where the object was not seen.</summary>
    internal LiveAcl? Acl(string kind, string? schema, string name) =>
        acls.TryGetValue((kind, schema, name), out var rows)
        || (kind == "schema" && acls.TryGetValue((kind, null, name), out rows))
            ? rows
            : null;

    /// <summary>Names of the objects of a kind in a schema; null for none.</summary>
    internal IReadOnlyList<string>? ObjectsOf(string kind, string? schema) => objects.GetValueOrDefault((kind, schema));

    internal IReadOnlyList<DefaultAclFact>? DefaultsOf(string role, string? schema, string on) =>
        defaults.GetValueOrDefault((role, schema, on));
}

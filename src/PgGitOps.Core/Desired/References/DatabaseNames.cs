using PgGitOps.Core.Sources;

namespace PgGitOps.Core.Desired.References;

internal sealed class DatabaseNames : IClusterCheck
{
    public void Check(PlacedCluster placed, List<Diagnostic> findings)
    {
        var roles = placed.Cluster.Roles.Select(r => r.Name).ToHashSet(StringComparer.Ordinal);
        Names.FindRepeated("database", placed.Cluster.Databases.Select(d => (d.Name, d.At)), findings);
        foreach (var database in placed.Cluster.Databases)
        {
            Check(database, findings);
            CheckOwner(placed, roles, database.Owner, findings);
            foreach (var schema in database.Schemas)
                CheckOwner(placed, roles, schema.Owner, findings);
        }
    }

    private static void CheckOwner(PlacedCluster placed, HashSet<string> roles, Located<string>? owner, List<Diagnostic> findings)
    {
        if (owner is { } role && !RoleNames.IsKnown(placed, roles, role.Value))
            findings.Add(Names.Unknown(ReferenceRules.UnknownRole, "role", role, roles, "in the cluster"));
    }

    private static void Check(Database database, List<Diagnostic> findings)
    {
        Names.FindTooLong(database.Name, database.At, findings);
        if (database.Name is "template0" or "template1")
            findings.Add(
                ReferenceRules.ReservedName.At(
                    database.At,
                    $"the database name '{database.Name}' is PostgreSQL's own",
                    "choose another name"
                )
            );
        // Thousands of databases have one schema each; a list of one repeats nothing.
        if (database.Schemas.Count > 1)
            Names.FindRepeated("schema", database.Schemas.Select(s => (s.Name, s.At)), findings);
        if (database.Extensions.Count > 1)
            Names.FindRepeated("extension", database.Extensions.Select(e => (e.Name, e.At)), findings);
        foreach (var schema in database.Schemas)
        {
            Names.FindTooLong(schema.Name, schema.At, findings);
            if (schema.Name == "information_schema" || schema.Name.StartsWith("pg_", StringComparison.Ordinal))
                findings.Add(
                    ReferenceRules.ReservedName.At(
                        schema.At,
                        $"the schema name '{schema.Name}' is PostgreSQL's own",
                        "choose another name"
                    )
                );
        }
        foreach (var extension in database.Extensions)
            Names.FindTooLong(extension.Name, extension.At, findings);
        foreach (var extension in database.Extensions.Where(e => e.Schema is not null && !HasSchema(database, e.Schema)))
            findings.Add(UnknownSchema(database, extension.Schema!, extension.At));
    }

    /// <summary>The schemas every database has need no declaration.</summary>
    public static bool HasSchema(Database database, string name) =>
        name is "public" or "pg_catalog" or "information_schema" || database.Schemas.Any(s => s.Name == name);

    public static Diagnostic UnknownSchema(Database database, string name, SourceSpan at) =>
        Names.Unknown(
            ReferenceRules.UnknownSchema,
            "schema",
            new Located<string>(name, at),
            database.Schemas.Select(s => s.Name),
            $"in database '{database.Name}'"
        );
}

using PgGitOps.Core.Facets;
using PgGitOps.Core.Importing;
using PgGitOps.Core.Observed;

namespace PgGitOps.Core.Planning.Kinds.Grants;

/// <param name="On">Word of the document: database, schema, allTables, table …</param>
internal sealed record ImportedGrant(string On, string? Schema, string? Object, string To, IReadOnlyList<string> Privileges);

/// <summary>The privileges of a database as grants: one for all objects of a schema where they all have it, single ones for the rest.</summary>
internal static class ImportedGrants
{
    internal static void Write(ImportedDatabase database)
    {
        List<string> remarks = [];
        var grants = Of(database.Contents, database.IsDeclared, remarks).ToArray();
        foreach (var remark in remarks.Distinct(StringComparer.Ordinal))
            database.Yaml.Comment($"  left out: {remark}");
        database.Yaml.Under(
            "  grants",
            () =>
            {
                foreach (var grant in grants)
                    database.Yaml.Line(
                        "  - "
                            + YamlText.Flow([
                                ("on", grant.On),
                                ("schema", YamlText.ScalarOrNone(grant.Schema)),
                                ("object", YamlText.ScalarOrNone(grant.Object)),
                                ("to", YamlText.Scalar(grant.To)),
                                ("privileges", YamlText.FlowList(grant.Privileges)),
                            ])
                    );
            }
        );
    }

    public static IEnumerable<ImportedGrant> Of(DatabaseFacts facts, Func<string, bool> isDeclared, List<string> remarks)
    {
        foreach (var row in facts.Acls.Where(a => a.Kind is "database" or "schema" && IsGrant(a)))
        {
            if (IsBuiltIn(row))
                continue;
            if (isDeclared(row.Grantee!))
                yield return new ImportedGrant(
                    row.Kind,
                    row.Kind == "schema" ? row.Object : null,
                    null,
                    row.Grantee!,
                    row.Privileges
                );
            else
                remarks.Add($"{row.Kind} {row.Object}: grant to {row.Grantee}, which is not declared");
        }
        foreach (
            var kind in facts
                .Acls.Where(a => a.Kind is "table" or "sequence" or "function" && a.Schema != "pggitops")
                .GroupBy(a => (a.Kind, a.Schema))
        )
        {
            foreach (var grant in OfObjects(kind.Key.Kind, kind.Key.Schema!, [.. kind], isDeclared, remarks))
                yield return grant;
        }
    }

    private static IEnumerable<ImportedGrant> OfObjects(
        string kind,
        string schema,
        IReadOnlyList<AclFact> rows,
        Func<string, bool> isDeclared,
        List<string> remarks
    )
    {
        var objects = rows.Select(r => r.Object).Distinct(StringComparer.Ordinal).Count();
        foreach (
            var grantee in rows.Where(r => IsGrant(r) && !IsBuiltIn(r))
                .GroupBy(r => r.Grantee!, StringComparer.Ordinal)
                .OrderBy(g => g.Key, StringComparer.Ordinal)
        )
        {
            if (!isDeclared(grantee.Key))
            {
                remarks.Add($"schema {schema}: grants on {kind}s to {grantee.Key}, which is not declared");
                continue;
            }
            string[] everywhere =
                grantee.Count() == objects
                    ?
                    [
                        .. grantee
                            .Skip(1)
                            .Aggregate(
                                grantee.First().Privileges.AsEnumerable(),
                                (all, row) => all.Intersect(row.Privileges, StringComparer.Ordinal)
                            )
                            .Order(StringComparer.Ordinal),
                    ]
                    : [];
            if (everywhere.Length > 0)
                yield return new ImportedGrant(
                    kind switch
                    {
                        "table" => "allTables",
                        "sequence" => "allSequences",
                        _ => "allFunctions",
                    },
                    schema,
                    null,
                    grantee.Key,
                    everywhere
                );
            foreach (
                var row in grantee
                    .Where(r => r.Privileges.Count > everywhere.Length)
                    .OrderBy(r => r.Object, StringComparer.Ordinal)
            )
            {
                if (kind == "function")
                    remarks.Add(
                        $"function {schema}.{row.Object}: grant to {grantee.Key}; a document can only grant on all functions of a schema"
                    );
                else
                    yield return new ImportedGrant(kind, schema, row.Object, grantee.Key, row.Privileges);
            }
        }
    }

    private static bool IsGrant(AclFact row) => row.Grantee is { } grantee && grantee != row.Owner && row.Privileges.Count > 0;

    /// <summary>What PostgreSQL gives to everybody by itself need not be declared.</summary>
    private static bool IsBuiltIn(AclFact row) =>
        row.Grantee == Everyone.Name
        && (row.Kind, string.Join(' ', row.Privileges)) switch
        {
            ("database", "CONNECT TEMPORARY") or ("function", "EXECUTE") => true,
            ("schema", "USAGE") => row.Object == "public",
            _ => false,
        };
}

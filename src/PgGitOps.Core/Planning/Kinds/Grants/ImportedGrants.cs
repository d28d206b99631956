using PgGitOps.Core.Facets;
using PgGitOps.Core.Importing;
using PgGitOps.Core.Observed;
using PgGitOps.Core.Planning.Kinds.Unmanaged;

namespace PgGitOps.Core.Planning.Kinds.Grants;

/// <param name="On">Word of the document: database, schema, allTables, table …</param>
/// <param name="Columns">Empty for the whole object.</param>
internal sealed record ImportedGrant(
    string On,
    string? Schema,
    string? Object,
    string To,
    IReadOnlyList<string> Privileges,
    bool WithGrantOption,
    IReadOnlyList<string> Columns
);

/// <summary>
/// The privileges of a database as grants. One for all objects of a schema speaks of those that are made later too, so it is written only where default privileges
/// give them the same; for the rest there are single ones.
/// </summary>
internal static class ImportedGrants
{
    /// <param name="IsLeftOut">Told to whoever imports; otherwise a comment in the document.</param>
    private sealed record Remark(string Text, bool IsLeftOut = true);

    internal static void Write(ImportedDatabase database)
    {
        List<Remark> remarks = [];
        var grants = Of(database.Contents, database.Cluster.Primary, database.IsDeclared, remarks).ToArray();
        foreach (var remark in remarks.Distinct())
        {
            if (remark.IsLeftOut)
                database.Yaml.LeftOut("  " + remark.Text);
            else
                database.Yaml.Comment($"  {remark.Text}");
        }
        database.Yaml.Under(
            "  grants",
            () =>
            {
                foreach (
                    var alike in grants.GroupBy(g =>
                        g.Object is null || g.Columns.Count > 0
                            ? (object)g
                            : (g.On, g.Schema, g.To, string.Join(' ', g.Privileges), g.WithGrantOption)
                    )
                )
                    Write(database.Yaml, [.. alike]);
            }
        );
    }

    /// <param name="alike">One grant, or grants of the same on several objects.</param>
    private static void Write(YamlText yaml, IReadOnlyList<ImportedGrant> alike)
    {
        var grant = alike[0];
        if (yaml.Length > YamlText.LengthMax)
        {
            yaml.LeftOut(
                $"  grant to {grant.To} on {(alike.Count == 1 ? $"{grant.On} {grant.Schema}.{grant.Object}" : $"{alike.Count} {grant.On}s of schema {grant.Schema}")}: the document would hold more than a file may"
            );
            return;
        }
        (string, string?)[] fields =
        [
            ("on", grant.On),
            ("schema", YamlText.ScalarOrNone(grant.Schema)),
            ("object", alike.Count > 1 ? null : YamlText.ScalarOrNone(grant.Object)),
            ("columns", grant.Columns.Count == 0 ? null : YamlText.FlowList(grant.Columns)),
            ("to", YamlText.Scalar(grant.To)),
            ("privileges", YamlText.FlowList(grant.Privileges)),
            ("withGrantOption", grant.WithGrantOption ? "true" : null),
        ];
        if (alike.Count == 1)
        {
            yaml.Line("  - " + YamlText.Flow(fields));
            return;
        }
        yaml.Entry("  ", fields);
        yaml.Line("    objects:");
        foreach (var one in alike)
            yaml.Line($"      - {YamlText.Scalar(one.Object!)}");
    }

    /// <summary>One grant for what comes without grant option, one for what comes with it; one of nothing where there is neither.</summary>
    internal static IEnumerable<(IReadOnlyList<string> Names, bool WithOption)> ByOption(
        IEnumerable<string> plain,
        IEnumerable<string> grantable
    )
    {
        string[] without = [.. plain.Order(StringComparer.Ordinal)];
        string[] with = [.. grantable.Order(StringComparer.Ordinal)];
        if (without.Length > 0 || with.Length == 0)
            yield return (without, false);
        if (with.Length > 0)
            yield return (with, true);
    }

    private static IEnumerable<ImportedGrant> Of(
        DatabaseFacts facts,
        ServerFacts primary,
        Func<string, bool> isDeclared,
        List<Remark> remarks
    )
    {
        foreach (var row in facts.Acls.Where(IsGrant))
        foreach (var grant in row.Grants.Where(g => g.Grantor != row.Owner))
            remarks.Add(
                new Remark(
                    $"{Named(row)}: {Everyone.Words(row.Grantee!)} has {string.Join(", ", grant.Privileges.Concat(grant.Grantable))} from {grant.Grantor}; made again, it comes from the owner",
                    IsLeftOut: false
                )
            );
        foreach (var row in facts.Acls.Where(a => a.Kind is "database" or "schema" && IsGrant(a) && !IsBuiltIn(a, primary)))
        {
            if (!isDeclared(row.Grantee!))
                remarks.Add(new Remark($"{Named(row)}: grant to {row.Grantee}, which is not declared"));
            else
                foreach (var grant in Grants(row.Kind, row.Kind == "schema" ? row.Object : null, null, row.Grantee!, Names(row)))
                    yield return grant;
        }
        foreach (
            var hardened in facts
                .Acls.Where(a => a.Kind == "database" || a is { Kind: "schema", Object: "public" })
                .GroupBy(a => (a.Kind, a.Object))
                .Where(g => g.All(a => a.Grantee != Everyone.Name))
        )
            yield return new ImportedGrant(
                hardened.Key.Kind,
                hardened.Key.Kind == "schema" ? "public" : null,
                null,
                Everyone.Name,
                [],
                false,
                []
            );
        var ofExtensions = ImportedUnmanaged.OfExtensions(facts);
        var later = new GrantsOfLater(facts, primary);
        foreach (
            var kind in facts
                .Acls.Where(a => a.Kind is "table" or "sequence" or "function" && a.Schema != "pggitops")
                .GroupBy(a => (a.Kind, a.Schema))
        )
        {
            AclFact[] own = [.. kind.Where(a => !ofExtensions.Contains((a.Schema!, a.Object, a.Kind == "function")))];
            // What an extension brought along counts as an object of its schema, and its own privileges come with it.
            var isMixed = own.Length < kind.Count();
            foreach (
                var grant in OfObjects(
                    kind.Key.Kind,
                    kind.Key.Schema!,
                    own,
                    primary,
                    isDeclared,
                    remarks,
                    isMixed ? _ => [] : later.Of(kind.Key.Kind, kind.Key.Schema!, own)
                )
            )
                yield return grant;
        }
        foreach (var grant in OfColumns(facts, isDeclared, remarks))
            yield return grant;
    }

    private static IEnumerable<ImportedGrant> OfObjects(
        string kind,
        string schema,
        IReadOnlyList<AclFact> rows,
        ServerFacts primary,
        Func<string, bool> isDeclared,
        List<Remark> remarks,
        Func<string, IReadOnlyCollection<string>> later
    )
    {
        var objects = rows.Select(r => r.Object).Distinct(StringComparer.Ordinal).Count();
        if (kind == "function")
            foreach (
                var closed in rows.GroupBy(r => r.Object, StringComparer.Ordinal)
                    .Where(g => g.All(r => r.Grantee != Everyone.Name))
            )
                remarks.Add(
                    new Remark(
                        $"function {schema}.{closed.Key}: PUBLIC may not execute it; a document can only speak of all functions of a schema"
                    )
                );
        foreach (
            var grantee in rows.Where(r => IsGrant(r) && !IsBuiltIn(r, primary))
                .GroupBy(r => r.Grantee!, StringComparer.Ordinal)
                .OrderBy(g => g.Key, StringComparer.Ordinal)
        )
        {
            if (!isDeclared(grantee.Key))
            {
                foreach (var row in grantee)
                    remarks.Add(new Remark($"{kind} {schema}.{row.Object}: grant to {grantee.Key}, which is not declared"));
                continue;
            }
            string[] everywhere =
                grantee.Count() == objects
                    ?
                    [
                        .. grantee
                            .Skip(1)
                            .Aggregate(
                                Names(grantee.First()),
                                (all, row) => [.. all.Intersect(Names(row), StringComparer.Ordinal)]
                            )
                            .Intersect(later(grantee.Key), StringComparer.Ordinal)
                            .Order(StringComparer.Ordinal),
                    ]
                    : [];
            if (everywhere.Length > 0)
            {
                var on = kind switch
                {
                    "table" => "allTables",
                    "sequence" => "allSequences",
                    _ => "allFunctions",
                };
                foreach (var grant in Grants(on, schema, null, grantee.Key, everywhere))
                    yield return grant;
            }
            foreach (
                var row in grantee
                    .Where(r => r.Privileges.Count > everywhere.Length)
                    .OrderBy(r => r.Object, StringComparer.Ordinal)
            )
            {
                if (kind == "function")
                    remarks.Add(
                        new Remark(
                            $"function {schema}.{row.Object}: grant to {grantee.Key}; a document can only grant on all functions of a schema, also on those that are made later"
                        )
                    );
                else
                    foreach (var grant in Grants(kind, schema, row.Object, grantee.Key, Names(row)))
                        yield return grant;
            }
        }
    }

    private static IEnumerable<ImportedGrant> OfColumns(DatabaseFacts facts, Func<string, bool> isDeclared, List<Remark> remarks)
    {
        foreach (
            var table in facts
                .Acls.Where(a => a.Column is not null && a.Schema != "pggitops" && IsGrant(a))
                .GroupBy(a => (a.Schema, a.Object, a.Grantee))
        )
        {
            var (schema, name, grantee) = table.Key;
            if (!isDeclared(grantee!))
            {
                remarks.Add(new Remark($"columns of table {schema}.{name}: grant to {grantee}, which is not declared"));
                continue;
            }
            foreach (var alike in table.GroupBy(r => string.Join(' ', Names(r))).OrderBy(g => g.Key, StringComparer.Ordinal))
            {
                string[] columns = [.. alike.Select(r => r.Column!).Order(StringComparer.Ordinal)];
                foreach (var grant in Grants("table", schema, name, grantee!, Names(alike.First())))
                    yield return grant with
                    {
                        Columns = columns,
                    };
            }
        }
    }

    private static IEnumerable<ImportedGrant> Grants(
        string on,
        string? schema,
        string? name,
        string to,
        IReadOnlyList<string> names
    ) =>
        ByOption(
                names.Where(n => !CanonicalForm.HasGrantOption(n)),
                names.Where(CanonicalForm.HasGrantOption).Select(CanonicalForm.BarePrivilege)
            )
            .Select(g => new ImportedGrant(on, schema, name, to, g.Names, g.WithOption, []));

    /// <summary>With a star behind those that come with grant option.</summary>
    private static string[] Names(AclFact row) =>
        [.. row.Privileges.Select(p => row.Grants.Any(g => g.Grantable.Contains(p)) ? p + CanonicalForm.GrantOption : p)];

    private static string Named(AclFact row) =>
        row.Schema is null || row.Kind == "schema" ? $"{row.Kind} {row.Object}"
        : row.Column is null ? $"{row.Kind} {row.Schema}.{row.Object}"
        : $"column {row.Schema}.{row.Object}.{row.Column}";

    private static bool IsGrant(AclFact row) => row.Grantee is { } grantee && grantee != row.Owner && row.Privileges.Count > 0;

    /// <summary>What PostgreSQL gives to everybody by itself need not be declared.</summary>
    private static bool IsBuiltIn(AclFact row, ServerFacts primary) =>
        row.Grantee == Everyone.Name
        && row is { Kind: "database" or "function" } or { Kind: "schema", Object: "public" }
        && row.Privileges.SequenceEqual(
            ImpliedPrivileges.OfPublic(row.Kind, row.Kind == "schema" ? row.Object : null, primary.VersionNumber / 10_000)
        );
}

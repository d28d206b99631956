using PgGitOps.Core.Facets;
using PgGitOps.Core.Importing;
using PgGitOps.Core.Observed;

namespace PgGitOps.Core.Planning.Kinds.Grants;

internal static class ImportedDefaults
{
    internal static void Write(ImportedDatabase database) =>
        database.Yaml.Under(
            "  defaultPrivileges",
            () =>
            {
                var facts = database.Contents.DefaultAcls;
                foreach (var row in facts.Where(d => d.Grantee is not null && d.Grantee != d.ForRole && !IsBuiltIn(d)))
                    Write(
                        database,
                        row,
                        row.Grantee!,
                        row.Privileges.Except(row.Grantable, StringComparer.Ordinal),
                        row.Grantable
                    );
                // Those of all schemas stand in the place of what is built in: without a row of PUBLIC it was revoked.
                foreach (
                    var own in facts
                        .Where(d => d.Schema is null && d.On is "functions" or "types")
                        .GroupBy(d => (d.ForRole, d.On))
                        .Where(g => g.All(d => d.Grantee != Everyone.Name))
                )
                    Write(database, own.First(), Everyone.Name, [], []);
                foreach (
                    var own in facts
                        .Where(d => d.Schema is null && d.On is "tables" or "sequences" or "functions" or "types" or "schemas")
                        .GroupBy(d => (d.ForRole, d.On))
                        .Where(g => g.All(d => d.Grantee != g.Key.ForRole))
                )
                    database.Yaml.LeftOut($"  {own.Key.ForRole} itself gets nothing on {own.Key.On} it makes later");
            }
        );

    private static void Write(
        ImportedDatabase database,
        DefaultAclFact row,
        string grantee,
        IEnumerable<string> plain,
        IEnumerable<string> grantable
    )
    {
        var place = row.Schema is null ? "" : $" in schema {row.Schema}";
        if (!Enum.GetValues<DefaultPrivilegeTarget>().Any(t => ObjectPathText.WordOf(t) == row.On))
            database.Yaml.LeftOut(
                $"  default privileges of {row.ForRole}{place} on {row.On} for {grantee}, which documents cannot declare"
            );
        else if (!database.IsDeclared(row.ForRole) || !database.IsDeclared(grantee))
            database.Yaml.LeftOut(
                $"  default privileges of {row.ForRole}{place} on {row.On} for {grantee}, of whom one is not declared"
            );
        else
            foreach (var (names, option) in ImportedGrants.ByOption(plain, grantable))
                database.Yaml.Line(
                    "  - "
                        + YamlText.Flow([
                            ("forRole", YamlText.Scalar(row.ForRole)),
                            ("schema", YamlText.ScalarOrNone(row.Schema)),
                            ("on", row.On),
                            ("to", YamlText.Scalar(grantee)),
                            ("privileges", YamlText.FlowList(names)),
                            ("withGrantOption", option ? "true" : null),
                        ])
                );
    }

    private static bool IsBuiltIn(DefaultAclFact row) =>
        row is { Schema: null, Grantee: Everyone.Name, Grantable.Count: 0 }
        && (row.On, string.Join(' ', row.Privileges)) is ("functions", "EXECUTE") or ("types", "USAGE");
}

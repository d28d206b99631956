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
                foreach (var row in database.Contents.DefaultAcls.Where(d => d.Grantee != d.ForRole && !IsBuiltIn(d)))
                {
                    if (database.IsDeclared(row.ForRole) && database.IsDeclared(row.Grantee))
                        database.Yaml.Line(
                            "  - "
                                + YamlText.Flow([
                                    ("forRole", YamlText.Scalar(row.ForRole)),
                                    ("schema", YamlText.ScalarOrNone(row.Schema)),
                                    ("on", row.On),
                                    ("to", YamlText.Scalar(row.Grantee)),
                                    ("privileges", YamlText.FlowList(row.Privileges)),
                                ])
                        );
                    else
                        database.Yaml.Comment(
                            $"  left out: default privileges of {row.ForRole} on {row.On} for {row.Grantee}, of whom one is not declared"
                        );
                }
            }
        );

    private static bool IsBuiltIn(DefaultAclFact row) =>
        row is { Schema: null, Grantee: Everyone.Name }
        && (row.On, string.Join(' ', row.Privileges)) is ("functions", "EXECUTE") or ("types", "USAGE");
}

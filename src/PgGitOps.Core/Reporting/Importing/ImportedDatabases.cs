using PgGitOps.Core.Observed;

namespace PgGitOps.Core.Reporting.Importing;

internal static class ImportedDatabases
{
    private const string OwnSchema = "pggitops";

    public static void Write(YamlText yaml, ClusterSnapshot snapshot, ServerFacts primary, ImportRequest request) =>
        yaml.Under(
            "databases",
            () =>
            {
                var isDeclared = ImportedRoles.Declared(primary, request);
                foreach (var database in primary.Databases.Where(d => !d.IsTemplate))
                {
                    var contents =
                        snapshot.Databases.FirstOrDefault(d => d.Name == database.Name)?.Contents
                        as Observation<DatabaseFacts>.Seen;
                    if (contents is null || database.Name.Any(char.IsControl))
                        yaml.Comment(
                            $"left out: database {database.Name}, which {(database.AllowConnections ? "was not inspected" : "allows no connections")}"
                        );
                    else if (database.Name != "postgres" || HoldsSomething(contents.Value))
                        Write(yaml, database, contents.Value, primary, isDeclared);
                }
            }
        );

    private static void Write(
        YamlText yaml,
        DatabaseFact database,
        DatabaseFacts contents,
        ServerFacts primary,
        Func<string, bool> isDeclared
    )
    {
        List<string> remarks = [];
        var grants = ImportedGrants.Of(contents, isDeclared, remarks).ToArray();
        yaml.Line($"- name: {YamlText.Scalar(database.Name)}");
        // Two spaces below the dash.
        if (isDeclared(database.Owner))
            yaml.Line($"  owner: {YamlText.Scalar(database.Owner)}");
        else
            yaml.Comment($"  owner {database.Owner} is not declared");
        yaml.Line($"  encoding: {YamlText.Scalar(database.Encoding)}");
        if (database.Collate == database.Ctype)
            yaml.Line($"  locale: {YamlText.Scalar(database.Collate)}");
        if (database.ConnectionLimit != -1)
            yaml.Line($"  connectionLimit: {YamlText.Number(database.ConnectionLimit)}");
        yaml.Under(
            "  settings",
            () =>
            {
                foreach (var setting in primary.ScopedSettings.Where(s => s.Database == database.Name && s.Role is null))
                    yaml.Line($"  {YamlText.Key(setting.Name)}: {YamlText.Setting(setting.Value)}");
            }
        );
        yaml.Under(
            "  extensions",
            () =>
            {
                foreach (var extension in contents.Extensions.Where(e => e.Name != "plpgsql"))
                    yaml.Line(
                        "  - "
                            + YamlText.Flow([
                                ("name", YamlText.Scalar(extension.Name)),
                                ("version", Text(extension.Version)),
                                ("schema", YamlText.Scalar(extension.Schema)),
                            ])
                    );
            }
        );
        yaml.Under(
            "  schemas",
            () =>
            {
                foreach (var schema in contents.Schemas.Where(s => s.Name is not ("public" or OwnSchema)))
                    yaml.Line(
                        "  - "
                            + YamlText.Flow([
                                ("name", YamlText.Scalar(schema.Name)),
                                ("owner", isDeclared(schema.Owner) ? YamlText.Scalar(schema.Owner) : null),
                            ])
                    );
            }
        );
        foreach (var remark in remarks.Distinct(StringComparer.Ordinal))
            yaml.Comment($"  left out: {remark}");
        yaml.Under(
            "  grants",
            () =>
            {
                foreach (var grant in grants)
                    yaml.Line(
                        "  - "
                            + YamlText.Flow([
                                ("on", grant.On),
                                ("schema", Name(grant.Schema)),
                                ("object", Name(grant.Object)),
                                ("to", Grantee(grant.To)),
                                ("privileges", YamlText.FlowList(grant.Privileges)),
                            ])
                    );
            }
        );
        WriteDefaults(yaml, contents, isDeclared);
    }

    private static void WriteDefaults(YamlText yaml, DatabaseFacts contents, Func<string, bool> isDeclared) =>
        yaml.Under(
            "  defaultPrivileges",
            () =>
            {
                foreach (var row in contents.DefaultAcls.Where(d => d.Grantee != d.ForRole && !IsBuiltIn(d)))
                {
                    if (isDeclared(row.ForRole) && isDeclared(row.Grantee))
                        yaml.Line(
                            "  - "
                                + YamlText.Flow([
                                    ("forRole", YamlText.Scalar(row.ForRole)),
                                    ("schema", Name(row.Schema)),
                                    ("on", row.On),
                                    ("to", Grantee(row.Grantee)),
                                    ("privileges", YamlText.FlowList(row.Privileges)),
                                ])
                        );
                    else
                        yaml.Comment(
                            $"  left out: default privileges of {row.ForRole} on {row.On} for {row.Grantee}, of whom one is not declared"
                        );
                }
            }
        );

    private static bool IsBuiltIn(DefaultAclFact row) =>
        row is { Schema: null, Grantee: "PUBLIC" }
        && (row.On, string.Join(' ', row.Privileges)) is ("functions", "EXECUTE") or ("types", "USAGE");

    private static bool HoldsSomething(DatabaseFacts contents) =>
        contents.Schemas.Any(s => s.Name is not ("public" or OwnSchema)) || contents.Extensions.Any(e => e.Name != "plpgsql");

    private static string Grantee(string name) => name == "PUBLIC" ? "public" : YamlText.Scalar(name);

    private static string? Name(string? name) => name is null ? null : YamlText.Scalar(name);

    /// <summary>A version such as 1.10 is a text: as a number it would lose its last digit.</summary>
    private static string Text(string version) => $"'{version.Replace("'", "''", StringComparison.Ordinal)}'";
}

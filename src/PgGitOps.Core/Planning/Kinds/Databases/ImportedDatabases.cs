using PgGitOps.Core.Facets;
using PgGitOps.Core.Importing;
using PgGitOps.Core.Observed;
using PgGitOps.Core.Settings;

namespace PgGitOps.Core.Planning.Kinds.Databases;

internal static class ImportedDatabases
{
    internal static void Write(ImportScope scope) =>
        scope.Yaml.Under(
            "databases",
            () =>
            {
                foreach (var database in scope.Primary.Databases.Where(d => !d.IsTemplate))
                {
                    scope.Yaml.Within = $"database {database.Name}: ";
                    var contents =
                        scope.Snapshot.Databases.FirstOrDefault(d => d.Name == database.Name)?.Contents
                        as Observation<DatabaseFacts>.Seen;
                    if (contents is null || database.Name.Any(char.IsControl))
                        scope.Yaml.LeftOut(
                            $"database {database.Name}, which {(database.AllowConnections ? "was not inspected" : "allows no connections")}"
                        );
                    else if (database.Name != "postgres" || IsUsed(new ImportedDatabase(scope, database, contents.Value)))
                        Write(new ImportedDatabase(scope, database, contents.Value));
                }
                scope.Yaml.Within = "";
            }
        );

    internal static void WriteSettings(ImportedDatabase database) =>
        database.Yaml.Under(
            "  settings",
            () =>
            {
                var settings = database.Cluster.Primary.ScopedSettings;
                foreach (var setting in settings.Where(s => s.Database == database.Database.Name && s.Role is null))
                    if (SecretSettings.IsRedacted(setting.Value))
                        database.Yaml.LeftOut($"  setting {setting.Name}: its value may hold a secret, and is not shown");
                    else
                        database.Yaml.Line($"  {YamlText.Key(setting.Name)}: {YamlText.Setting(setting.Value)}");
            }
        );

    private static IEnumerable<Import.InDatabase> Inside() =>
        ObjectKinds.All.Select(k => k.Import).OfType<Import.InDatabase>().OrderBy(i => i.Rank);

    /// <summary>People have made something of the database that every server has.</summary>
    private static bool IsUsed(ImportedDatabase imported)
    {
        var database = imported.Database;
        return Inside().Any(i => i.HoldsSomething(imported.Contents))
            || database.ConnectionLimit != -1
            || imported.Cluster.Primary.ScopedSettings.Any(s => s.Database == database.Name && s.Role is null)
            || imported.IsDeclared(database.Owner)
            || imported.Contents.Acls.Any(a => a.Kind == "database" && a.Grantee != a.Owner && !Everyone.Is(a.Grantee ?? ""))
            || !imported.Contents.Acls.Any(a =>
                a.Kind == "database" && a.Grantee == Everyone.Name && a.Privileges.SequenceEqual(["CONNECT", "TEMPORARY"])
            );
    }

    private static void Write(ImportedDatabase imported)
    {
        var (yaml, database) = (imported.Yaml, imported.Database);
        yaml.Line($"- name: {YamlText.Scalar(database.Name)}");
        // Two spaces below the dash.
        if (imported.IsDeclared(database.Owner))
            yaml.Line($"  owner: {YamlText.Scalar(database.Owner)}");
        else
            yaml.LeftOut($"  owner {database.Owner}, which is not declared");
        yaml.Line($"  encoding: {YamlText.Scalar(database.Encoding)}");
        if (database.Collate == database.Ctype)
            yaml.Line($"  locale: {YamlText.Scalar(database.Collate)}");
        yaml.Line($"  connectionLimit: {YamlText.Number(database.ConnectionLimit)}");
        foreach (var part in Inside())
            part.Write(imported);
    }
}

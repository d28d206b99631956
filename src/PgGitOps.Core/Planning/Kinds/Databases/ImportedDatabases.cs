using PgGitOps.Core.Importing;
using PgGitOps.Core.Observed;

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
                    var contents =
                        scope.Snapshot.Databases.FirstOrDefault(d => d.Name == database.Name)?.Contents
                        as Observation<DatabaseFacts>.Seen;
                    if (contents is null || database.Name.Any(char.IsControl))
                        scope.Yaml.Comment(
                            $"left out: database {database.Name}, which {(database.AllowConnections ? "was not inspected" : "allows no connections")}"
                        );
                    else if (database.Name != "postgres" || Inside().Any(i => i.HoldsSomething(contents.Value)))
                        Write(new ImportedDatabase(scope, database, contents.Value));
                }
            }
        );

    internal static void WriteSettings(ImportedDatabase database) =>
        database.Yaml.Under(
            "  settings",
            () =>
            {
                var settings = database.Cluster.Primary.ScopedSettings;
                foreach (var setting in settings.Where(s => s.Database == database.Database.Name && s.Role is null))
                    database.Yaml.Line($"  {YamlText.Key(setting.Name)}: {YamlText.Setting(setting.Value)}");
            }
        );

    private static IEnumerable<Import.InDatabase> Inside() =>
        ObjectKinds.All.Select(k => k.Import).OfType<Import.InDatabase>().OrderBy(i => i.Rank);

    private static void Write(ImportedDatabase imported)
    {
        var (yaml, database) = (imported.Yaml, imported.Database);
        yaml.Line($"- name: {YamlText.Scalar(database.Name)}");
        // Two spaces below the dash.
        if (imported.IsDeclared(database.Owner))
            yaml.Line($"  owner: {YamlText.Scalar(database.Owner)}");
        else
            yaml.Comment($"  owner {database.Owner} is not declared");
        yaml.Line($"  encoding: {YamlText.Scalar(database.Encoding)}");
        if (database.Collate == database.Ctype)
            yaml.Line($"  locale: {YamlText.Scalar(database.Collate)}");
        if (database.ConnectionLimit != -1)
            yaml.Line($"  connectionLimit: {YamlText.Number(database.ConnectionLimit)}");
        foreach (var part in Inside())
            part.Write(imported);
    }
}

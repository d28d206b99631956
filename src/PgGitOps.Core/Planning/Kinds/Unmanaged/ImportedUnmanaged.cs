using PgGitOps.Core.Observed;

namespace PgGitOps.Core.Planning.Kinds.Unmanaged;

internal static class ImportedUnmanaged
{
    internal static void Write(ImportScope scope)
    {
        foreach (var shared in UnmanagedFacts.In(scope.Primary.Catalog))
            scope.Yaml.LeftOut(Words(shared));
        foreach (var database in scope.Snapshot.Databases)
        {
            if (database.Contents is not Observation<DatabaseFacts>.Seen { Value: var contents })
                continue;
            foreach (var facts in UnmanagedFacts.In(contents.Catalog).Where(f => f.Type != UnmanagedFacts.ExtensionMember))
                scope.Yaml.LeftOut($"database {database.Name}: {Words(facts)}");
        }
    }

    /// <summary>Objects of an extension whose privileges are those that it came with: they belong to it.</summary>
    internal static HashSet<(string Schema, string Object, bool IsFunction)> OfExtensions(DatabaseFacts contents) =>
        [
            .. UnmanagedFacts
                .In(contents.Catalog)
                .Where(f => f.Type == UnmanagedFacts.ExtensionMember)
                .Select(f => (f.Owner, f.Identity, f.Privileges == "function")),
        ];

    private static string Words(UnmanagedFacts facts) =>
        facts switch
        {
            { Type: ['o', 'w', 'n', 'e', 'r', ' ', ..] } =>
                $"{facts.Privileges} {facts.Type["owner of ".Length..]} of schema {facts.Identity} themselves, owned by {facts.Owner}: a document speaks of their privileges",
            { Owner: "", Privileges: "" } => facts.Name,
            { Owner: "" } => $"{facts.Name} ({facts.Privileges})",
            { Privileges: "" } => $"{facts.Name} (owner {facts.Owner})",
            _ => $"{facts.Name} (owner {facts.Owner}; privileges {facts.Privileges})",
        };
}

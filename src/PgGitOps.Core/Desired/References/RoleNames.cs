using PgGitOps.Core.Sources;

namespace PgGitOps.Core.Desired.References;

internal sealed class RoleNames : IClusterCheck
{
    public void Check(PlacedCluster placed, List<Diagnostic> findings)
    {
        Names.FindRepeated("role", placed.Cluster.Roles.Select(r => (r.Name, r.At)), findings);
        foreach (var role in placed.Cluster.Roles)
        {
            Names.FindTooLong(role.Name, role.At, findings);
            if (Reserved(role.Name, placed.Environment) is { } why)
                findings.Add(
                    ReferenceRules.ReservedName.At(role.At, $"the role name '{role.Name}' {why}", "choose another name")
                );
        }
    }

    /// <summary>Whether a role can be referred to: declared, predefined, or the one the engine logs in as.</summary>
    public static bool IsKnown(PlacedCluster placed, HashSet<string> declared, string name) =>
        declared.Contains(name)
        || name.StartsWith("pg_", StringComparison.Ordinal)
        || name == (placed.Environment?.Access.User ?? "postgres");

    private static string? Reserved(string name, FleetEnvironment? environment) =>
        name switch
        {
            _ when name.StartsWith("pg_", StringComparison.Ordinal) =>
                "is PostgreSQL's own: names that start with pg_ are reserved",
            "public" or "none" => "is a word of SQL",
            _ when name == environment?.Access.ReplicationUser =>
                $"is the replication user of environment '{environment.Name}', which the engine manages",
            _ => null,
        };
}

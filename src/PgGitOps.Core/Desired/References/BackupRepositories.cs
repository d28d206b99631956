using PgGitOps.Core.Sources;

namespace PgGitOps.Core.Desired.References;

internal sealed class BackupRepositories : IClusterCheck
{
    public void Check(PlacedCluster placed, List<Diagnostic> findings)
    {
        if (placed.Cluster.Backup is not { } backup || placed.Environment is not { } environment)
            return;
        foreach (var reference in backup.Repositories.Where(r => environment.Repositories.All(known => known.Name != r.Value)))
            findings.Add(
                Names.Unknown(
                    ReferenceRules.UnknownRepository,
                    "repository",
                    reference,
                    environment.Repositories.Select(r => r.Name),
                    $"in environment '{environment.Name}'"
                )
            );
    }
}

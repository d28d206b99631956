using PgGitOps.Core.Sources;

namespace PgGitOps.Core.Desired.References;

internal sealed class BackupRepositories : IReferenceCheck
{
    public void Check(FleetDraft draft, List<Diagnostic> findings)
    {
        foreach (var placed in draft.Clusters)
        {
            if (placed.Cluster.Backup is not { } backup || placed.Environment is not { } environment)
                continue;
            foreach (var reference in backup.Repositories.Where(r => environment.Repositories.All(known => known.Name != r.Value)))
                findings.Add(Names.Unknown(ReferenceRules.UnknownRepository, "repository", reference, environment.Repositories.Select(r => r.Name), $"in environment '{environment.Name}'"));
        }
    }
}

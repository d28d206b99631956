using PgGitOps.Core.Sources;

namespace PgGitOps.Core.Desired.References;

internal sealed class ClusterEnvironments : IReferenceCheck
{
    public void Check(FleetDraft draft, List<Diagnostic> findings)
    {
        foreach (var placed in draft.Clusters)
        {
            if (placed.Environment is null && draft.Complete && draft.EnvironmentDocumentAbove(placed.Document.Path) is null)
                findings.Add(
                    ReferenceRules.NoEnvironment.At(
                        placed.Cluster.Head.At,
                        $"no Environment document stands above the cluster '{placed.Cluster.Name}'",
                        "put the cluster under environments/<name>/, beside or below its environment.yaml"
                    )
                );
        }
        foreach (var environment in draft.Documents.Where(d => d.Kind == "Environment"))
        {
            var first = draft.EnvironmentsByDirectory[FleetDraft.DirectoryOf(environment.Path)];
            if (!ReferenceEquals(first, environment) && environment.Name != first.Name)
                findings.Add(
                    ReferenceRules.SecondEnvironment.At(
                        (environment.Root["metadata"]?["name"] ?? environment.Root).SpanIn(environment.Path),
                        $"the directory already holds the environment '{first.Name}'",
                        "give each environment a directory of its own"
                    )
                );
        }
    }
}

using PgGitOps.Core.Sources;

namespace PgGitOps.Core.Desired.References;

internal sealed class PrimarySites : IClusterCheck
{
    public void Check(PlacedCluster placed, List<Diagnostic> findings)
    {
        if (placed.Environment is not { } environment)
            return;
        var cluster = placed.Cluster;
        if (environment.Sites.All(s => s.Name != cluster.PrimarySite))
            findings.Add(
                Names.Unknown(
                    ReferenceRules.UnknownSite,
                    "site",
                    new Located<string>(cluster.PrimarySite, Place(placed)),
                    environment.Sites.Select(s => s.Name),
                    $"in environment '{environment.Name}'"
                )
            );
        if (cluster.Manager is ClusterManager.Patroni patroni)
        {
            foreach (var site in patroni.StandbySites.Where(s => environment.Sites.All(known => known.Name != s.Value)))
                findings.Add(
                    Names.Unknown(
                        ReferenceRules.UnknownSite,
                        "site",
                        site,
                        environment.Sites.Select(s => s.Name),
                        $"in environment '{environment.Name}'"
                    )
                );
        }
        if (
            environment.Sites.Any(s => s.Name == cluster.PrimarySite)
            && placed.Initial is null
            && cluster.Members.All(m => environment.Hosts.Any(h => h.Name == m.Host))
        )
            findings.Add(
                ReferenceRules.NoPrimaryCandidate.At(
                    Place(placed),
                    $"no promotable member of '{cluster.Name}' stands in its primary site '{cluster.PrimarySite}'",
                    "place a member there, or name the site that has one"
                )
            );
    }

    private static SourceSpan Place(PlacedCluster placed) =>
        placed.Document.Root["spec"]!.Value["primarySite"]!.Value.SpanIn(placed.Document.Path);
}

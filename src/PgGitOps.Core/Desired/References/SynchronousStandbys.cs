using PgGitOps.Core.Sources;

namespace PgGitOps.Core.Desired.References;

internal sealed class SynchronousStandbys : IClusterCheck
{
    public void Check(PlacedCluster placed, List<Diagnostic> findings)
    {
        if (placed.Cluster.Replication.Synchronous is { } declared)
            Check(placed, declared, findings);
    }

    private static void Check(PlacedCluster placed, SynchronousReplication declared, List<Diagnostic> findings)
    {
        var (cluster, rule) = (placed.Cluster, declared.Rule);
        var unknown = declared.Standbys.Where(s => cluster.FindMember(s.Value) is null).ToList();
        foreach (var standby in unknown)
            findings.Add(
                Names.Unknown(
                    ReferenceRules.UnknownMember,
                    "member",
                    standby,
                    cluster.Members.Select(m => m.Name),
                    "in the cluster"
                )
            );

        // The primary never acknowledges its own commits, so it does not count among the standbys.
        var initial = placed.Initial?.Name;
        var answering = rule.Names.Count(n => n != initial);
        if (unknown.Count == 0 && rule.Count > answering)
        {
            var place = placed.Document.Find("spec.replication.synchronous.count")?.SpanIn(placed.Document.Path) ?? declared.At;
            var because = answering < rule.Names.Count ? $" while '{initial}' is primary" : "";
            findings.Add(
                ReferenceRules.TooFewStandbys.At(
                    place,
                    $"commits would wait for {rule.Count} standby(s), but only {answering} of the list can answer{because}",
                    "lower count, or list more standbys"
                )
            );
        }
        if (declared.WhenShort == WhenShort.Degrade && cluster.Manager is ClusterManager.Native)
            findings.Add(
                ReferenceRules.NobodyDegrades.At(
                    placed.Document.Find("spec.replication.synchronous.whenShort")?.SpanIn(placed.Document.Path) ?? declared.At,
                    "nothing shrinks the rule of a native cluster when standbys are missing: commits block",
                    "write whenShort: block, or give the cluster to a manager that degrades"
                )
            );
    }
}

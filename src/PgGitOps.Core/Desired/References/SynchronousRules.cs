using PgGitOps.Core.Sources;

namespace PgGitOps.Core.Desired.References;

internal sealed class SynchronousRules : IClusterCheck
{
    public void Check(PlacedCluster placed, List<Diagnostic> findings)
    {
        if (placed.Cluster.Replication.Synchronous is { } rule)
            Check(placed, rule, findings);
    }

    private static void Check(PlacedCluster placed, SynchronousRule rule, List<Diagnostic> findings)
    {
        var cluster = placed.Cluster;
        var unknown = rule.Standbys.Where(s => cluster.FindMember(s.Value) is null).ToList();
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
        var answering = rule.Standbys.Count(s => s.Value != initial);
        if (unknown.Count == 0 && rule.Count > answering)
        {
            var place = placed.Document.Find("spec.replication.synchronous.count")?.SpanIn(placed.Document.Path) ?? rule.At;
            var because = answering < rule.Standbys.Count ? $" while '{initial}' is primary" : "";
            findings.Add(
                ReferenceRules.TooFewStandbys.At(
                    place,
                    $"commits would wait for {rule.Count} standby(s), but only {answering} of the list can answer{because}",
                    "lower count, or list more standbys"
                )
            );
        }
        if (rule.WhenShort == WhenShort.Degrade && cluster.Manager is ClusterManager.Native)
            findings.Add(
                ReferenceRules.NobodyDegrades.At(
                    placed.Document.Find("spec.replication.synchronous.whenShort")?.SpanIn(placed.Document.Path) ?? rule.At,
                    "nothing shrinks the rule of a native cluster when standbys are missing: commits block",
                    "write whenShort: block, or give the cluster to a manager that degrades"
                )
            );
    }
}

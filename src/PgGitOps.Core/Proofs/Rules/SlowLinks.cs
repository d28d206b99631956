using PgGitOps.Core.Desired;
using PgGitOps.Core.Proofs.Layout;
using PgGitOps.Core.Proofs.Verdicts;
using PgGitOps.Core.Sources;

namespace PgGitOps.Core.Proofs.Rules;

/// <summary>The contexts of a cluster together write faster than a link to a standby's site carries.</summary>
internal sealed class SlowLinks : IClusterRule
{
    public void Judge(ClusterScene scene, List<Diagnostic> findings)
    {
        if (scene.Ground.Environment is not { Links.Count: > 0 })
            return;
        var policies = scene.Ground.Policies;
        var replicated = policies.FirstOrDefault(p => p.CrossSite.Replication.Value != CrossSiteReplication.NotAssumed);
        var written = policies
            .Select(p => p.Writes?.WalBytesPerSecond ?? new ByteCount(0))
            .Aggregate(new ByteCount(0), Saturating.Add)
            .Bytes;
        if (
            replicated is null
            || written == 0
            || scene.Ground.Topology is not { PrimarySite: >= 0, Cluster: var cluster } topology
        )
            return;
        foreach (var link in topology.Environment.Links)
        {
            var far =
                link.SiteA == cluster.PrimarySite ? link.SiteB
                : link.SiteB == cluster.PrimarySite ? link.SiteA
                : null;
            if (
                far is null
                || link.BytesPerSecond is not { } carries
                || carries.Bytes >= written
                || topology.Members.All(m => topology.Sites[m.Site].Name != far)
            )
                continue;
            findings.Add(
                ClaimRuleList.LinkTooSlow,
                replicated,
                "spec.writes.walRate",
                replicated.Writes?.At ?? replicated.CrossSite.At,
                $"the contexts of cluster {cluster.Name} write {Amounts.Round(new ByteCount(written))}/s, but the link from {cluster.PrimarySite} to {far} carries {Amounts.Round(carries)}/s ({link.At}): the lag grows without end",
                "declare the sustained rate, widen the link, or keep the standby nearer"
            );
        }
    }
}

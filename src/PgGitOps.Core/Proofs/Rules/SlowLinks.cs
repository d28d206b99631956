using PgGitOps.Core.Desired;
using PgGitOps.Core.Sources;

namespace PgGitOps.Core.Proofs.Rules;

/// <summary>The contexts of a cluster together write faster than a link to a standby's site carries.</summary>
internal sealed class SlowLinks : IClaimRule
{
    public void Judge(ClaimScene scene, List<Diagnostic> findings)
    {
        foreach (var cluster in scene.Fleet.Clusters)
        {
            if (scene.Ground.EnvironmentOf(cluster) is not { Links.Count: > 0 })
                continue;
            var contexts = scene.Ground.PoliciesOf(cluster.Name).Where(p => p.CrossSite.Replication.Value != CrossSiteReplication.NotAssumed).ToArray();
            var written = scene.Ground.PoliciesOf(cluster.Name).Sum(p => p.Writes?.WalBytesPerSecond?.Bytes ?? 0);
            if (contexts.Length == 0 || written == 0 || scene.Ground.TopologyOf(cluster.Name) is not { PrimarySite: >= 0 } topology)
                continue;
            foreach (var link in topology.Environment.Links)
            {
                var far = link.SiteA == cluster.PrimarySite ? link.SiteB : link.SiteB == cluster.PrimarySite ? link.SiteA : null;
                if (far is null || link.BytesPerSecond is not { } carries || carries.Bytes >= written || topology.Members.All(m => topology.Sites[m.Site].Name != far))
                    continue;
                findings.Add(ClaimRuleList.LinkTooSlow, contexts[0], "spec.writes.walRate", contexts[0].Writes?.At ?? contexts[0].CrossSite.At,
                    $"the contexts of cluster {cluster.Name} write {Amounts.Round(new ByteCount(written))}/s, but the link from {cluster.PrimarySite} to {far} carries {Amounts.Round(carries)}/s ({link.At}): the lag grows without end",
                    "declare the sustained rate, widen the link, or keep the standby nearer");
            }
        }
    }
}

using PgGitOps.Core.Desired;
using PgGitOps.Core.Proofs.Layout;
using PgGitOps.Core.Proofs.Verdicts;
using PgGitOps.Core.Sources;

namespace PgGitOps.Core.Proofs.Rules;

/// <summary>R-08: automatic failover across sites needs a majority that survives the loss of any one site, and a fenced loser.</summary>
internal sealed class CrossSiteQuorum : IContextRule
{
    public void Judge(ContextScene scene, List<Diagnostic> findings)
    {
        var proof = scene.Proof;
        var policy = proof.Policy;
        if (
            policy.FailoverCrossSite.Value != FailoverMode.Automatic
            || policy.CrossSite.Replication.Value == CrossSiteReplication.NotAssumed
            || proof.Topology is not { } topology
        )
            return;
        if (Missing(topology) is { } missing)
        {
            findings.Add(
                ClaimRuleList.CrossSiteWithoutQuorum,
                policy,
                "spec.failover.crossSite",
                policy.FailoverCrossSite.Span,
                $"failover to another site is automatic, but {missing}",
                "say operatorApproved, or declare observers in three sites and let Patroni's dcsMembers name them"
            );
        }
        else if (topology.Cluster.Manager is not ClusterManager.Patroni { Watchdog: true })
        {
            findings.Add(
                ClaimRuleList.CrossSiteWithoutQuorum,
                policy,
                "spec.failover.crossSite",
                policy.FailoverCrossSite.Span,
                "failover to another site is automatic, but no watchdog stops a primary that has lost its lease",
                "say operatorApproved, or use Patroni with a watchdog on every host"
            );
        }
    }

    private static string? Missing(Topology topology)
    {
        var placed = topology.Observers;
        var total = placed.Length + topology.ObserversWithoutPlace;
        if (total == 0)
            return "no quorum is declared: nobody can tell a dead site from a network partition";
        var sites = placed.Select(o => o.Site).Distinct().Count();
        if (sites < 3)
            return $"its quorum of {total} sits in {Amounts.Count(sites, "known site")}: two sites that cannot talk cannot tell who is alone";
        for (var site = 0; site < topology.Sites.Length; site++)
        {
            var left = placed.Count(o => o.Site != site);
            if (left * 2 <= total)
                return $"when {topology.Sites[site].Name} is lost, {left} of {total} quorum members are left: no majority";
        }
        return null;
    }
}

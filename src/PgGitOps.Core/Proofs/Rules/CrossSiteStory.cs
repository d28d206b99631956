using PgGitOps.Core.Desired;
using PgGitOps.Core.Proofs.Layout;
using PgGitOps.Core.Proofs.Verdicts;
using PgGitOps.Core.Sources;

namespace PgGitOps.Core.Proofs.Rules;

/// <summary>R-11: a failover across sites has a replica to fail over to, and none is implied where none is assumed.</summary>
internal sealed class CrossSiteStory : IContextRule
{
    public void Judge(ContextScene scene, List<Diagnostic> findings)
    {
        var proof = scene.Proof;
        var policy = proof.Policy;
        var replication = policy.CrossSite.Replication;
        if (replication.Value == CrossSiteReplication.NotAssumed)
        {
            if (policy.FailoverCrossSite.Value != FailoverMode.Manual)
                findings.Add(
                    ClaimRuleList.FailoverWithoutStory,
                    policy,
                    "spec.failover.crossSite",
                    policy.FailoverCrossSite.Span,
                    "a failover to another site is foreseen, but crossSite.replication is notAssumed: there is nothing to fail over to",
                    "say failover.crossSite: manual, or require replication and state a window"
                );
            return;
        }
        if (
            replication.Value == CrossSiteReplication.Required
            && proof.Topology is { PrimarySite: >= 0 } topology
            && (topology.Promotable - topology.Sites[topology.PrimarySite].Members).IsEmpty
        )
        {
            findings.Add(
                ClaimRuleList.NoSecondSite,
                policy,
                "spec.crossSite.replication",
                replication.Span,
                $"replicas in another site are required, but no promotable member of cluster {topology.Cluster.Name} stands outside {topology.Sites[topology.PrimarySite].Name}",
                $"add a promotable member in another site ({topology.Cluster.Head.At}), or say notAssumed"
            );
        }
    }
}

using PgGitOps.Core.Proofs.Faults;
using PgGitOps.Core.Proofs.Layout;
using PgGitOps.Core.Proofs.Paths;
using PgGitOps.Core.Proofs.Verdicts;
using PgGitOps.Core.Sources;

namespace PgGitOps.Core.Proofs.Rules;

/// <summary>onPartition: keepPrimary is a promise that writes go on, whatever time the outage class would leave.</summary>
internal sealed class KeepPrimary : IContextRule
{
    public void Judge(ContextScene scene, List<Diagnostic> findings)
    {
        var proof = scene.Proof;
        if (
            proof.Policy.Promotion is not { OnPartition: { Value: "keepPrimary" } wanted }
            || proof.Topology is not { PrimarySite: >= 0 } topology
        )
            return;
        var home = topology.Primaries & topology.Sites[topology.PrimarySite].Members;
        foreach (var fault in scene.Ground.Faults.Where(f => f.Scenario == FailureScenario.Partition))
        {
            var waiting = topology.Where(_ => false);
            foreach (var primary in home.Indexes)
            {
                if (proof.Book!.Of(primary, fault)[0].Kind == PathKind.WritesWait)
                    waiting = waiting.With(primary);
            }
            if (waiting.IsEmpty)
                continue;
            findings.Add(
                ClaimRuleList.KeepPrimaryBlocks,
                proof.Policy,
                "spec.promotion.onPartition",
                wanted.Span,
                $"the primary is to keep writing, but when {fault.What}, commits on {topology.Names(waiting)} wait for standbys on the other side",
                $"say holdWrites, or name enough standbys in {topology.Sites[topology.PrimarySite].Name} (the synchronous rule is at {topology.Cluster.Replication.Synchronous!.At})"
            );
            return;
        }
    }
}

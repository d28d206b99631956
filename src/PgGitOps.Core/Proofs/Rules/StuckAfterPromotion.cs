using PgGitOps.Core.Proofs.Commit;
using PgGitOps.Core.Proofs.Layout;
using PgGitOps.Core.Proofs.Verdicts;
using PgGitOps.Core.Sources;

namespace PgGitOps.Core.Proofs.Rules;

/// <summary>The list of synchronous standbys is too short once one of its own members is primary.</summary>
internal sealed class StuckAfterPromotion : IClusterRule
{
    public void Judge(ClusterScene scene, List<Diagnostic> findings)
    {
        if (scene.Ground.Topology is not { Cluster: { Replication.Synchronous: { } declared } cluster } topology)
            return;
        var stuck = topology.Where(_ => false);
        foreach (var primary in topology.Primaries.Indexes)
        {
            if (
                !Acknowledgement
                    .Of(topology, declared.Rule, declared.WhenShort, declared.Commit, primary)
                    .WritesGoOnWithout(MemberSet.Empty)
            )
                stuck = stuck.With(primary);
        }
        if (stuck.IsEmpty)
            return;
        findings.Add(
            ClaimRuleList.PromotedPrimaryBlocks,
            cluster,
            "spec.replication.synchronous.standbys",
            declared.At,
            $"once {topology.Names(stuck)} {(stuck.Count == 1 ? "is" : "are each")} primary, the list names too few other members and every commit waits until the rule is rewritten",
            "list the present primary too: a member is never counted as its own standby"
        );
    }
}

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
        var (stuck, blocked) = (MemberSet.Empty, MemberSet.Empty);
        foreach (var primary in topology.Primaries.Indexes)
        {
            var acknowledgement = Acknowledgement.Of(topology, declared.Rule, declared.WhenShort, declared.Commit, primary);
            if (BlockedPrimaries.IsBlocked(topology, primary, acknowledgement))
                blocked = blocked.With(primary);
            else if (!acknowledgement.WritesGoOnWithout(MemberSet.Empty))
                stuck = stuck.With(primary);
        }
        if (!blocked.IsEmpty)
        {
            var all = topology.All.Indexes.Where(m => declared.Rule.PriorityOf(topology.Members[m].Name) is not null);
            findings.Add(
                ClaimRuleList.PrimaryBlocks,
                cluster,
                "spec.replication.synchronous.standbys",
                declared.At,
                $"no commit ever ends while {topology.Names(blocked)} {(blocked.Count == 1 ? "is" : "are each")} primary: it waits for {Amounts.Count(declared.Rule.Count, "acknowledgement")}, and of {Amounts.List(all.Select(m => topology.Members[m].Name))} too few stream from it",
                "list standbys that stream from the primary itself: a cascade acknowledges to its own upstream only"
            );
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

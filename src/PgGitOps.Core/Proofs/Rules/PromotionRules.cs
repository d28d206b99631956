using PgGitOps.Core.Desired;
using PgGitOps.Core.Proofs.Layout;
using PgGitOps.Core.Proofs.Verdicts;
using PgGitOps.Core.Sources;

namespace PgGitOps.Core.Proofs.Rules;

/// <summary>R-08: who may promote, what quorum or approval, what fencing, what in a partition.</summary>
internal sealed class PromotionRules : IContextRule
{
    public void Judge(ContextScene scene, List<Diagnostic> findings)
    {
        var policy = scene.Policy;
        if (policy.CrossSite.Replication.Value == CrossSiteReplication.NotAssumed)
            return;
        var (at, field) = policy.Promotion is { } p
            ? (p.At, "spec.promotion")
            : (policy.FailoverCrossSite.Span, "spec.failover.crossSite");
        if (policy.Promotion is null or { Authority.Count: 0 })
            findings.Add(
                ClaimRuleList.AuthorityOpen,
                policy,
                field,
                at,
                "a promotion to another site is foreseen, but nobody is named who may decide it",
                "add promotion.authority, such as [ group:dba-oncall ]"
            );
        var requires = policy.Promotion?.Requires.Select(r => r.Value).ToHashSet(StringComparer.Ordinal) ?? [];
        var automatic = policy.FailoverCrossSite.Value == FailoverMode.Automatic;
        if (automatic ? !requires.Contains("quorum") : !requires.Contains("quorum") && !requires.Contains("approval"))
        {
            findings.Add(
                ClaimRuleList.QuorumOpen,
                policy,
                policy.Promotion is null ? field : "spec.promotion.requires",
                at,
                automatic
                    ? "failover to another site is automatic, but a promotion does not wait for a quorum"
                    : "a promotion to another site waits neither for a quorum nor for an approval",
                automatic ? "add quorum to promotion.requires" : "add approval or quorum to promotion.requires"
            );
        }
        if (!requires.Contains("fencing"))
            findings.Add(
                ClaimRuleList.FencingOpen,
                policy,
                policy.Promotion is null ? field : "spec.promotion.requires",
                at,
                "a promotion to another site does not wait until the old primary is fenced: it could resume writes",
                "add fencing to promotion.requires"
            );
        if (policy.Promotion is null || policy.Promotion.OnPartition.Value is not ("holdWrites" or "keepPrimary"))
            findings.Add(
                ClaimRuleList.PartitionOpen,
                policy,
                policy.Promotion is null ? field : "spec.promotion.onPartition",
                policy.Promotion?.OnPartition.Span ?? at,
                "it is not said what happens while the sites cannot talk",
                "add promotion.onPartition: holdWrites or keepPrimary"
            );
    }
}

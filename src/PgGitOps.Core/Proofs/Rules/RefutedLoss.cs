using PgGitOps.Core.Desired;
using PgGitOps.Core.Proofs.Commit;
using PgGitOps.Core.Proofs.Faults;
using PgGitOps.Core.Proofs.Layout;
using PgGitOps.Core.Proofs.Paths;
using PgGitOps.Core.Proofs.Verdicts;
using PgGitOps.Core.Settings;
using PgGitOps.Core.Sources;

namespace PgGitOps.Core.Proofs.Rules;

/// <summary>Names the reason why a promise about loss is false, at the promise.</summary>
internal sealed class RefutedLoss : IContextRule
{
    public void Judge(ContextScene scene, List<Diagnostic> findings)
    {
        var proof = scene.Proof;
        if (proof.Topology is not { } topology)
        {
            findings.Add(
                ClaimRuleList.TopologyUnclear,
                proof.Policy,
                "spec.store.cluster",
                proof.Policy.Cluster.Span,
                $"the topology of cluster '{proof.Policy.Cluster.Value}' cannot be resolved, so nothing can be proven about it: {scene.Ground.Unclear}",
                null
            );
            return;
        }
        foreach (var scope in (ClaimScope[])[ClaimScope.Local, ClaimScope.CrossSite])
        {
            var refuted = proof
                .Scenarios.Select(s => (s.Scenario, Worst: s.RefutedLoss(scope)))
                .Where(s => s.Worst is not null)
                .Select(s => (s.Scenario, Worst: s.Worst!.Value))
                .ToArray();
            foreach (
                var group in refuted
                    .GroupBy(s =>
                        proof.Find(s.Scenario) is { IfEnforced: { } cell } && cell.RefutedLoss(scope) is null
                            ? ClaimRuleList.NotEnforced
                            : RuleFor(s.Worst, proof, topology)
                    )
                    .OrderBy(g => g.Key.Id, StringComparer.Ordinal)
            )
                Report(proof, topology, scope, group.Key, [.. group], findings, scene.Fixes);
        }
    }

    private static void Report(
        ContextProof proof,
        Topology topology,
        ClaimScope scope,
        DiagnosticRule rule,
        (FailureScenario Scenario, Instance Worst)[] refuted,
        List<Diagnostic> findings,
        Dictionary<FixQuestion, EquatableArray<Fix>> known
    )
    {
        var policy = proof.Policy;
        var (field, at) =
            scope == ClaimScope.CrossSite
                ? ("spec.crossSite.dataLossWindow", policy.CrossSite.DataLossWindow?.Span ?? policy.CrossSite.At)
                : ("spec.rpoClass", policy.RpoClass.Span);
        // The plainest story first: today's primary site, and for a promise across sites the loss of a site.
        refuted =
        [
            .. refuted
                .OrderBy(s => topology.Members[s.Worst.Primary].Site != topology.PrimarySite)
                .ThenBy(s => scope == ClaimScope.CrossSite && s.Scenario != FailureScenario.SiteLoss)
                .ThenBy(s => s.Scenario),
        ];
        var first = refuted[0];
        var claim = first.Worst.Claim;
        var promise = claim.IsZeroLoss ? "no loss" : $"at most {Amounts.Round(claim.LossLimit!.Value)} of loss";
        var context = scope == ClaimScope.CrossSite ? "across sites" : "inside the primary's site";
        var also = refuted.Length > 1 ? $" (also: {Amounts.List(refuted.Skip(1).Select(s => s.Scenario.Title()))})" : "";
        findings.Add(
            rule,
            policy,
            field,
            at,
            rule == ClaimRuleList.NotEnforced
                ? $"{promise} {context} is declared, but {string.Join("; ", proof.Find(first.Scenario)!.NotEnforced)}; {Counterexample.Of(first.Worst, topology, proof.Book!).Text}{also}"
                : $"{promise} {context} is declared, but {Counterexample.Of(first.Worst, topology, proof.Book!).Text}{also}",
            rule == ClaimRuleList.NotEnforced ? "remove the exception, or claim what holds without the value"
                : rule == ClaimRuleList.SplitBrain
                    ? "say failover.crossSite: operatorApproved, or use a quorum over three sites with a watchdog on every host"
                : rule == ClaimRuleList.DurabilityOff
                    ? $"remove {Durability.SwitchedOff(topology.Cluster)!.Name} ({Durability.SwitchedOff(topology.Cluster)!.At})"
                : FixSearch.Hint(proof, scope, Where(rule, proof, topology), known)
        );
    }

    private static DiagnosticRule RuleFor(Instance instance, ContextProof proof, Topology topology)
    {
        var acknowledgement = proof.Book!.AcknowledgementBy(instance.Primary);
        switch (instance.Path.Kind)
        {
            case PathKind.SplitBrain:
                return ClaimRuleList.SplitBrain;
            case PathKind.RestartInPlace:
                return Durability.SwitchedOff(topology.Cluster) is null
                    ? ClaimRuleList.ZeroLossWithWeakCommit
                    : ClaimRuleList.DurabilityOff;
            case PathKind.Nothing:
                return topology.Repositories.IsEmpty ? ClaimRuleList.LossNotKept : ClaimRuleList.RepositoryInLostSite;
            case PathKind.RestoreFromRepository:
                return instance.Claim.IsZeroLoss ? ClaimRuleList.ZeroLossFromArchive : ClaimRuleList.LossNotKept;
        }
        if (!instance.Claim.IsZeroLoss)
            return ClaimRuleList.LossNotKept;
        var declared = topology.Cluster.Replication.Synchronous;
        var elsewhere = topology.Promotable - instance.Fault.Lost;
        if (
            instance.Claim.Scope == ClaimScope.CrossSite
            && !elsewhere.IsEmpty
            && elsewhere.IsSubsetOf(topology.StandbyClusterMembers)
        )
            return ClaimRuleList.ZeroLossOnStandbyCluster;
        if (declared is null)
            return instance.Claim.Scope == ClaimScope.CrossSite
                ? ClaimRuleList.ZeroLossOnAsync
                : ClaimRuleList.ZeroLocalLossOnAsync;
        if (acknowledgement.Level == CommitLevel.RemoteWrite)
            return ClaimRuleList.ZeroLossWithRemoteWrite;
        if (acknowledgement.WaitsFor == 0)
            return ClaimRuleList.ZeroLossWithWeakCommit;
        if (acknowledgement.Quirk.Floor == AcknowledgementFloor.None)
            return ClaimRuleList.ZeroLossWithDegrade;
        // Nobody outside the failed part is asked at all: whatever the rule says, it is asynchronous towards the survivors.
        if (instance.Claim.Scope == ClaimScope.CrossSite && (acknowledgement.Standbys - instance.Fault.Lost).IsEmpty)
            return ClaimRuleList.ZeroLossOnAsync;
        return acknowledgement.Rule.Method == SynchronousMethod.First && acknowledgement.SurvivesNominal(instance.Fault.Lost)
            ? ClaimRuleList.ZeroLossWithSlidingFirst
            : ClaimRuleList.ZeroLossWithLocalQuorum;
    }

    /// <summary>The other place that takes part in the contradiction.</summary>
    private static string Where(DiagnosticRule rule, ContextProof proof, Topology topology)
    {
        var cluster = topology.Cluster;
        if (rule == ClaimRuleList.ZeroLossWithWeakCommit || rule == ClaimRuleList.ZeroLossWithRemoteWrite)
        {
            var commit = ProofGround.CommitOf(proof.Policy, topology);
            return $"synchronous_commit = {commit.Level.Spell()} comes from {commit.Where} ({commit.At})";
        }
        if (rule == ClaimRuleList.RepositoryInLostSite || rule == ClaimRuleList.ZeroLossFromArchive)
            return cluster.Backup is { } plan ? $"backups are declared at {plan.At}" : "no backups are declared";
        var quirk = ManagerQuirk.For(cluster.Manager, cluster.Replication.WhenShort);
        var why =
            quirk == ManagerQuirk.Static || rule == ClaimRuleList.ZeroLossWithDegrade
                ? ""
                : $"; {quirk.Manager}, {quirk.When}: {quirk.Why}";
        if (quirk == ManagerQuirk.PatroniStar || quirk == ManagerQuirk.PatroniDegrading)
            why +=
                "; only strict mode (whenShort: block) on a Patroni newer than 4.1.4, with manager.patroni.version stated, keeps an acknowledgement";
        return cluster.Replication.Synchronous is { } synchronous
            ? $"the synchronous rule is at {synchronous.At}{why}"
            : $"cluster {cluster.Name} declares no synchronous rule ({cluster.Replication.At})";
    }
}

using PgGitOps.Core.Proofs.Faults;
using PgGitOps.Core.Proofs.Layout;
using PgGitOps.Core.Proofs.Paths;
using PgGitOps.Core.Proofs.Verdicts;
using PgGitOps.Core.Sources;

namespace PgGitOps.Core.Proofs.Rules;

/// <summary>A promise about outage that declared times refute.</summary>
internal sealed class RefutedOutage : IContextRule
{
    public void Judge(ContextScene scene, List<Diagnostic> findings)
    {
        var proof = scene.Proof;
        foreach (var scope in (ClaimScope[])[ClaimScope.Local, ClaimScope.CrossSite])
        {
            var refuted = proof
                .Scenarios.Where(s =>
                    !(s.Scenario == FailureScenario.Partition && proof.Policy.Promotion?.OnPartition.Value == "keepPrimary")
                )
                .Select(s => (s.Scenario, Worst: s.RefutedOutage(scope)))
                .Where(s => s.Worst is not null)
                .Select(s => (s.Scenario, Worst: s.Worst!.Value))
                // That nothing is left, or that no commit ends, is told by findings of their own.
                .Where(s =>
                    s.Worst.Path.Kind != PathKind.Blocked
                    && !(s.Worst.Path.Outage.Endless is not null && s.Worst.LossVerdict == Verdict.Impossible)
                )
                .ToArray();
            if (refuted.Length == 0)
                continue;
            var policy = proof.Policy;
            var (field, at) =
                scope == ClaimScope.CrossSite
                    ? ("spec.crossSite.rtoClass", policy.CrossSite.RtoClass?.Span ?? policy.CrossSite.At)
                    : ("spec.rtoClass", policy.RtoClass.Span);
            var first = refuted[0];
            var also = refuted.Length > 1 ? $" (also: {Amounts.List(refuted.Skip(1).Select(s => s.Scenario.Title()))})" : "";
            var hint = first.Worst.Path.Kind switch
            {
                PathKind.WritesWait =>
                    "name more standbys than the count asks for, or choose a class that leaves time for an operator",
                PathKind.RestoreFromRepository or PathKind.RestartInPlace or PathKind.Nothing =>
                    "add a standby that may be promoted, or choose a slower class",
                _ => FixSearch.SlowerClass(scene.Ground.Classes, first.Worst.Path.Outage.Declared)
                    ?? "choose a slower class, or shorten the largest term",
            };
            findings.Add(
                ClaimRuleList.OutageNotKept,
                policy,
                field,
                at,
                $"an outage of at most {Amounts.Round(first.Worst.Claim.OutageLimit!.Value)} is declared, but {Counterexample.OfOutage(first.Worst, proof.Topology!).Text}{also}",
                hint
            );
        }
    }
}

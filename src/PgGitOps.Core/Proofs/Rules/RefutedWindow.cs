using PgGitOps.Core.Proofs.Faults;
using PgGitOps.Core.Proofs.Layout;
using PgGitOps.Core.Proofs.Verdicts;
using PgGitOps.Core.Sources;

namespace PgGitOps.Core.Proofs.Rules;

/// <summary>A point-in-time window that schedule, retention or the place of the repositories cannot give.</summary>
internal sealed class RefutedWindow : IContextRule
{
    public void Judge(ContextScene scene, List<Diagnostic> findings)
    {
        var proof = scene.Proof;
        if (proof.Policy.Backup?.PitrWindow is not { } window || proof.Topology is not { } topology)
            return;
        var reach = proof.Book!.Backups;
        if (!reach.HasPlan || topology.Repositories.IsEmpty)
        {
            findings.Add(
                ClaimRuleList.NoWayBack,
                proof.Policy,
                "spec.backup.pitrWindow",
                window.Span,
                $"a window of {Amounts.Round(window.Value)} is declared, but cluster {topology.Cluster.Name} declares no backup",
                "declare spec.backup in the cluster, or drop the window"
            );
            return;
        }
        if (reach.GuaranteedWindow is { } given && given < window.Value)
        {
            var plan = topology.Cluster.Backup!;
            var needed = (int)Math.Ceiling(window.Value / reach.FullGap!.Value) + 1;
            findings.Add(
                ClaimRuleList.RetentionTooShort,
                proof.Policy,
                "spec.backup.pitrWindow",
                window.Span,
                $"a window of {Amounts.Round(window.Value)} is declared, but {Amounts.Count(plan.RetentionFull ?? 0, "full backup")} {Amounts.Round(reach.FullGap.Value)} apart give {Amounts.Round(given)} just after a full backup",
                $"keep {Amounts.Count(needed, "full backup")} ({plan.At}), or claim {Amounts.Round(given)}"
            );
        }
        var refuted = proof.Find(FailureScenario.RepositoryLoss);
        if (refuted is { LossVerdict: Verdict.Impossible } && topology.Repositories.Length == 1)
        {
            findings.Add(
                ClaimRuleList.NoWayBack,
                proof.Policy,
                "spec.backup.pitrWindow",
                window.Span,
                $"a window of {Amounts.Round(window.Value)} is declared, but {refuted.Counterexample!.Text}",
                "add a second repository, in another site"
            );
        }
    }
}

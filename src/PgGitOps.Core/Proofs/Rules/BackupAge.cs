using PgGitOps.Core.Proofs.Layout;
using PgGitOps.Core.Proofs.Verdicts;
using PgGitOps.Core.Sources;

namespace PgGitOps.Core.Proofs.Rules;

/// <summary>The age that a policy allows the newest backup, held to the schedule of its cluster.</summary>
internal sealed class BackupAge : IContextRule
{
    public void Judge(ContextScene scene, List<Diagnostic> findings)
    {
        if (
            scene.Policy.Backup?.MaxAge is not { } most
            || scene.Proof.Book is not { Backups: var backups }
            || scene.Ground.Cluster is not { } cluster
        )
            return;
        var (why, hint) =
            !backups.HasPlan
                ? ($"cluster {cluster.Name} declares no backup", "declare spec.backup in the cluster, or drop maxAge")
            : backups.AnyGap is not { } gap
                ? (
                    $"cluster {cluster.Name} declares no schedule that says when backups are taken",
                    "declare spec.backup.schedule in the cluster"
                )
            : gap > most.Value
                ? (
                    $"backups are up to {Amounts.Round(gap)} apart, so that the newest is as old just before the next",
                    $"take a backup at least every {Amounts.Round(most.Value)} ({cluster.Backup!.At}), or claim {Amounts.Round(gap)}"
                )
            : (null, null);
        if (why is null)
            return;
        var finding = ClaimRuleList.BackupTooOld.At(
            most.Span,
            $"a newest backup of at most {Amounts.Round(most.Value)} is declared, but {why}",
            hint
        ) with
        {
            Document = scene.Policy.Head.ToString(),
            Field = "spec.backup.maxAge",
        };
        // Who schedules backups elsewhere may keep it: nobody can say here.
        findings.Add(backups.HasPlan && backups.AnyGap is null ? finding with { Severity = Severity.Warning } : finding);
    }
}

using PgGitOps.Core.Proofs.Layout;
using PgGitOps.Core.Proofs.Verdicts;
using PgGitOps.Core.Sources;

namespace PgGitOps.Core.Proofs.Rules;

/// <summary>R-10: drills at least as often as their evidence lasts.</summary>
internal sealed class DrillRhythm : IContextRule
{
    public void Judge(ContextScene scene, List<Diagnostic> findings)
    {
        var policy = scene.Policy;
        if (policy.Backup is not { } backup)
            return;
        var lifetime = backup.EvidenceLifetime?.Value ?? EvidenceLifetimes.DrillDefault;
        if (backup.DrillEvery is { } every && every.Value > lifetime)
        {
            findings.Add(
                ClaimRuleList.DrillTooRare,
                policy,
                "spec.backup.drillEvery",
                every.Span,
                $"a drill every {Amounts.Round(every.Value)} leaves the claim without evidence: a drill counts for {Amounts.Round(lifetime)}{(backup.EvidenceLifetime is null ? " unless evidenceLifetime says otherwise" : "")}",
                $"drill every {Amounts.Round(lifetime)} or more often"
            );
        }
        if (backup.PitrWindow is { } window && backup.DrillEvery is null)
            findings.Add(
                ClaimRuleList.DrillMissing,
                policy,
                "spec.backup",
                window.Span,
                "a point-in-time window is declared, but no drill ever tries a restore",
                "add backup.drillEvery, such as 7d"
            );
    }
}

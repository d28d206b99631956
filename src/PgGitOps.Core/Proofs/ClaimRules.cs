using PgGitOps.Core.Desired;
using PgGitOps.Core.Proofs.Rules;
using PgGitOps.Core.Sources;

namespace PgGitOps.Core.Proofs;

/// <param name="Diagnostics">Ordered by place; an error for every promise that cannot be kept.</param>
public sealed record ClaimJudgement(EquatableArray<Diagnostic> Diagnostics, FleetProof Proof)
{
    public bool Rejected => Diagnostics.Any(d => d.Severity == Severity.Error);
}

/// <summary>Judges what the documents of a fleet promise.</summary>
public static class ClaimRules
{
    private static readonly IClaimRule[] Rules =
    [
        new RefutedLoss(), new RefutedOutage(), new RefutedWindow(), new KeepPrimary(), new ManualRestore(), new CrossSiteQuorum(), new PromotionRules(), new DrillRhythm(),
        new DifferentNeeds(), new SharedDatabases(), new CrossContextGrants(), new CrossSiteStory(), new DurabilitySettings(), new SlowLinks(), new StuckAfterPromotion(),
    ];

    /// <param name="memory">Proofs of an earlier revision; what did not change is not proven again.</param>
    public static ClaimJudgement Judge(ValidFleet fleet, int depth = Prover.DepthDefault, ProofMemory? memory = null)
    {
        var ground = new ProofGround(fleet, depth, memory);
        var proof = new FleetProof(depth, fleet.Policies.OrderBy(p => p.Name, StringComparer.Ordinal).Select(ground.Prove).ToEquatableArray());
        memory?.Turn();
        var scene = new ClaimScene(fleet, ground, proof);
        var findings = new List<Diagnostic>();
        foreach (var rule in Rules)
            rule.Judge(scene, findings);
        return new ClaimJudgement(
            findings.Distinct().OrderBy(d => d.Span).ThenBy(d => d.RuleId, StringComparer.Ordinal).ThenBy(d => d.Message, StringComparer.Ordinal).ToEquatableArray(), proof);
    }
}

/// <summary>What rules look at.</summary>
internal sealed record ClaimScene(ValidFleet Fleet, ProofGround Ground, FleetProof Proof);

/// <summary>One family of rejections.</summary>
internal interface IClaimRule
{
    void Judge(ClaimScene scene, List<Diagnostic> findings);
}

internal static class Findings
{
    /// <summary>Adds a finding at a field of a policy.</summary>
    public static void Add(this List<Diagnostic> findings, DiagnosticRule rule, RecoveryPolicy policy, string field, SourceSpan at, string message, string? hint) =>
        findings.Add(rule.At(at, message, hint) with { Document = policy.Head.ToString(), Field = field });

    public static void Add(this List<Diagnostic> findings, DiagnosticRule rule, Cluster cluster, string field, SourceSpan at, string message, string? hint) =>
        findings.Add(rule.At(at, message, hint) with { Document = cluster.Head.ToString(), Field = field });
}

using PgGitOps.Core.Desired;
using PgGitOps.Core.Sources;

namespace PgGitOps.Core.Proofs;

/// <param name="Diagnostics">Ordered by place; an error for every promise that cannot be kept.</param>
public sealed record ClaimJudgement(EquatableArray<Diagnostic> Diagnostics, FleetProof Proof)
{
    public bool Rejected => Diagnostics.Any(d => d.Severity == Severity.Error);
}

/// <summary>Judges what the documents of a fleet promise, cluster by cluster.</summary>
public static class ClaimRules
{
    /// <param name="memory">What was said of an earlier revision; what did not change is not judged again.</param>
    public static ClaimJudgement Judge(ValidFleet fleet, int depth = Prover.DepthDefault, ProofMemory? memory = null)
    {
        var ground = new ProofGround(fleet, depth);
        var judged = ground.Clusters.Select(c => JudgedCluster.Of(c, memory?.Find(c.Name))).ToList();
        memory?.Keep(judged);
        var proofs = judged.SelectMany(c => c.Contexts).Select(c => c.Proof).OrderBy(p => p.Name, StringComparer.Ordinal);
        var findings = judged.SelectMany(c => c.Contexts.SelectMany(context => context.Findings).Concat(c.Findings));
        return new ClaimJudgement(
            findings.Distinct().OrderBy(d => d.Span).ThenBy(d => d.RuleId, StringComparer.Ordinal).ThenBy(d => d.Message, StringComparer.Ordinal).ToEquatableArray(),
            new FleetProof(depth, proofs.ToEquatableArray()));
    }
}

internal static class Findings
{
    /// <summary>Adds a finding at a field of a policy.</summary>
    public static void Add(this List<Diagnostic> findings, DiagnosticRule rule, RecoveryPolicy policy, string field, SourceSpan at, string message, string? hint) =>
        findings.Add(rule.At(at, message, hint) with { Document = policy.Head.ToString(), Field = field });

    public static void Add(this List<Diagnostic> findings, DiagnosticRule rule, Cluster cluster, string field, SourceSpan at, string message, string? hint) =>
        findings.Add(rule.At(at, message, hint) with { Document = cluster.Head.ToString(), Field = field });
}

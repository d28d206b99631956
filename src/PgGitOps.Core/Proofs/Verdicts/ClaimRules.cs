using PgGitOps.Core.Desired;
using PgGitOps.Core.Proofs.Layout;
using PgGitOps.Core.Sources;

namespace PgGitOps.Core.Proofs.Verdicts;

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
        var judged = Judge(new ProofGround(fleet, depth).Clusters, memory);
        memory?.Keep(judged);
        var proofs = InOrder(judged, fleet);
        var findings = judged.SelectMany(c => c.Contexts.SelectMany(context => context.Findings).Concat(c.Findings));
        return new ClaimJudgement(
            findings
                .Distinct()
                .OrderBy(d => d.Span)
                .ThenBy(d => d.RuleId, StringComparer.Ordinal)
                .ThenBy(d => d.Message, StringComparer.Ordinal)
                .ToEquatableArray(),
            new FleetProof(depth, proofs.ToEquatableArray())
        );
    }

    /// <summary>Policies of a fleet come in order already, which their proofs, cluster by cluster, do not.</summary>
    private static List<ContextProof> InOrder(JudgedCluster[] judged, ValidFleet fleet)
    {
        var named = new Dictionary<string, ContextProof>(fleet.Policies.Count, StringComparer.Ordinal);
        foreach (var cluster in judged)
        {
            foreach (var context in cluster.Contexts)
                named[context.Proof.Name] = context.Proof;
        }
        return fleet.Policies.Select(p => named[p.Name]).InOrder(p => p.Name);
    }

    private static JudgedCluster[] Judge(IReadOnlyCollection<ClusterGround> grounds, ProofMemory? memory)
    {
        // Clusters know nothing of each other; below this many, starting a second worker costs more than it saves.
        const int ParallelFrom = 16;
        var clusters = grounds.ToArray();
        var judged = new JudgedCluster[clusters.Length];
        var open = new List<int>();
        for (var i = 0; i < clusters.Length; i++)
        {
            if (memory?.Find(clusters[i].Name) is { } earlier && earlier.StandsFor(clusters[i]))
                judged[i] = earlier;
            else
                open.Add(i);
        }
        if (open.Count < ParallelFrom)
            open.ForEach(JudgeOne);
        else
            Parallel.ForEach(open, JudgeOne);
        return judged;

        void JudgeOne(int i) => judged[i] = JudgedCluster.Of(clusters[i], memory?.Find(clusters[i].Name));
    }
}

internal static class Findings
{
    /// <summary>Adds a finding at a field of a policy.</summary>
    public static void Add(
        this List<Diagnostic> findings,
        DiagnosticRule rule,
        RecoveryPolicy policy,
        string field,
        SourceSpan at,
        string message,
        string? hint
    ) => findings.Add(rule.At(at, message, hint) with { Document = policy.Head.ToString(), Field = field });

    public static void Add(
        this List<Diagnostic> findings,
        DiagnosticRule rule,
        Cluster cluster,
        string field,
        SourceSpan at,
        string message,
        string? hint
    ) => findings.Add(rule.At(at, message, hint) with { Document = cluster.Head.ToString(), Field = field });
}

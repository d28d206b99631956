using PgGitOps.Core.Desired;
using PgGitOps.Core.Observed;
using PgGitOps.Core.Policies;
using PgGitOps.Core.Proofs;
using PgGitOps.Core.Proofs.Live;
using PgGitOps.Core.Proofs.Verdicts;

namespace PgGitOps.Revisions;

/// <summary>What rules may know besides the documents.</summary>
/// <param name="Live">By context; empty in a pull request.</param>
/// <param name="Seen">By cluster; empty in a pull request.</param>
internal sealed record RuleKnowledge(
    FleetProof Proof,
    IReadOnlyDictionary<string, LiveContext> Live,
    IReadOnlyDictionary<string, ClusterSnapshot> Seen
)
{
    public static RuleKnowledge Static(FleetProof proof) =>
        new(proof, new Dictionary<string, LiveContext>(), new Dictionary<string, ClusterSnapshot>());
}

/// <summary>Keeps the documents of facts that say the same as before, so that no rule runs again for them.</summary>
internal sealed class RuleFactMemory
{
    private Dictionary<string, ReadDocument> known = [];

    /// <summary>Nothing for a bundle that speaks of no facts: they would be made, sent and never read.</summary>
    public IEnumerable<ReadDocument> Of(RuleBundle bundle, RuleKnowledge? knowledge)
    {
        if (knowledge is null || !bundle.Rules.Any(r => Asks(r.Text)))
            return [];
        var made = knowledge
            .Proof.Contexts.Select(c => RuleFacts.Verdicts(c, knowledge.Live.GetValueOrDefault(c.Name)))
            .Concat(
                knowledge
                    .Proof.Contexts.Select(c => c.Cluster)
                    .OfType<Cluster>()
                    .DistinctBy(c => c.Name)
                    .Where(c => knowledge.Seen.ContainsKey(c.Name))
                    .Select(c => RuleFacts.Observation(c, knowledge.Seen[c.Name]))
            )
            .Select(d =>
                known.TryGetValue(d.Id!, out var before)
                && before.Path == d.Path
                && before.Root.Line == d.Root.Line
                && before.Root.Column == d.Root.Column
                && ValueFingerprint.Of(before.Root) == ValueFingerprint.Of(d.Root)
                    ? before
                    : d
            )
            .ToList();
        known = made.ToDictionary(d => d.Id!, StringComparer.Ordinal);
        return made;
    }

    // A member is reached by its name; a name may be written with escapes.
    public static bool Asks(string rule) =>
        rule.Contains("Verdict", StringComparison.Ordinal)
        || rule.Contains("Observ", StringComparison.Ordinal)
        || rule.Contains("\\u", StringComparison.OrdinalIgnoreCase);
}

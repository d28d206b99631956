using PgGitOps.Core.Desired;
using PgGitOps.Core.Observed;
using PgGitOps.Core.Policies;
using PgGitOps.Core.Proofs;
using PgGitOps.Core.Sources;
using PgGitOps.Reconciling;

namespace PgGitOps.Controller;

/// <summary>Asks the rules of the revision in force again with what each pass saw: a rule may speak of verdicts, of observations and of the time.</summary>
/// <remarks>It reports and stops nothing: what is in force was accepted. Rules that speak of none of these are not asked.</remarks>
internal sealed class RuleWatch(RuleRoute rules, TimeProvider time)
{
    private readonly Lock gate = new();
    private readonly Dictionary<string, LiveContext> live = new(StringComparer.Ordinal);
    private readonly Dictionary<string, ClusterSnapshot> seen = new(StringComparer.Ordinal);
    private SourceTree? of;
    private RuleBundle asked = new([], []);
    private FleetReading? reading;
    private FleetProof? proof;
    private HashSet<Diagnostic> said = [];

    /// <returns>Findings that were not there at the look before, and those that are gone.</returns>
    public (IReadOnlyList<Diagnostic> Raised, IReadOnlyList<Diagnostic> Cleared) Look(SourceTree tree, IEnumerable<LiveContext> contexts, ClusterSnapshot? snapshot)
    {
        lock (gate)
        {
            if (!ReferenceEquals(of, tree))
                Take(tree);
            if (asked.Rules.Count == 0 || reading is null || proof is null)
                return ([], []);
            foreach (var context in contexts)
                live[context.Name] = context;
            if (snapshot is not null)
                seen[snapshot.Name] = snapshot;
            var report = rules.Judge(asked, reading, time.GetUtcNow(), new RuleKnowledge(proof, live, seen));
            // Waivers were judged with the revision; most of them are of rules that are not asked here.
            var now = report.Outcomes.SelectMany(o => o.Findings).Where(f => f.WaivedBy is null).Select(f => (f.Finding.At, f.Finding.Message)).ToHashSet();
            var found = report.Diagnostics.Where(d => now.Contains((d.Span, d.Message)) || d.RuleId == RuleFindings.Crashed.Id || d.RuleId == RuleFindings.NoJail.Id).ToHashSet();
            Diagnostic[] raised = [.. found.Except(said).OrderBy(d => d.Span)], cleared = [.. said.Except(found).OrderBy(d => d.Span)];
            said = found;
            return (raised, cleared);
        }
    }

    private void Take(SourceTree tree)
    {
        of = tree;
        live.Clear();
        var bundle = RuleBundleReader.Read(tree);
        reading = bundle.Rules.Any(Asks) ? new FleetReader().Read(tree) : null;
        asked = reading is null ? new([], []) : new(SettingsInForce.Apply(bundle, reading).Rules.Where(Asks).ToEquatableArray(), []);
        proof = reading?.Fleet is { } fleet ? Prover.Prove(fleet) : null;
    }

    private static bool Asks(RuleSource rule) => RuleFactMemory.Asks(rule) || rule.Text.Contains("Now", StringComparison.Ordinal);
}

using PgGitOps.Core.Desired;
using PgGitOps.Core.Observed;
using PgGitOps.Core.Proofs.Live;
using PgGitOps.Core.Sources;
using PgGitOps.Revisions;

namespace PgGitOps.Controller;

/// <summary>Asks the rules of the revision in force again with what each pass saw: a rule may speak of verdicts, of observations and of the time.</summary>
/// <remarks>It reports and stops nothing: what is in force was accepted. Rules that speak of none of these are not asked.</remarks>
internal sealed class RuleWatch(RuleRoute rules, TimeProvider time)
{
    private readonly Lock gate = new();
    private readonly Dictionary<string, LiveContext> live = new(StringComparer.Ordinal);
    private readonly Dictionary<string, ClusterSnapshot> seen = new(StringComparer.Ordinal);
    private SourceTree? of;
    private LiveRuleSet? asked;
    private HashSet<Diagnostic> said = [];

    /// <returns>Findings that were not there at the look before, and those that are gone.</returns>
    public (IReadOnlyList<Diagnostic> Raised, IReadOnlyList<Diagnostic> Cleared) Look(
        SourceTree tree,
        IEnumerable<LiveContext> contexts,
        ClusterSnapshot? snapshot
    )
    {
        lock (gate)
        {
            if (!ReferenceEquals(of, tree))
            {
                of = tree;
                live.Clear();
                asked = LiveRuleSet.Of(tree, Asks, files => new FleetReader().Read(files));
            }
            foreach (var context in contexts)
                live[context.Name] = context;
            if (snapshot is not null)
                seen[snapshot.Name] = snapshot;
            var found = asked is null ? [] : asked.Judge(rules, time.GetUtcNow(), live, seen, _ => true).Standing.ToHashSet();
            Diagnostic[] raised = [.. found.Except(said).OrderBy(d => d.Span)],
                cleared = [.. said.Except(found).OrderBy(d => d.Span)];
            said = found;
            return (raised, cleared);
        }
    }

    private static bool Asks(string rule) => RuleFactMemory.Asks(rule) || rule.Contains("Now", StringComparison.Ordinal);
}

using PgGitOps.Core.Desired;
using PgGitOps.Core.Desired.Yaml;
using PgGitOps.Core.Policies;
using PgGitOps.Core.Sources;

namespace PgGitOps.Providers.RuleHost;

/// <summary>Evaluates a bundle again and again, running only what a change can have touched.</summary>
/// <remarks>
/// A run is kept when its rule with what is set for it, its subject and every document it read are the same objects as before, no list of documents
/// it asked for has changed, and it did not ask for the time. A moved document is a changed one: its findings move as well.
/// </remarks>
public sealed class IncrementalRules(RuleEngine engine, RuleEngineOptions options)
{
    private RuleBundle? bundle;
    private Dictionary<string, LocatedNode> known = [];
    private Dictionary<string, string> lists = [];
    private RuleEvaluation? last;

    /// <summary>Runs of the last evaluation that were not repeated.</summary>
    public int Kept { get; private set; }

    public RuleEvaluation Evaluate(
        RuleBundle next,
        IReadOnlyList<ReadDocument> documents,
        DateTimeOffset now,
        CancellationToken cancel = default
    )
    {
        var named = documents.Where(d => d.Id is not null).ToList();
        var roots = new Dictionary<string, LocatedNode>(named.Count, StringComparer.Ordinal);
        var unique = named.TrueForAll(d => roots.TryAdd(d.Id!, d.Root));
        var order = named
            .GroupBy(d => d.Kind!, StringComparer.Ordinal)
            .ToDictionary(g => g.Key, g => string.Join('\n', g.Select(d => $"{d.Path}\t{d.Name}")), StringComparer.Ordinal);
        var same =
            bundle is not null
            && last is not null
            && AreSame(bundle, next)
            && bundle.Broken == next.Broken
            && last.Problems.All(p => p.RuleId != RuleFindings.NoJail.Id && p.RuleId != RuleFindings.Budget.Id);
        RuleEvaluation evaluation;
        if (!same || !unique)
        {
            evaluation = engine.Evaluate(next, documents, now, cancel: cancel);
            Kept = 0;
        }
        else
            evaluation = Again(next, named, roots, order, now, cancel);
        // Two documents of one name cannot be told apart by it: the next evaluation starts over.
        (bundle, known, lists, last) = (unique ? next : null, roots, order, evaluation);
        return evaluation;
    }

    private RuleEvaluation Again(
        RuleBundle next,
        List<ReadDocument> documents,
        Dictionary<string, LocatedNode> roots,
        Dictionary<string, string> order,
        DateTimeOffset now,
        CancellationToken cancel
    )
    {
        var plan = FuelPlan.Of(options.FuelBase, options.FuelPerDocument, documents.Count);
        var moved = Moved(roots);
        var relisted = order
            .Keys.Concat(lists.Keys)
            .Where(kind => lists.GetValueOrDefault(kind, "") != order.GetValueOrDefault(kind, ""))
            .ToHashSet(StringComparer.Ordinal);
        var before = last!
            .Runs.GroupBy(r => r.Rule.Id, StringComparer.Ordinal)
            .ToDictionary(g => g.Key, Subjects, StringComparer.Ordinal);
        var subjects = documents
            .GroupBy(d => d.Kind!, StringComparer.Ordinal)
            .ToDictionary(g => g.Key, g => g.Select(d => d.Id).ToArray(), StringComparer.Ordinal);
        var reset = next
            .Rules.Zip(bundle!.Rules)
            .Where(pair => pair.First.Header != pair.Second.Header)
            .Select(pair => pair.First.Header.Id)
            .ToHashSet(StringComparer.Ordinal);
        var stale = new HashSet<(string, string?)>();
        var all = new List<(string Rule, string? Subject, RuleRun? Run)>(last.Runs.Count + 16);
        foreach (var rule in next.Rules.Select(r => r.Header))
        {
            var runs = before.GetValueOrDefault(rule.Id, []);
            foreach (var subject in rule.IsForFleet ? [null] : subjects.GetValueOrDefault(rule.Subject, []))
            {
                var run = runs.GetValueOrDefault(subject ?? "");
                if (run is null || reset.Contains(rule.Id) || !Holds(run))
                {
                    stale.Add((rule.Id, subject));
                    run = null;
                }
                all.Add((rule.Id, subject, run));
            }
        }
        var fresh =
            stale.Count == 0
                ? new RuleEvaluation([], last.Problems, Compiled: false) { Statements = last.Statements }
                : engine.Evaluate(next, documents, now, chosen: stale, cancel: cancel);
        var repeated = fresh.Runs.ToDictionary(r => (r.Rule.Id, r.Subject));
        Kept = all.Count - stale.Count;
        return fresh with
        {
            Runs = plan.Settle([
                    .. all.Select(key => key.Run ?? repeated.GetValueOrDefault((key.Rule, key.Subject))).OfType<RuleRun>(),
                ])
                .ToEquatableArray(),
        };

        bool Holds(RuleRun run)
        {
            if (
                run.ByMachine
                || run.ReadsUnknown
                || run.Reads.Clock
                || run.FuelSpent > plan.Run
                || (
                    // With other steps to spend it may end otherwise.
                    run.End == RunEnd.Error
                    && documents.Count != known.Count
                )
                || (run.Subject is { } subject && moved.Contains(subject))
            )
                return false;
            foreach (var document in run.Reads.Documents)
            {
                if (moved.Contains(document))
                    return false;
            }
            foreach (var kind in run.Reads.Kinds)
            {
                if (relisted.Contains(kind))
                    return false;
            }
            return true;
        }
    }

    // Of one text there is one header, but for the values that are set.
    private static bool AreSame(RuleBundle a, RuleBundle b) =>
        a.Rules.Count == b.Rules.Count
        && a.Rules.Zip(b.Rules).All(pair => pair.First.Path == pair.Second.Path && pair.First.Text == pair.Second.Text);

    private static Dictionary<string, RuleRun> Subjects(IEnumerable<RuleRun> runs)
    {
        var found = new Dictionary<string, RuleRun>(StringComparer.Ordinal);
        foreach (var run in runs)
            found.TryAdd(run.Subject ?? "", run);
        return found;
    }

    /// <summary>Documents that are not the objects they were, the new and the gone among them.</summary>
    private HashSet<string> Moved(Dictionary<string, LocatedNode> roots)
    {
        var moved = roots
            .Where(r => !known.TryGetValue(r.Key, out var before) || before != r.Value)
            .Select(r => r.Key)
            .ToHashSet(StringComparer.Ordinal);
        moved.UnionWith(known.Keys.Where(id => !roots.ContainsKey(id)));
        return moved;
    }
}

using PgGitOps.Core.Desired;
using PgGitOps.Core.Desired.Yaml;
using PgGitOps.Core.Policies;
using PgGitOps.Core.Sources;
using PgGitOps.Providers.RuleHost.Working;

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

    /// <param name="blobs">Blob ids of the files that the documents stand in, by path: by them what an earlier process ran is known again. Null to remember nothing.</param>
    public RuleEvaluation Evaluate(
        RuleBundle next,
        IReadOnlyList<ReadDocument> documents,
        DateTimeOffset now,
        IReadOnlyDictionary<string, string>? blobs = null,
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
        var places = last is null && unique && blobs is not null ? Places(documents, blobs) : null;
        RuleEvaluation evaluation;
        if (same && unique)
            evaluation = Again(next, named, Holding(next, named, roots, order), last!.Problems, now, cancel);
        else if (places is not null && engine.Runs.Recall(next, places) is { } recalled)
            evaluation = Again(next, named, Recalled(recalled, named.Count), [], now, cancel);
        else
        {
            evaluation = engine.Evaluate(next, documents, now, cancel: cancel);
            Kept = 0;
        }
        if (places is not null && Kept < evaluation.Runs.Count)
            engine.Runs.Keep(next, evaluation, places);
        // Two documents of one name cannot be told apart by it: the next evaluation starts over.
        (bundle, known, lists, last) = (unique ? next : null, roots, order, evaluation);
        return evaluation;
    }

    /// <summary>Documents that alone stand in their file, by name.</summary>
    private static Dictionary<string, (string Path, string Blob)> Places(
        IReadOnlyList<ReadDocument> documents,
        IReadOnlyDictionary<string, string> blobs
    )
    {
        var places = new Dictionary<string, (string, string)>(documents.Count, StringComparer.Ordinal);
        for (var i = 0; i < documents.Count; i++)
        {
            // Documents of one file follow on each other.
            var document = documents[i];
            if (
                (i == 0 || documents[i - 1].Path != document.Path)
                && (i + 1 == documents.Count || documents[i + 1].Path != document.Path)
                && document.Id is { } id
                && blobs.TryGetValue(document.Path, out var blob)
                && blob.Length > 0
            )
                places[id] = (document.Path, blob);
        }
        return places;
    }

    // Of an earlier process: they depend on their document alone, and on the steps they may take.
    private Func<RuleHeader, string?, RuleRun?> Recalled(Func<RuleHeader, string?, RuleRun?> runs, int documents)
    {
        var plan = FuelPlan.Of(options.FuelBase, options.FuelPerDocument, documents);
        return (rule, subject) => runs(rule, subject) is { } run && run.FuelSpent <= plan.Run ? run : null;
    }

    /// <summary>Runs of the last evaluation that nothing since can have changed.</summary>
    private Func<RuleHeader, string?, RuleRun?> Holding(
        RuleBundle next,
        List<ReadDocument> documents,
        Dictionary<string, LocatedNode> roots,
        Dictionary<string, string> order
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
        var reset = next
            .Rules.Zip(bundle!.Rules)
            .Where(pair => pair.First.Header != pair.Second.Header)
            .Select(pair => pair.First.Header.Id)
            .ToHashSet(StringComparer.Ordinal);
        return (rule, subject) =>
            before.GetValueOrDefault(rule.Id)?.GetValueOrDefault(subject ?? "") is { } run
            && !reset.Contains(rule.Id)
            && Holds(run)
                ? run
                : null;

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

    /// <param name="kept">The run of a rule on a document, or on the fleet, that need not be repeated; or null.</param>
    /// <param name="problems">Told where nothing is repeated.</param>
    private RuleEvaluation Again(
        RuleBundle next,
        List<ReadDocument> documents,
        Func<RuleHeader, string?, RuleRun?> kept,
        EquatableArray<Diagnostic> problems,
        DateTimeOffset now,
        CancellationToken cancel
    )
    {
        var subjects = documents
            .GroupBy(d => d.Kind!, StringComparer.Ordinal)
            .ToDictionary(g => g.Key, g => g.Select(d => d.Id).ToArray(), StringComparer.Ordinal);
        var stale = new HashSet<(string, string?)>();
        var local = new HashSet<string>(StringComparer.Ordinal);
        var all = new List<(string Rule, string? Subject, RuleRun? Run)>();
        foreach (var rule in next.Rules.Select(r => r.Header))
        {
            var (some, alone) = (false, true);
            foreach (var subject in rule.IsForFleet ? [null] : subjects.GetValueOrDefault(rule.Subject, []))
            {
                var run = kept(rule, subject);
                if (run is null)
                    stale.Add((rule.Id, subject));
                else
                    (some, alone) = (true, alone && RememberedRuns.IsLocal(run));
                all.Add((rule.Id, subject, run));
            }
            if (some && alone && !rule.IsForFleet)
                local.Add(rule.Id);
        }
        var fresh =
            stale.Count == 0
                ? new RuleEvaluation([], problems, Compiled: false)
                {
                    Statements = last?.Statements ?? new Dictionary<string, int>(),
                }
                : Repeat(next, documents, stale, local, now, cancel);
        var repeated = fresh.Runs.ToDictionary(r => (r.Rule.Id, r.Subject));
        Kept = all.Count - stale.Count;
        return fresh with
        {
            Runs = FuelPlan
                .Of(options.FuelBase, options.FuelPerDocument, documents.Count)
                .Settle([.. all.Select(key => key.Run ?? repeated.GetValueOrDefault((key.Rule, key.Subject))).OfType<RuleRun>()])
                .ToEquatableArray(),
        };
    }

    /// <summary>Runs again what is stale: rules that looked at their own document alone until now are given that one, and all of them only where they ask for more.</summary>
    /// <param name="local">Such rules.</param>
    private RuleEvaluation Repeat(
        RuleBundle next,
        List<ReadDocument> documents,
        HashSet<(string Rule, string? Subject)> stale,
        HashSet<string> local,
        DateTimeOffset now,
        CancellationToken cancel
    )
    {
        var subjects = stale.Select(s => s.Subject).ToHashSet();
        if (options.Trace || subjects.Count == documents.Count || !stale.All(s => local.Contains(s.Rule)))
            return engine.Evaluate(next, documents, now, chosen: stale, cancel: cancel);
        var some = engine.Evaluate(next, documents.FindAll(d => subjects.Contains(d.Id)), now, chosen: stale, cancel: cancel);
        // With fewer documents there are fewer steps to spend: one that failed may not fail among all of them.
        RuleRun[] whole = [.. some.Runs.Where(r => r.End != RunEnd.Error && RememberedRuns.IsLocal(r))];
        var others = stale.Except(whole.Select(r => (r.Rule.Id, r.Subject))).ToHashSet();
        if (others.Count == 0)
            return some;
        var rest = engine.Evaluate(next, documents, now, chosen: others, cancel: cancel);
        return rest with { Runs = [.. whole, .. rest.Runs], Compiled = some.Compiled || rest.Compiled };
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

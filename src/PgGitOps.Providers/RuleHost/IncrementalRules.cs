using PgGitOps.Core.Desired;
using PgGitOps.Core.Desired.Yaml;
using PgGitOps.Core.Policies;
using PgGitOps.Core.Sources;

namespace PgGitOps.Providers.RuleHost;

/// <summary>Evaluates a bundle again and again, running only what a change can have touched.</summary>
/// <remarks>
/// A run is kept when its rule, its subject and every document it read are the same objects as before, no list of documents
/// it asked for has changed, and it did not ask for the time. A moved document is a changed one: its findings move as well.
/// </remarks>
public sealed class IncrementalRules(RuleEngine engine, RuleEngineOptions options)
{
    private RuleBundle? bundle;
    private Dictionary<string, LocatedNode> known = [];
    private Dictionary<string, string> lists = [];
    private Dictionary<(string Rule, string? Subject), RuleRun> runs = [];
    private RuleEvaluation? last;

    /// <summary>Runs of the last evaluation that were not repeated.</summary>
    public int Kept { get; private set; }

    public RuleEvaluation Evaluate(RuleBundle next, IReadOnlyList<ReadDocument> documents, DateTimeOffset now)
    {
        var named = documents.Where(d => d.Kind is not null && d.Name is not null).ToList();
        var roots = new Dictionary<string, LocatedNode>(named.Count, StringComparer.Ordinal);
        var unique = named.TrueForAll(d => roots.TryAdd(d.Id!, d.Root));
        var order = named.GroupBy(d => d.Kind!, StringComparer.Ordinal).ToDictionary(g => g.Key, g => string.Join('\n', g.Select(d => $"{d.Path}\t{d.Name}")), StringComparer.Ordinal);
        var same = bundle is not null && last is not null && bundle.Rules == next.Rules && bundle.Broken == next.Broken
            && last.Problems.All(p => p.RuleId != RuleFindings.NoJail.Id);
        RuleEvaluation evaluation;
        if (!same || !unique)
        {
            evaluation = engine.Evaluate(next, documents, now);
            Kept = 0;
        }
        else
            evaluation = Again(next, named, roots, order, now);
        // Two documents of one name cannot be told apart by it: the next evaluation starts over.
        (bundle, known, lists, last) = (unique ? next : null, roots, order, evaluation);
        runs = evaluation.Runs.GroupBy(r => (r.Rule.Id, r.Subject)).ToDictionary(g => g.Key, g => g.First());
        return evaluation;
    }

    private RuleEvaluation Again(RuleBundle next, List<ReadDocument> documents, Dictionary<string, LocatedNode> roots, Dictionary<string, string> order, DateTimeOffset now)
    {
        var fuel = options.FuelBase + options.FuelPerDocument * documents.Count;
        var stale = new HashSet<(string, string?)>();
        var all = new List<(string Rule, string? Subject)>();
        foreach (var rule in next.Rules.Select(r => r.Header))
        {
            foreach (var subject in rule.IsForFleet ? [null] : documents.Where(d => d.Kind == rule.Subject).Select(d => d.Id))
            {
                all.Add((rule.Id, subject));
                if (!runs.TryGetValue((rule.Id, subject), out var run) || !Holds(run))
                    stale.Add((rule.Id, subject));
            }
        }
        var fresh = stale.Count == 0 ? new RuleEvaluation([], last!.Problems, Compiled: false) { Statements = last.Statements } : engine.Evaluate(next, documents, now, chosen: stale);
        var repeated = fresh.Runs.ToDictionary(r => (r.Rule.Id, r.Subject));
        Kept = all.Count - stale.Count;
        return fresh with
        {
            Runs = all.Select(key => repeated.TryGetValue(key, out var run) ? run : stale.Contains(key) ? null : runs[key]).OfType<RuleRun>().ToEquatableArray(),
        };

        bool Holds(RuleRun run) => run.End != RunEnd.Error && !run.Reads.Clock && run.FuelSpent <= fuel
            && Same(run.Subject) && run.Reads.Documents.All(Same)
            && run.Reads.Kinds.All(kind => lists.GetValueOrDefault(kind, "") == order.GetValueOrDefault(kind, ""));

        bool Same(string? document) => document is null || (known.TryGetValue(document, out var before) && roots.TryGetValue(document, out var after) && ReferenceEquals(before, after));
    }
}

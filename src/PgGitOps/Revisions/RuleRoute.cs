using PgGitOps.Core.Desired;
using PgGitOps.Core.Policies;
using PgGitOps.Core.Sources;
using PgGitOps.Providers.RuleHost;

namespace PgGitOps.Revisions;

/// <summary>The rules' part of the route: the bundle of a revision over the documents of that or another one.</summary>
/// <remarks>Asked again, it runs what the change can have touched, in the worker it has. Two threads that ask at once are answered one after the other.</remarks>
internal sealed class RuleRoute : IDisposable
{
    private readonly RuleEngine engine;
    private readonly IncrementalRules incremental;
    private readonly RuleFactMemory facts = new();
    private readonly Lock gate = new();

    public RuleRoute(RuleEngineOptions options)
    {
        engine = new(options);
        incremental = new(engine, options);
    }

    /// <summary>Processes started so far.</summary>
    public int WorkersStarted => engine.WorkersStarted;

    /// <summary>Runs of the last judgement that were not repeated.</summary>
    public int Kept => incremental.Kept;

    /// <summary>Starts what a judgement will need while the documents are still being read.</summary>
    public void Prepare(IEnumerable<SourceFile> files)
    {
        SourceFile[] all = [.. files];
        SourceFile[] rules = [.. all.Where(f => RuleBundleReader.IsRule(f.Path))];
        if (rules.Length == 0)
            return;
        var bundle = RuleBundleReader.Read(rules);
        engine.Prepare(bundle);
        if (rules.Length < all.Length)
            engine.Expect(bundle, all);
    }

    /// <summary>Hands on a document as soon as it is read.</summary>
    public void Offer(ReadDocument document) => engine.Offer(document);

    /// <summary>The documents that hold, judged; where some do not, by the runs that need none of them.</summary>
    /// <param name="knowledge">What is proven of the fleet, and seen.</param>
    /// <param name="cancel">Ends the process of the rules at once.</param>
    /// <exception cref="OperationCanceledException"/>
    public RuleReport Judge(
        SourceTree tree,
        FleetReading reading,
        DateTimeOffset now,
        RuleKnowledge? knowledge = null,
        CancellationToken cancel = default
    ) => Judge(RuleBundleReader.Read(tree, reading), tree, reading, now, knowledge, cancel);

    /// <inheritdoc cref="Judge(SourceTree, FleetReading, DateTimeOffset, RuleKnowledge?, CancellationToken)"/>
    /// <param name="tree">The documents' files; null where nothing of it is to be remembered.</param>
    /// <param name="bundle">The rules that judge, with the values set for them: in a pull request those of the base branch.</param>
    public RuleReport Judge(
        RuleBundle bundle,
        SourceTree? tree,
        FleetReading reading,
        DateTimeOffset now,
        RuleKnowledge? knowledge = null,
        CancellationToken cancel = default
    )
    {
        lock (gate)
            return JudgeAlone(bundle, tree, reading, now, knowledge, cancel);
    }

    private RuleReport JudgeAlone(
        RuleBundle asked,
        SourceTree? tree,
        FleetReading reading,
        DateTimeOffset now,
        RuleKnowledge? knowledge,
        CancellationToken cancel
    )
    {
        // The judged revision may have done away with the kind that the rules of another one are for.
        var bundle = RuleSubjects.Check(asked, reading.OwnKinds);
        var holding = HoldingDocuments.Of(reading);
        if (
            (bundle.Rules.Count == 0 && bundle.Broken.Count == 0 && !holding.Waivers.Any())
            || !holding.KnowWaivers
            || !holding.KnowSettings
        )
            return RuleReport.Empty;
        var evaluation = incremental.Evaluate(
            bundle,
            [.. holding.Documents, .. holding.AreAll ? facts.Of(bundle, knowledge) : []],
            now,
            tree?.Files.ToDictionary(f => f.Path, f => f.BlobId, StringComparer.Ordinal),
            cancel
        );
        var waivers = holding.Waivers.ToList();
        if (holding.AreAll)
            return RuleJudgement.Settle(
                bundle,
                [.. evaluation.Runs],
                [.. evaluation.Problems],
                waivers,
                holding.Documents.Count,
                now
            );
        // What a waiver or a rule is good for shows only where every run counts.
        var report = RuleJudgement.Settle(
            bundle,
            [.. evaluation.Runs.Where(holding.Count)],
            [.. evaluation.Problems],
            waivers,
            0,
            now
        );
        return report with
        {
            Diagnostics = report
                .Diagnostics.Where(d => d.RuleId != RuleFindings.WaiverUnused.Id && d.RuleId != RuleFindings.WaiverVoid.Id)
                .ToEquatableArray(),
        };
    }

    public void Dispose() => engine.Dispose();
}

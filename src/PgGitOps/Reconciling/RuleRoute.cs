using PgGitOps.Core.Desired;
using PgGitOps.Core.Policies;
using PgGitOps.Core.Sources;
using PgGitOps.Providers.RuleHost;

namespace PgGitOps.Reconciling;

/// <summary>The rules' part of the route: the bundle of a revision over the documents of that or another one.</summary>
/// <remarks>Asked again, it runs what the change can have touched, in the worker it has.</remarks>
internal sealed class RuleRoute : IDisposable
{
    private readonly RuleEngine engine;
    private readonly IncrementalRules incremental;

    public RuleRoute(RuleEngineOptions options)
    {
        engine = new(options);
        incremental = new(engine, options);
    }

    /// <summary>Processes started so far.</summary>
    public int WorkersStarted => engine.WorkersStarted;

    /// <summary>Runs of the last judgement that were not repeated.</summary>
    public int Kept => incremental.Kept;

    /// <param name="judging">The revision whose rules judge: in a pull request that of the base branch.</param>
    public RuleReport Judge(SourceTree judging, FleetReading reading, DateTimeOffset now)
    {
        var bundle = RuleBundleReader.Read(judging);
        if (bundle.Rules.Count == 0 && bundle.Broken.Count == 0 && reading.Fleet?.Waivers is not { Count: > 0 })
            return RuleReport.Empty;
        var evaluation = incremental.Evaluate(bundle, reading.Documents, now);
        return RuleJudgement.Settle(bundle, [.. evaluation.Runs], [.. evaluation.Problems], reading.Fleet is null ? [] : [.. reading.Fleet.Waivers], reading.Documents.Count, now);
    }

    public void Dispose() => engine.Dispose();
}

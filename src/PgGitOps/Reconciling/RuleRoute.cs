using PgGitOps.Core.Desired;
using PgGitOps.Core.Policies;
using PgGitOps.Core.Sources;
using PgGitOps.Providers.RuleHost;

namespace PgGitOps.Reconciling;

/// <summary>The rules' part of the route: the bundle of a revision over the documents of that or another one.</summary>
internal sealed class RuleRoute(RuleEngineOptions options) : IDisposable
{
    private readonly RuleEngine engine = new(options);

    /// <param name="judging">The revision whose rules judge: in a pull request that of the base branch.</param>
    public RuleReport Judge(SourceTree judging, FleetReading reading, DateTimeOffset now)
    {
        var bundle = RuleBundleReader.Read(judging);
        if (bundle.Rules.Count == 0 && bundle.Broken.Count == 0 && reading.Fleet?.Waivers is not { Count: > 0 })
            return RuleReport.Empty;
        var evaluation = engine.Evaluate(bundle, reading.Documents, now);
        return RuleJudgement.Settle(bundle, [.. evaluation.Runs], [.. evaluation.Problems], reading.Fleet is null ? [] : [.. reading.Fleet.Waivers], reading.Documents.Count, now);
    }

    public void Dispose() => engine.Dispose();
}

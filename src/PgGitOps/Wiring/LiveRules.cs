using PgGitOps.Cli;
using PgGitOps.Core.Desired;
using PgGitOps.Core.Observed;
using PgGitOps.Core.Policies;
using PgGitOps.Core.Proofs.Live;
using PgGitOps.Core.Sources;
using PgGitOps.Revisions;

namespace PgGitOps.Wiring;

/// <summary>The rules of a revision, asked by a command that looks at clusters.</summary>
internal sealed class LiveRules(Engine engine, ValidFleet fleet, LiveRuleSet rules)
{
    /// <summary>Starts what asking will need, while the clusters are looked at.</summary>
    /// <returns>Null where no rule speaks of observations: then no rule is read, compiled or run.</returns>
    public static LiveRules? Begin(Engine engine, ValidFleet fleet, SourceTree tree)
    {
        if (LiveRuleSet.Of(tree, RuleFactMemory.Asks, files => new FleetReader().Read(files)) is not { } rules)
            return null;
        engine.Rules.Prepare(LiveRuleSet.Files(tree, RuleFactMemory.Asks));
        return new(engine, fleet, rules);
    }

    /// <param name="contexts">Those that were looked at.</param>
    /// <param name="clusters">What is said of other clusters, and of contexts on them, is left out: nobody looked at them.</param>
    public LiveRuleReport Ask(DateTimeOffset now, IEnumerable<LiveContext> contexts, IEnumerable<ClusterSnapshot> clusters)
    {
        var live = contexts.ToDictionary(c => c.Name, StringComparer.Ordinal);
        var seen = clusters.ToDictionary(c => c.Name, StringComparer.Ordinal);
        var others = fleet
            .Clusters.Where(c => !seen.ContainsKey(c.Name))
            .Select(c => $"Cluster/{c.Name}")
            .Concat(fleet.Policies.Where(p => !live.ContainsKey(p.Name)).Select(p => $"RecoveryPolicy/{p.Name}"))
            .ToHashSet(StringComparer.Ordinal);
        return rules.Judge(engine.Rules, now, live, seen, document => !others.Contains(document));
    }

    /// <summary>How a run ends that would end otherwise with <paramref name="exit"/>: as a commit does that a rule refuses, or whose settings do not fit.</summary>
    public static ExitCode Weigh(ExitCode exit, LiveRuleReport? said) =>
        (exit, said) switch
        {
            (ExitCode.Done or ExitCode.Changes or ExitCode.Rejected, { SettingsAreWrong: true }) => ExitCode.InvalidDocuments,
            (ExitCode.Done or ExitCode.Changes, { Rejected: true }) => ExitCode.Rejected,
            _ => exit,
        };
}

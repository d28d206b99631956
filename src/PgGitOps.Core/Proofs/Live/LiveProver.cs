using System.Globalization;
using PgGitOps.Core.Desired;
using PgGitOps.Core.Observed;
using PgGitOps.Core.Proofs.Faults;
using PgGitOps.Core.Proofs.Layout;
using PgGitOps.Core.Proofs.Paths;
using PgGitOps.Core.Proofs.Verdicts;
using PgGitOps.Core.Settings;
using PgGitOps.Core.Sources;

namespace PgGitOps.Core.Proofs.Live;

/// <summary>Puts what was observed of a cluster beside what its documents prove.</summary>
/// <remarks>
/// Loss is proven once more on the rule and the commit level that the server really has: a promise that holds on paper and not on that is at risk.
/// What could not be read is unknown, and never counts as kept.
/// </remarks>
public static class LiveProver
{
    // How long a reading counts: several passes of the slowest usual loop. What is older proves nothing, and clears nothing.
    private static readonly TimeSpan ValidFor = TimeSpan.FromMinutes(5);

    /// <param name="previous">The same context at the pass before, in a loop.</param>
    /// <param name="known">What is known of the primary's WAL from before <paramref name="previous"/>.</param>
    public static LiveContext Of(
        ContextProof context,
        ClusterSnapshot? seen,
        RecoveryClasses? classes,
        DateTimeOffset now,
        LiveContext? previous = null,
        LagHistory? known = null
    )
    {
        var history = previous?.History ?? known ?? LagHistory.Empty;
        if (context.Topology is not { } topology)
            return new LiveContext(context, [], ["the topology of the cluster cannot be resolved"], history);
        var primaries = seen?.Primaries.ToArray() ?? [];
        if (
            seen is null
            || primaries is not [{ Server: Observation<ServerFacts>.Seen { Value: var facts } look } primary]
            || topology.IndexOf(primary.Name) is not (>= 0 and var index)
        )
        {
            var (blind, split) = WithoutOnePrimary(seen, primaries);
            var alarms = split is null ? LiveAlarms.None with { Blind = blind } : LiveAlarms.None with { Loss = [split] };
            return Judged(context, LiveEvidence.Nothing with { Alarms = alarms }, now, previous, [split ?? blind], history);
        }
        history = history.With($"{facts.SystemIdentifier}/{facts.Timeline}/{primary.Name}", look.At, facts.Lsn);
        var site = topology.Members[index].Site;
        var lags = StandbyLag.Of(topology, seen, facts, look.At, history);
        var (local, localGone) = Best(
            lags,
            l => topology.Members[l.Member].Site == site,
            primary.Name,
            look.At,
            $"in {topology.Sites[site].Name}"
        );
        var (far, farGone) = Best(lags, l => topology.Members[l.Member].Site != site, primary.Name, look.At, "in another site");
        var contents =
            seen.Databases.FirstOrDefault(d => d.Name == context.Policy.Database.Value)?.Contents
            as Observation<DatabaseFacts>.Seen;
        var commit = LiveCommit.Of(context.Policy, facts, primary.Name, contents?.Value);
        List<string> loss = [],
            notes = [];
        foreach (var setting in (string[])["fsync", "full_page_writes"])
        {
            foreach (var member in seen.Members)
            {
                if (
                    member.Server is Observation<ServerFacts>.Seen { Value: var server }
                    && server.Setting(setting)?.Value == "off"
                )
                    loss.Add($"{setting} is off on {member.Name}");
            }
        }
        var rule = LiveRule(facts);
        notes.Add(
            $"{primary.Name} is primary in {topology.Sites[site].Name}, timeline {facts.Timeline.ToString(CultureInfo.InvariantCulture)}"
        );
        notes.Add(
            $"synchronous_standby_names = '{facts.Setting("synchronous_standby_names")?.Value}', weakest synchronous_commit = {(commit is { } c ? $"{c.Level.Spell()} ({c.Where})" : "unknown")}"
        );
        notes.AddRange(lags.Select(l => l.Words(topology)));
        if (contents is null)
            notes.Add(
                $"the contents of database {context.Policy.Database.Value} could not be read: whether its functions lower synchronous_commit is not known"
            );
        var evidence = LiveEvidence.Nothing with
        {
            LocalLag = local,
            CrossSiteLag = far,
            WeakestCommit = commit is { } weak ? new Measurement((int)weak.Level, "level", weak.Where, look.At, ValidFor) : null,
            Alarms = new LiveAlarms(
                [.. loss],
                [.. Waiting(facts, topology, lags, rule, commit)],
                localGone,
                farGone,
                commit is null ? "the commit level could not be read"
                    : rule is null ? "synchronous_standby_names could not be read"
                    : null
            )
            {
                Weakened = [.. Weakened(context, topology, index, rule, commit, primary.Name, classes)],
            },
        };
        return Judged(context, evidence, now, previous, [.. notes], history);
    }

    private static LiveContext Judged(
        ContextProof context,
        LiveEvidence evidence,
        DateTimeOffset now,
        LiveContext? previous,
        EquatableArray<string> seen,
        LagHistory history
    ) =>
        new(
            context,
            [
                .. context.Scenarios.Select(cell => new LiveCell(
                    cell,
                    LiveVerdicts.Of(cell, evidence, now, previous?.Find(cell.Scenario)?.Live)
                )),
            ],
            seen,
            history
        );

    private static (string Blind, string? Split) WithoutOnePrimary(ClusterSnapshot? seen, MemberSnapshot[] primaries)
    {
        if (seen is null)
            return ("the cluster was not observed", null);
        if (primaries.Length > 1)
            return ("", $"{Amounts.List(primaries.Select(p => p.Name))} all accept writes: one history will be thrown away");
        var unreadable = seen.Members.Where(m => m.Server is Observation<ServerFacts>.Unreadable).Select(m => m.Name).ToArray();
        return (
            unreadable.Length > 0
                ? $"no primary was found, and {Amounts.List(unreadable)} could not be read"
                : "no member is primary",
            null
        );
    }

    /// <summary>The rule as the server has it; null when it could not be read.</summary>
    private static SynchronousRule? LiveRule(ServerFacts facts) =>
        facts.Setting("synchronous_standby_names") is { } setting ? SynchronousRule.TryParse(setting.Value) : null;

    /// <summary>Promises about loss that hold on the declared rule, and not on the one the server has.</summary>
    private static IEnumerable<WeakenedLoss> Weakened(
        ContextProof context,
        Topology topology,
        int primary,
        SynchronousRule? rule,
        (CommitLevel Level, string Where)? commit,
        string name,
        RecoveryClasses? classes
    )
    {
        if (rule is null || commit is not { } level)
            yield break;
        var faults = Fault.Enumerate(topology, 1);
        var claims = new Claims(context.Policy, classes);
        var book = new RecoveryPaths(topology, context.Policy, level.Level, rule, topology.Cluster.Replication.WhenShort);
        var worst = new SortedDictionary<FailureScenario, Instance>();
        foreach (var fault in faults)
        {
            if (
                context.Find(fault.Scenario) is not { } cell
                || (cell.IfEnforced ?? cell) is not { LossVerdict: Verdict.Holds, Claim.LossLimit: not null }
            )
                continue;
            var instance = Prover.Judge(primary, fault, claims, topology, book);
            if (instance.Claim.LossLimit is null || instance.LossVerdict == Verdict.Holds)
                continue;
            if (!worst.TryGetValue(fault.Scenario, out var known) || instance.LossVerdict.Badness() > known.LossVerdict.Badness())
                worst[fault.Scenario] = instance;
        }
        foreach (var (scenario, instance) in worst)
            yield return new WeakenedLoss(
                scenario,
                instance.LossVerdict,
                $"as {name} is configured now, {Counterexample.Of(instance, topology, book).Text}"
            );
    }

    private static (Measurement? Lag, string? Gone) Best(
        IReadOnlyList<StandbyLag> lags,
        Func<StandbyLag, bool> wanted,
        string primary,
        DateTimeOffset at,
        string where
    )
    {
        var there = lags.Where(wanted).ToArray();
        if (there.Length == 0)
            return (null, null);
        if (there.Where(l => l.Seconds is not null).MinBy(l => l.Seconds) is { } best)
            return (
                new Measurement(best.Seconds!.Value, "s", $"pg_stat_replication on {primary}: {best.Name}", at, ValidFor),
                null
            );
        return there.All(l => l.Gone)
            ? (null, $"no standby {where} streams from {primary}: nothing bounds what would be lost")
            : (null, null);
    }

    /// <summary>What would make a takeover slower, or keeps commits waiting already.</summary>
    private static IEnumerable<string> Waiting(
        ServerFacts facts,
        Topology topology,
        IReadOnlyList<StandbyLag> lags,
        SynchronousRule? rule,
        (CommitLevel Level, string Where)? commit
    )
    {
        if (rule is { Count: > 0 } && commit is { Level: >= CommitLevel.RemoteWrite })
        {
            var streaming = facts
                .Standbys.Where(s => s.State == "streaming" && rule.Lists(s.ApplicationName))
                .Select(s => s.ApplicationName)
                .Distinct(StringComparer.OrdinalIgnoreCase)
                .Count();
            if (streaming < rule.Count)
                yield return $"commits wait now: the rule asks for {rule.Count.ToString(CultureInfo.InvariantCulture)} of {Amounts.List(rule.Names)}, and {(streaming == 0 ? "none streams" : $"only {streaming.ToString(CultureInfo.InvariantCulture)} streams")}";
        }
        foreach (var paused in lags.Where(l => l.ReplayPaused && topology.Members[l.Member].Declared.Promotable))
            yield return $"replay is paused on {paused.Name}: before it can take over it has to replay what piled up";
    }
}

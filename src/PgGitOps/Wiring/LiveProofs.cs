using PgGitOps.Cli;
using PgGitOps.Cli.Output;
using PgGitOps.Core.Desired;
using PgGitOps.Core.Observed;
using PgGitOps.Core.Policies;
using PgGitOps.Core.Proofs;
using PgGitOps.Core.Proofs.Layout;
using PgGitOps.Core.Proofs.Live;
using PgGitOps.Core.Proofs.Verdicts;
using PgGitOps.Core.Reporting.Proofs;
using PgGitOps.Core.Sources;
using PgGitOps.State;

namespace PgGitOps.Wiring;

/// <summary>Proofs beside what the clusters show now.</summary>
internal static class LiveProofs
{
    /// <param name="fleet">The whole fleet; only clusters of the proof's contexts are looked at.</param>
    /// <param name="tree">The files the fleet was read from.</param>
    public static async Task<ExitCode> RunAsync(
        Invocation invocation,
        ValidFleet fleet,
        SourceTree tree,
        FleetProof proof,
        OutputFormat format
    )
    {
        if (format is not (OutputFormat.Text or OutputFormat.Json))
            throw new UsageException($"prove --live has no output as {format.ToString().ToLowerInvariant()}; it has text, json.");
        await using var engine = new Engine(invocation);
        var rules = LiveRules.Begin(engine, fleet, tree);
        var snapshot = await LookAsync(invocation, engine, fleet, proof.Contexts);
        var now = invocation.Time.GetUtcNow();
        var contexts = Of(fleet, proof.Contexts, snapshot, now, engine.Memory.Lag);
        var said = rules?.Ask(now, contexts, snapshot?.Clusters ?? []);
        invocation.Write(
            format == OutputFormat.Json ? ProveLive.Json(now, contexts, said) : ProveLive.Text(contexts, said),
            () => ProveLive.Json(now, contexts, said)
        );
        return ExitOf(contexts, said);
    }

    /// <summary>Looks at the clusters of these contexts; null where there are none.</summary>
    private static async Task<FleetSnapshot?> LookAsync(
        Invocation invocation,
        Engine engine,
        ValidFleet fleet,
        IEnumerable<ContextProof> contexts
    )
    {
        string[] clusters =
        [
            .. contexts.Select(c => c.Policy.Cluster.Value).Distinct(StringComparer.Ordinal).Order(StringComparer.Ordinal),
        ];
        return clusters.Length == 0 ? null : await engine.Observer.ObserveAsync(fleet, clusters, invocation.Stopping);
    }

    /// <param name="lag">What is known of lag from before, by whichever process; what was seen now is added to it.</param>
    public static IReadOnlyList<LiveContext> Of(
        ValidFleet fleet,
        IEnumerable<ContextProof> contexts,
        FleetSnapshot? snapshot,
        DateTimeOffset now,
        LagEvidence lag
    )
    {
        var known = new Dictionary<string, LagHistory>(StringComparer.Ordinal);
        List<LiveContext> judged = [];
        foreach (var context in contexts)
        {
            var cluster = context.Policy.Cluster.Value;
            if (!known.TryGetValue(cluster, out var history))
                known.Add(cluster, history = lag.Recall(cluster));
            var live = LiveProver.Of(context, snapshot?.Find(cluster), fleet.Classes, now, known: history);
            lag.Note(cluster, live.History);
            judged.Add(live);
        }
        return judged;
    }

    /// <summary>The promises on the clusters that were looked at.</summary>
    public static IReadOnlyList<LiveContext> Of(ValidFleet fleet, FleetSnapshot snapshot, DateTimeOffset now, LagEvidence lag)
    {
        // Each policy is proven by itself: of a fleet of which one cluster is chosen only that one's are.
        var ground = new ProofGround(fleet);
        return Of(
            fleet,
            snapshot
                .Clusters.SelectMany(c => ground.PoliciesOf(c.Name))
                .OrderBy(p => p.Name, StringComparer.Ordinal)
                .Select(ground.Prove),
            snapshot,
            now,
            lag
        );
    }

    /// <summary>A promise that is broken, or would be by a fault now, never ends like one that is kept; nor does one nobody could look at.</summary>
    private static ExitCode ExitOf(IReadOnlyList<LiveContext> contexts, LiveRuleReport? rules) =>
        contexts.Select(c => c.Verdict).Aggregate(Verdict.NotClaimed, VerdictScale.Worse) switch
        {
            Verdict.Impossible or Verdict.Breached or Verdict.AtRisk => ExitCode.Rejected,
            Verdict.Unknown => ExitCode.Error,
            _ => LiveRules.Weigh(ExitCode.Done, rules),
        };
}

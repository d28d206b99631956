using PgGitOps.Core.Desired;
using PgGitOps.Core.Observed;
using PgGitOps.Core.Proofs;
using PgGitOps.Core.Reporting;

namespace PgGitOps.Commands;

/// <summary>Proofs beside what the clusters show now.</summary>
internal static class LiveProofs
{
    /// <param name="fleet">The whole fleet; only clusters of the proof's contexts are looked at.</param>
    public static async Task<ExitCode> RunAsync(Invocation invocation, ValidFleet fleet, FleetProof proof, OutputFormat format)
    {
        if (format is not (OutputFormat.Text or OutputFormat.Json))
            throw new UsageException($"prove --live has no output as {format.ToString().ToLowerInvariant()}; it has text, json.");
        await using var engine = new Engine(invocation);
        var contexts = await ObserveAsync(invocation, engine, fleet, proof.Contexts).ConfigureAwait(false);
        invocation.Write(format == OutputFormat.Json ? ProveLive.Json(invocation.Time.GetUtcNow(), contexts) : ProveLive.Text(contexts), () => ProveLive.Json(invocation.Time.GetUtcNow(), contexts));
        return ExitOf(contexts);
    }

    public static async Task<IReadOnlyList<LiveContext>> ObserveAsync(Invocation invocation, Engine engine, ValidFleet fleet, IEnumerable<ContextProof> contexts)
    {
        ContextProof[] wanted = [.. contexts];
        string[] clusters = [.. wanted.Select(c => c.Policy.Cluster.Value).Distinct(StringComparer.Ordinal).Order(StringComparer.Ordinal)];
        var snapshot = clusters.Length == 0 ? null : await engine.Observer.ObserveAsync(fleet, clusters, invocation.Stopping).ConfigureAwait(false);
        return Of(fleet, wanted, snapshot, invocation.Time.GetUtcNow());
    }

    public static IReadOnlyList<LiveContext> Of(ValidFleet fleet, IEnumerable<ContextProof> contexts, FleetSnapshot? snapshot, DateTimeOffset now) =>
        [.. contexts.Select(c => LiveProver.Of(c, snapshot?.Find(c.Policy.Cluster.Value), fleet.Classes, now))];

    /// <summary>A promise that is broken, or would be by a fault now, never ends like one that is kept; nor does one nobody could look at.</summary>
    private static ExitCode ExitOf(IReadOnlyList<LiveContext> contexts) => contexts.Select(c => c.Verdict).Aggregate(Verdict.NotClaimed, Verdicts.Worse) switch
    {
        Verdict.Impossible or Verdict.Breached or Verdict.AtRisk => ExitCode.Rejected,
        Verdict.Unknown => ExitCode.Error,
        _ => ExitCode.Done,
    };
}

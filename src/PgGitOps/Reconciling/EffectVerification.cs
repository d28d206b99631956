using PgGitOps.Core.Desired;
using PgGitOps.Core.Passes;
using PgGitOps.Core.Planning;
using PgGitOps.Core.Ports;
using PgGitOps.Journal;
using PgGitOps.State;

namespace PgGitOps.Reconciling;

/// <summary>What came of the steps that were done, as the servers show it.</summary>
internal sealed class EffectVerification(Route route, StepsWithoutEffect withoutEffect, TimeProvider time)
{
    /// <summary>So often a step is looked for before its effect counts as missing; two seconds in all.</summary>
    private const int EffectLooks = 5;

    private static readonly TimeSpan SettlePace = TimeSpan.FromMilliseconds(500);

    /// <summary>Acts once and never in vain twice: what was done and does not show is remembered with its input.</summary>
    public async Task NoteWithoutEffectAsync(
        ValidFleet fleet,
        string commit,
        Dictionary<string, ClusterResult> results,
        Dictionary<string, ClusterPlan> again,
        JournalFile journal,
        PassOrder order
    )
    {
        // A server takes a moment to act on a reload: only what is asked for at every one of a few looks had no effect.
        for (var looks = 1; looks < EffectLooks; looks++)
        {
            string[] doubted =
            [
                .. again.Where(a => PassJudgement.WithoutEffect(results[a.Key], a.Value).Any()).Select(a => a.Key),
            ];
            if (doubted.Length == 0)
                return;
            if (order.Abort.IsCancellationRequested)
                break;
            await Task.Delay(SettlePace, time, CancellationToken.None);
            var (_, plan) = await route.LookAsync(fleet, doubted, CancellationToken.None);
            foreach (var cluster in plan.Clusters)
                again[cluster.Cluster] = cluster;
        }
        foreach (var (cluster, plan) in again)
        {
            foreach (var (step, seen) in PassJudgement.WithoutEffect(results[cluster], plan))
            {
                withoutEffect.Note(step, commit, seen, time.GetUtcNow());
                journal.NoEffect(step, seen);
                order.Listener.Hear(new PassEvent.StepWithoutEffect(step, seen));
                results[cluster] = PassJudgement.Degraded(results[cluster], step, seen);
            }
        }
    }

    /// <summary>After an apply the plan must be empty, or say what is left.</summary>
    public async Task<Dictionary<string, ClusterPlan>> LookAgainAsync(ValidFleet fleet, IEnumerable<ClusterResult> results)
    {
        string[] touched = [.. results.Where(r => r.ChangedSomething).Select(r => r.Cluster)];
        if (touched.Length == 0)
            return new(StringComparer.Ordinal);
        // Not cancelled by a wish to stop: the account of what was done has to be true.
        var (_, plan) = await route.LookAsync(fleet, touched, CancellationToken.None);
        return plan.Clusters.ToDictionary(c => c.Cluster, StringComparer.Ordinal);
    }

    /// <summary>A standby whose server was restarted a moment ago reconnects within seconds: it is given the caller's patience before its cluster is called short.</summary>
    public async Task SettleAsync(
        ValidFleet fleet,
        Dictionary<string, ClusterPlan> standing,
        Dictionary<string, ClusterPlan> again,
        PassOrder order
    )
    {
        var since = time.GetTimestamp();
        while (time.GetElapsedTime(since) < order.Patience && !order.Stopping.IsCancellationRequested)
        {
            string[] unsettled =
            [
                .. standing
                    .Where(s =>
                        s.Value is { Steps.Count: 0, Refusals.Count: 0, Unknowns.Count: 0 }
                        && Shortfall.Of(s.Value).ToArray() is { Length: > 0 } missing
                        && missing.All(Shortfall.MayPass)
                    )
                    .Select(s => s.Key),
            ];
            if (unsettled.Length == 0)
                return;
            await Task.Delay(SettlePace, time, CancellationToken.None);
            var (_, plan) = await route.LookAsync(fleet, unsettled, CancellationToken.None);
            foreach (var cluster in plan.Clusters)
            {
                standing[cluster.Cluster] = cluster;
                if (again.ContainsKey(cluster.Cluster))
                    again[cluster.Cluster] = cluster;
            }
        }
    }
}

using PgGitOps.Core.Desired;
using PgGitOps.Core.Evidence;
using PgGitOps.Core.Observed;
using PgGitOps.Core.Ports;
using PgGitOps.Core.Sources;

namespace PgGitOps.State;

/// <summary>Puts what is remembered of each cluster beside what was seen of it, and remembers what was seen.</summary>
internal sealed class RememberingObserver(IObserver observer, RememberedClusters memory, TimeProvider time) : IObserver
{
    public async ValueTask<FleetSnapshot> ObserveAsync(
        ValidFleet fleet,
        IReadOnlyCollection<string> clusters,
        CancellationToken cancel
    )
    {
        // From before the pass: a standby may be read a moment after its primary, and would seem to be ahead of it.
        var before = clusters.ToDictionary(
            c => c,
            c => fleet.FindCluster(c) is { } cluster ? memory.Recall(cluster, fleet.EnvironmentOf(cluster)) : default,
            StringComparer.Ordinal
        );
        var snapshot = await observer.ObserveAsync(fleet, clusters, cancel);
        return snapshot with
        {
            Clusters = snapshot.Clusters.Select(c => Remember(fleet, c, before.GetValueOrDefault(c.Name))).ToEquatableArray(),
        };
    }

    private ClusterSnapshot Remember(ValidFleet fleet, ClusterSnapshot seen, (RememberedCluster? Cluster, string? Problem) before)
    {
        if (fleet.FindCluster(seen.Name) is not { } cluster)
            return seen;
        var beside = seen with { Remembered = before.Cluster, MemoryProblem = before.Problem };
        var accepted = AcceptedPrimaries.Of(fleet.Approvals, cluster.Name, time.GetUtcNow());
        var primacy = Primacy.Of(beside, accepted);
        // A memory that cannot be read is replaced only by what a proven primary shows.
        if (before.Problem is null || primacy is Primacy.Proven)
        {
            if (
                ClusterMemory.Learn(
                    before.Cluster,
                    beside,
                    cluster,
                    fleet.EnvironmentOf(cluster),
                    primacy,
                    accepted,
                    time.GetUtcNow()
                )
                    is { } learnt
                && learnt != before.Cluster
            )
                memory.Keep(learnt);
        }
        return beside;
    }
}

using PgGitOps.Core.Desired;
using PgGitOps.Core.Evidence;
using PgGitOps.Core.Observed;
using PgGitOps.Core.Ports;
using PgGitOps.Core.Sources;

namespace PgGitOps.State;

/// <summary>Puts what is remembered of each cluster beside what was seen of it, asks WAL archives where that leaves doubt, and remembers what was seen.</summary>
internal sealed class RememberingObserver(
    IObserver observer,
    RememberedClusters memory,
    TimeProvider time,
    IArchiveProbe? archives = null
) : IObserver
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
        var witnessed = await Task.WhenAll(
            snapshot.Clusters.Select(c => AskArchivesAsync(fleet, c, before.GetValueOrDefault(c.Name), cancel))
        );
        return snapshot with
        {
            Clusters = witnessed.Select(c => Remember(fleet, c, before.GetValueOrDefault(c.Name))).ToEquatableArray(),
        };
    }

    private async Task<ClusterSnapshot> AskArchivesAsync(
        ValidFleet fleet,
        ClusterSnapshot seen,
        (RememberedCluster? Cluster, string? Problem) before,
        CancellationToken cancel
    )
    {
        if (fleet.FindCluster(seen.Name) is not { } cluster)
            return seen;
        var beside = seen with { Remembered = before.Cluster, MemoryProblem = before.Problem };
        if (archives is null || ArchiveWitness.ToAsk(beside) is not { Count: > 0 } asked)
            return beside;
        var told = await Task.WhenAll(
            beside.Members.Select(async m =>
                cluster.FindMember(m.Name) is { } member && asked.FirstOrDefault(h => h.Member == m.Name) is { } history
                    ? m with
                    {
                        Archive = await archives.AskAsync(
                            fleet,
                            cluster,
                            member,
                            DirectoryOf(m),
                            history.History.Timeline,
                            cancel
                        ),
                    }
                    : m
            )
        );
        return beside with { Members = told.ToEquatableArray() };
    }

    private static string? DirectoryOf(MemberSnapshot member) =>
        member switch
        {
            { Server: Observation<ServerFacts>.Seen { Value.DataDirectory: { } told } } => told,
            { Host: Observation<DataDirectoryFacts>.Seen { Value.Path: var seen } } => seen,
            _ => null,
        };

    private ClusterSnapshot Remember(
        ValidFleet fleet,
        ClusterSnapshot beside,
        (RememberedCluster? Cluster, string? Problem) before
    )
    {
        if (fleet.FindCluster(beside.Name) is not { } cluster)
            return beside;
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

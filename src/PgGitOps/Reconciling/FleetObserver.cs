using PgGitOps.Core.Desired;
using PgGitOps.Core.Observed;
using PgGitOps.Core.Ports;
using PgGitOps.Core.Sources;

namespace PgGitOps.Reconciling;

/// <summary>Asks every reader of facts about every cluster at once, and puts what they say of a cluster into one snapshot.</summary>
internal sealed class FleetObserver(IReadOnlyList<IFactReader> readers, TimeProvider time) : IObserver
{
    public async ValueTask<FleetSnapshot> ObserveAsync(
        ValidFleet fleet,
        IReadOnlyCollection<string> clusters,
        CancellationToken cancel
    )
    {
        var at = time.GetUtcNow();
        var snapshots = await Task.WhenAll(
            clusters.Select(name =>
                ObserveAsync(
                    fleet,
                    fleet.FindCluster(name) ?? throw new ArgumentException($"the fleet has no cluster {name}", nameof(clusters)),
                    cancel
                )
            )
        );
        return new FleetSnapshot(at, snapshots.OrderBy(s => s.Name, StringComparer.Ordinal).ToEquatableArray());
    }

    /// <inheritdoc cref="IFactReader.ReleaseAsync"/>
    public async ValueTask ReleaseAsync(ValidFleet fleet, Cluster cluster)
    {
        foreach (var reader in readers)
            await reader.ReleaseAsync(fleet, cluster);
    }

    private async Task<ClusterSnapshot> ObserveAsync(ValidFleet fleet, Cluster cluster, CancellationToken cancel)
    {
        var told = await Task.WhenAll(
            readers.Select(r => Task.Run(async () => await r.ReadAsync(fleet, cluster, cancel), cancel))
        );
        var servers =
            One<ClusterFacts.Servers>(cluster, told)
            ?? throw new InvalidOperationException($"no reader reads the servers of cluster {cluster.Name}");
        return new ClusterSnapshot
        {
            Name = cluster.Name,
            Members = servers.Members,
            Databases = servers.Databases,
            Objections = servers.Objections,
            Record = servers.Record,
            Manager =
                cluster.Manager is ClusterManager.Native
                    ? null
                    : One<ClusterFacts.Management>(cluster, told)?.Says ?? NotRead<ManagerFacts>("what its manager says"),
            Backups = cluster.Backup is null
                ? null
                : One<ClusterFacts.Backups>(cluster, told)?.Says ?? NotRead<BackupFacts>("what its backup tool says"),
        };
    }

    private Observation<T> NotRead<T>(string what) =>
        new Observation<T>.Unreadable(UnreadableKind.NotRead, $"no reader of this version reads {what}", time.GetUtcNow());

    private static T? One<T>(Cluster cluster, ClusterFacts?[] told)
        where T : ClusterFacts =>
        told.OfType<T>().ToArray() switch
        {
            [] => null,
            [var one] => one,
            _ => throw new InvalidOperationException($"two readers say {typeof(T).Name} of cluster {cluster.Name}"),
        };
}

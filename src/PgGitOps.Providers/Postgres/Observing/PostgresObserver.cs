using PgGitOps.Core.Desired;
using PgGitOps.Core.Observed;
using PgGitOps.Core.Ports;
using PgGitOps.Core.Sources;
using PgGitOps.Providers.Postgres.Connecting;

namespace PgGitOps.Providers.Postgres.Observing;

/// <summary>Looks at live clusters over SQL.</summary>
/// <param name="probe">Looks at hosts where nobody listens; null where hosts cannot be looked at. Then no member is ever called absent.</param>
public sealed class PostgresObserver(ServerConnections connections, TimeProvider time, IHostProbe? probe = null) : IObserver
{
    public ValueTask<FleetSnapshot> ObserveAsync(
        ValidFleet fleet,
        IReadOnlyCollection<string> clusters,
        CancellationToken cancel
    ) =>
        ObserveAsync(
            [
                .. clusters.Select(name =>
                    ClusterTarget.Of(
                        fleet,
                        fleet.FindCluster(name)
                            ?? throw new ArgumentException($"the fleet has no cluster {name}", nameof(clusters)),
                        probe
                    )
                ),
            ],
            cancel
        );

    /// <inheritdoc cref="IObserver.ObserveAsync"/>
    public async ValueTask<FleetSnapshot> ObserveAsync(IReadOnlyCollection<ClusterTarget> clusters, CancellationToken cancel)
    {
        var at = time.GetUtcNow();
        var snapshots = await Task.WhenAll(
                clusters.Select(c => Task.Run(() => new ClusterReading(c, connections, time).ReadAsync(cancel), cancel))
            )
            .ConfigureAwait(false);
        return new FleetSnapshot(at, snapshots.OrderBy(s => s.Name, StringComparer.Ordinal).ToEquatableArray());
    }

    /// <summary>Closes what is kept open to a cluster, so that a step is not held up by the observer's own connections.</summary>
    public ValueTask ReleaseAsync(ClusterTarget cluster) =>
        connections.ForgetAsync(target => cluster.Members.Any(m => m.Address == target.Host && m.Port == target.Port));

    /// <inheritdoc cref="ReleaseAsync(ClusterTarget)"/>
    public ValueTask ReleaseAsync(ValidFleet fleet, Cluster cluster) => ReleaseAsync(ClusterTarget.Of(fleet, cluster, probe));
}

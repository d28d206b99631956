using PgGitOps.Core.Desired;
using PgGitOps.Core.Observed;
using PgGitOps.Core.Ports;
using PgGitOps.Core.Sources;
using PgGitOps.Providers.Postgres.Connecting;

namespace PgGitOps.Providers.Postgres.Observing;

/// <summary>Looks at the servers of live clusters over SQL.</summary>
/// <param name="probe">Looks at hosts where nobody listens; null where hosts cannot be looked at. Then no member is ever called absent.</param>
/// <param name="hostTurns">Whose turn it is to have a command run on a host; null for a line of its own.</param>
public sealed class PostgresReader(
    ServerConnections connections,
    TimeProvider time,
    IHostProbe? probe = null,
    Turns? hostTurns = null
) : IFactReader
{
    private readonly Turns looks = hostTurns ?? HostTurns.Of(time);

    public string Name => "PostgreSQL";

    public async ValueTask<ClusterFacts?> ReadAsync(ValidFleet fleet, Cluster cluster, CancellationToken cancel)
    {
        var seen = await ReadAsync(ClusterTarget.Of(fleet, cluster, probe), cancel);
        return new ClusterFacts.Servers(seen.Members, seen.Databases, seen.Record, seen.Objections);
    }

    /// <summary>Looks at clusters that no document needs to declare, all at once; one that hangs delays none of the others past its own deadline.</summary>
    public async ValueTask<FleetSnapshot> ObserveAsync(IReadOnlyCollection<ClusterTarget> clusters, CancellationToken cancel)
    {
        var at = time.GetUtcNow();
        var snapshots = await Task.WhenAll(clusters.Select(c => Task.Run(() => ReadAsync(c, cancel), cancel)));
        return new FleetSnapshot(at, snapshots.OrderBy(s => s.Name, StringComparer.Ordinal).ToEquatableArray());
    }

    private Task<ClusterSnapshot> ReadAsync(ClusterTarget cluster, CancellationToken cancel) =>
        new ClusterReading(cluster, connections, looks, time).ReadAsync(cancel);

    /// <summary>Closes what is kept open to a cluster, so that a step is not held up by the observer's own connections.</summary>
    public ValueTask ReleaseAsync(ClusterTarget cluster) =>
        connections.ForgetAsync(target => cluster.Members.Any(m => m.Address == target.Host && m.Port == target.Port));

    public ValueTask ReleaseAsync(ValidFleet fleet, Cluster cluster) => ReleaseAsync(ClusterTarget.Of(fleet, cluster, probe));
}

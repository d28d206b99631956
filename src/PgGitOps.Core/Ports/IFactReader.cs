using PgGitOps.Core.Desired;
using PgGitOps.Core.Observed;

namespace PgGitOps.Core.Ports;

/// <summary>Reads what one source says of clusters: their servers, a manager, a backup tool. Never throws for what the outside world does: that is an <see cref="Observation{T}"/>.</summary>
public interface IFactReader
{
    /// <summary>For a reader of reports.</summary>
    string Name { get; }

    /// <summary>Bounds its own time.</summary>
    /// <returns>Null where the source has nothing to do with the cluster.</returns>
    ValueTask<ClusterFacts?> ReadAsync(ValidFleet fleet, Cluster cluster, CancellationToken cancel);

    /// <summary>Closes what is kept open to a cluster, so that a step is not held up by it.</summary>
    ValueTask ReleaseAsync(ValidFleet fleet, Cluster cluster);
}

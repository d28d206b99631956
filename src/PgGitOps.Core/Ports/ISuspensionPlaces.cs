using PgGitOps.Core.Desired;
using PgGitOps.Core.Observed;
using PgGitOps.Core.Sources;

namespace PgGitOps.Core.Ports;

/// <summary>Suspensions that are kept beside a cluster, outside of its own record: they hold also while no server of it runs.</summary>
public interface ISuspensionPlaces
{
    /// <summary>What every place says that can be read now; one that cannot be read says nothing and takes nothing back.</summary>
    ValueTask<EquatableArray<PlacedSuspension>> ReadAsync(ValidFleet fleet, Cluster cluster, CancellationToken cancel);
}

/// <summary>Suspensions in small files on the hosts of a cluster's members.</summary>
public interface ISuspensionFiles : ISuspensionPlaces
{
    /// <summary>Writes it on every host that takes it.</summary>
    /// <returns>One answer a host with a declared transport, ordered by host.</returns>
    ValueTask<EquatableArray<PlaceAnswer>> WriteAsync(
        ValidFleet fleet,
        Cluster cluster,
        Suspension suspension,
        CancellationToken cancel
    );

    /// <inheritdoc cref="WriteAsync"/>
    /// <summary>Removes it from every host that can be reached.</summary>
    ValueTask<EquatableArray<PlaceAnswer>> ClearAsync(ValidFleet fleet, Cluster cluster, CancellationToken cancel);
}

/// <param name="Place">Such as <c>host osl-1</c>.</param>
/// <param name="Problem">Why it was not done there, or null.</param>
/// <param name="Changed">Something was written or removed.</param>
public sealed record PlaceAnswer(string Place, string? Problem, bool Changed);

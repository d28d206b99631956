using System.Collections.Concurrent;
using PgGitOps.Core.Approving;
using PgGitOps.Core.Desired;
using PgGitOps.Core.Observed;
using PgGitOps.Core.Ports;
using PgGitOps.Core.Sources;

namespace PgGitOps.State;

/// <summary>Every place that can say that a cluster is suspended, asked together: one that says so is enough.</summary>
internal sealed class SuspensionWatch(ISuspensionPlaces hosts, OwnSuspensions own, TimeProvider time) : ISuspensionPlaces
{
    /// <summary>So old an answer of the hosts is good enough before a step that only speaks SQL: the primary's record, which is asked every time, is where such a suspension stands first.</summary>
    private static readonly TimeSpan HostAnswersLast = TimeSpan.FromSeconds(1);

    private readonly ConcurrentDictionary<string, (long At, EquatableArray<PlacedSuspension> Places)> asked = new(
        StringComparer.Ordinal
    );

    /// <summary>Hosts and this machine, asked now.</summary>
    public async ValueTask<EquatableArray<PlacedSuspension>> ReadAsync(
        ValidFleet fleet,
        Cluster cluster,
        CancellationToken cancel
    )
    {
        var placed = await hosts.ReadAsync(fleet, cluster, cancel);
        asked[cluster.Name] = (time.GetTimestamp(), placed);
        return placed.Concat(own.Of(cluster)).ToEquatableArray();
    }

    /// <summary>By cluster.</summary>
    public async Task<IReadOnlyDictionary<string, EquatableArray<PlacedSuspension>>> ReadAllAsync(
        ValidFleet fleet,
        IEnumerable<string> clusters,
        CancellationToken cancel
    )
    {
        var read = await Task.WhenAll(
            clusters
                .Select(fleet.FindCluster)
                .OfType<Cluster>()
                .Select(async c => (c.Name, Places: await ReadAsync(fleet, c, cancel)))
        );
        return read.ToDictionary(r => r.Name, r => r.Places, StringComparer.Ordinal);
    }

    /// <summary>Remembers what a cluster's record was seen to say.</summary>
    public void Note(Cluster cluster, ClusterSnapshot? snapshot) => own.Note(cluster, snapshot);

    /// <summary>In words, right before a step; null when nothing is suspended.</summary>
    /// <param name="recorded">What the record says now.</param>
    public async ValueTask<string?> InForceAsync(
        ValidFleet fleet,
        Cluster cluster,
        Suspension? recorded,
        bool actsOnHost,
        CancellationToken cancel
    )
    {
        var places =
            !actsOnHost && asked.TryGetValue(cluster.Name, out var last) && time.GetElapsedTime(last.At) < HostAnswersLast
                ? last.Places.Concat(own.Of(cluster))
                : await ReadAsync(fleet, cluster, cancel);
        IEnumerable<PlacedSuspension> ofRecord = recorded is null ? [] : [new PlacedSuspension(Suspensions.Record, recorded)];
        return Suspensions.InForce(Suspensions.Of(cluster, null).Concat(ofRecord).Concat(places), time.GetUtcNow());
    }
}

using System.Collections.Concurrent;
using System.Globalization;
using PgGitOps.Core.Desired;
using PgGitOps.Core.Evidence;
using PgGitOps.Core.Observed;
using PgGitOps.Core.Ports;
using PgGitOps.Core.Reporting.Snapshots;

namespace PgGitOps.State;

/// <summary>What is remembered of clusters, kept as evidence. Safe for clusters in parallel; other processes may add to it too.</summary>
/// <remarks>
/// A cluster of the same name in another repository is the same one only where a member has the same address and port: so a
/// repository may move, and two that are strangers to each other do not mix.
/// </remarks>
/// <param name="repository">Key of the policy repository.</param>
/// <param name="earlier">What a version before this one kept.</param>
internal sealed class RememberedClusters(
    IEvidenceStore store,
    string repository,
    EarlierMemory earlier,
    TimeProvider time,
    StateConditions conditions
)
{
    public const string Series = "memory";

    /// <summary>A position moves at every pass; between these moments only what is new is worth a write to disk.</summary>
    private static readonly TimeSpan PositionsEvery = TimeSpan.FromSeconds(30);

    private readonly ConcurrentDictionary<string, Kept> kept = new(StringComparer.Ordinal);
    private readonly SeriesCondition condition = new(conditions, "memory of clusters", "what is known of the clusters' history");

    /// <returns>What is remembered, or why that is not known; both null where nobody ever saw the cluster.</returns>
    public (RememberedCluster? Cluster, string? Problem) Recall(Cluster cluster, FleetEnvironment environment)
    {
        var held = kept.GetValueOrDefault(cluster.Name);
        var (own, problem) = Read(SeriesOf(cluster.Name), held);
        // What could not be written is known here only, and so is everything when the directory is taken away or cannot be read for a while.
        if (held is not null && (!held.IsSaved || own is null))
            return (held.Cluster, null);
        if (own is not null)
        {
            kept[cluster.Name] = own;
            return (own.Cluster, null);
        }
        if (problem is not null)
            return (null, problem);
        foreach (var elsewhere in store.Elsewhere(SeriesOf(cluster.Name)))
        {
            var (known, unreadable) = Read(elsewhere, null);
            if (known is not null && AreOne(known.Cluster, cluster, environment))
                return (known.Cluster, null);
            problem ??= unreadable;
        }
        // It may be the same cluster's, so that nobody ever having seen it is not known.
        if (problem is not null)
            return (null, problem);
        var before = earlier.Recall(cluster.Name, repository, there => AreOne(there, cluster, environment));
        return before is (null, null) ? (null, UnderAnotherName(cluster, environment)) : before;
    }

    /// <summary>A cluster that was given another name in Git is not one that never existed; null where no other one was seen at its addresses.</summary>
    private string? UnderAnotherName(Cluster cluster, FleetEnvironment environment)
    {
        var beside = store.Beside(SeriesOf(cluster.Name));
        var newer = beside.Select(s => s.Cluster).ToHashSet(StringComparer.Ordinal);
        List<RememberedCluster> seen = [];
        string? unreadable = null;
        foreach (var series in beside)
        {
            var held = kept.GetValueOrDefault(series.Cluster);
            var (known, problem) = Read(series, held);
            if ((known ?? held)?.Cluster is { } there)
                seen.Add(there);
            else
                unreadable ??= problem;
        }
        foreach (var other in seen.Concat(earlier.OfRepository(repository).Where(e => !newer.Contains(e.Cluster))))
        {
            if (other.Members.FirstOrDefault(r => IsOf(r, cluster, environment)) is { } member)
                return string.Create(
                    CultureInfo.InvariantCulture,
                    $"at {member.Address}:{member.Port} cluster {other.Cluster} is remembered, with system identifier {other.SystemIdentifier}, last seen {member.Seen.UtcDateTime:yyyy-MM-dd HH:mm:ss}Z; it may be the same one under its earlier name"
                );
        }
        return unreadable;
    }

    /// <summary>Where a member said that its data are; null where that is not remembered of this host.</summary>
    public string? DirectoryOf(Cluster cluster, Member member, FleetEnvironment environment) =>
        Recall(cluster, environment).Cluster?.Find(member.Name) is { } known && known.Host == member.Host
            ? known.DataDirectory
            : null;

    public void Keep(RememberedCluster cluster)
    {
        var before = kept.GetValueOrDefault(cluster.Cluster);
        if (
            before is { IsSaved: true }
            && IsOnlyFurther(before.Cluster, cluster)
            && time.GetElapsedTime(before.SavedAt) < PositionsEvery
        )
        {
            // Not forgotten: the next save writes it.
            kept[cluster.Cluster] = before with
            {
                Cluster = cluster,
            };
            return;
        }
        var wanted = cluster;
        var added = store.Append(
            SeriesOf(cluster.Cluster),
            newest =>
            {
                // Another process learnt something since this one looked: neither takes from the other.
                if (
                    newest is not null
                    && newest.Digest != before?.Digest
                    && RememberedClusterJson.Read(newest.Body).Cluster is { } theirs
                )
                    wanted = ClusterMemory.Merge(theirs, cluster);
                return new EvidenceDraft(time.GetUtcNow(), null, RememberedClusterJson.Write(wanted));
            }
        );
        kept[cluster.Cluster] = new(wanted, added.Problem is null ? added.Newest?.Digest : before?.Digest, time.GetTimestamp())
        {
            IsSaved = added.Problem is null,
        };
        condition.Tell(cluster.Cluster, added.Problem);
    }

    private (Kept? Known, string? Problem) Read(EvidenceSeries series, Kept? held)
    {
        switch (store.Latest(series))
        {
            case EvidenceReading.Unreadable unreadable:
                return (null, unreadable.Reason);
            case EvidenceReading.Found { Newest: { } newest } when held is not null && held.Digest == newest.Digest:
                return (held, null);
            case EvidenceReading.Found { Newest: { } newest }:
                var (read, problem) = RememberedClusterJson.Read(newest.Body);
                return read is null
                    ? (null, $"what is remembered of {series.Cluster} cannot be understood: {problem}")
                    : (new(read, newest.Digest, time.GetTimestamp()), null);
            default:
                return (null, null);
        }
    }

    private EvidenceSeries SeriesOf(string cluster) => new(cluster, repository, Series);

    private static bool AreOne(RememberedCluster remembered, Cluster cluster, FleetEnvironment environment) =>
        remembered.Members.Any(r => IsOf(r, cluster, environment));

    private static bool IsOf(RememberedMember remembered, Cluster cluster, FleetEnvironment environment) =>
        cluster.Members.Any(m =>
            m.Port == remembered.Port && environment.Hosts.FirstOrDefault(h => h.Name == m.Host)?.Address == remembered.Address
        );

    private static bool IsOnlyFurther(RememberedCluster before, RememberedCluster now) =>
        before with
        {
            Furthest = now.Furthest,
            FurthestAt = now.FurthestAt,
            FurthestBy = now.FurthestBy,
            PrimarySeen = now.PrimarySeen,
            Members = now.Members,
        } == now
        && before.Furthest with { End = now.Furthest.End } == now.Furthest
        && before
            .Members.Select(m => m with { Seen = default })
            .SequenceEqual(now.Members.Select(m => m with { Seen = default }));

    /// <param name="Digest">Of the entry that it was read from or written to; null where there is none.</param>
    private sealed record Kept(RememberedCluster Cluster, string? Digest, long SavedAt)
    {
        public bool IsSaved { get; init; } = true;
    }
}

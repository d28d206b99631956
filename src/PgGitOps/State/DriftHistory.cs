using System.Text.Json;
using System.Text.Json.Serialization;
using PgGitOps.Core.Facets;
using PgGitOps.Core.Planning;
using PgGitOps.Core.Ports;

namespace PgGitOps.State;

/// <summary>Since when each difference has been seen, kept as evidence. Passes note in parallel.</summary>
internal sealed class DriftHistory
{
    public const string Series = "drift";

    private readonly ClusterSeries<Dictionary<string, DateTimeOffset>> series;

    // Of a version before this one: one file for all clusters.
    private readonly Lazy<Dictionary<string, DateTimeOffset>> before;

    /// <param name="earlier">Where an earlier version kept it.</param>
    /// <param name="conditions">Told while the history cannot be kept; looking and healing go on.</param>
    public DriftHistory(IEvidenceStore store, string repository, string earlier, StateConditions conditions)
    {
        before = new(() => Read(earlier, conditions));
        series = new(
            store,
            Series,
            "since when values differ",
            repository,
            DriftJson.Default.DictionaryStringDateTimeOffset,
            conditions,
            Before
        );
    }

    /// <summary>When this difference was first seen, or null for one never noted.</summary>
    public DateTimeOffset? Since(FacetKey key) =>
        series.Latest(key.Cluster)?.TryGetValue(key.ToString(), out var at) == true ? at : null;

    /// <summary>Notes what differs now. Of a cluster that could not be read nothing is forgotten.</summary>
    public void Note(Plan plan, DateTimeOffset now)
    {
        foreach (var cluster in plan.Clusters)
            series.Update(cluster.Cluster, now, known => Next(known, cluster, now));
    }

    private static Dictionary<string, DateTimeOffset>? Next(
        Dictionary<string, DateTimeOffset>? known,
        ClusterPlan cluster,
        DateTimeOffset now
    )
    {
        var present = cluster.Changes.Select(c => c.Key.ToString()).ToHashSet(StringComparer.Ordinal);
        var next = new Dictionary<string, DateTimeOffset>(known ?? [], StringComparer.Ordinal);
        var changed = false;
        foreach (var key in present)
            changed |= next.TryAdd(key, now);
        foreach (var gone in cluster.Unknowns.Count > 0 ? [] : next.Keys.Where(k => !present.Contains(k)).ToList())
            changed |= next.Remove(gone);
        return changed ? next : null;
    }

    private Dictionary<string, DateTimeOffset>? Before(string cluster) =>
        before
            .Value.Where(k => k.Key.StartsWith(cluster + "/", StringComparison.Ordinal))
            .ToDictionary(k => k.Key, k => k.Value, StringComparer.Ordinal)
            is { Count: > 0 } known
            ? known
            : null;

    private static Dictionary<string, DateTimeOffset> Read(string path, StateConditions conditions)
    {
        try
        {
            if (
                new StateFile(path, conditions).Read() is { } content
                && JsonSerializer.Deserialize(content, DriftJson.Default.DictionaryStringDateTimeOffset) is { } known
            )
                return known;
        }
        catch (JsonException) { }
        return [];
    }
}

[JsonSerializable(typeof(Dictionary<string, DateTimeOffset>))]
internal sealed partial class DriftJson : JsonSerializerContext;

using System.Text.Json;
using System.Text.Json.Serialization;
using PgGitOps.Core.Planning;

namespace PgGitOps.Reconciling;

/// <summary>Since when each difference has been seen, kept between runs in one small file. Passes note in parallel.</summary>
internal sealed class DriftHistory
{
    private readonly Lock gate = new();
    private readonly StateFile file;
    private readonly SortedDictionary<string, DateTimeOffset> since;

    // Changed and not saved yet: what could not be saved once is saved by a later pass, also by one that changes nothing.
    private bool unsaved;

    private DriftHistory(StateFile file, SortedDictionary<string, DateTimeOffset> since)
    {
        this.file = file;
        this.since = since;
    }

    /// <summary>A file that cannot be understood starts a new history: onset times are a comfort, not a ground for decisions.</summary>
    /// <param name="conditions">Told while the history cannot be kept; looking and healing go on.</param>
    public static DriftHistory Open(string path, StateConditions conditions)
    {
        var file = new StateFile(path, conditions);
        try
        {
            if (file.Read() is { } content && JsonSerializer.Deserialize(content, DriftJson.Default.DictionaryStringDateTimeOffset) is { } known)
                return new(file, new(known, StringComparer.Ordinal));
        }
        catch (JsonException)
        {
        }
        return new(file, new(StringComparer.Ordinal));
    }

    /// <summary>When this difference was first seen, or null for one never noted.</summary>
    public DateTimeOffset? Since(FacetKey key)
    {
        lock (gate)
            return since.TryGetValue(key.ToString(), out var at) ? at : null;
    }

    /// <summary>Notes what differs now. Of a cluster that could not be read nothing is forgotten.</summary>
    public void Note(Plan plan, DateTimeOffset now)
    {
        lock (gate)
        {
            foreach (var cluster in plan.Clusters)
                unsaved |= Note(cluster, now);
            if (unsaved)
                unsaved = !file.Save(JsonSerializer.SerializeToUtf8Bytes(new Dictionary<string, DateTimeOffset>(since), DriftJson.Default.DictionaryStringDateTimeOffset));
        }
    }

    private bool Note(ClusterPlan cluster, DateTimeOffset now)
    {
        var changed = false;
        var present = cluster.Changes.Select(c => c.Key.ToString()).ToHashSet(StringComparer.Ordinal);
        foreach (var key in present)
            changed |= since.TryAdd(key, now);
        if (cluster.Unknowns.Count > 0)
            return changed;
        foreach (var gone in since.Keys.Where(k => k.StartsWith(cluster.Cluster + "/", StringComparison.Ordinal) && !present.Contains(k)).ToList())
            changed |= since.Remove(gone);
        return changed;
    }
}

[JsonSerializable(typeof(Dictionary<string, DateTimeOffset>))]
[JsonSourceGenerationOptions(WriteIndented = true, NewLine = "\n")]
internal sealed partial class DriftJson : JsonSerializerContext;

using System.Text.Json;
using System.Text.Json.Serialization;
using PgGitOps.Core.Planning;

namespace PgGitOps.Reconciling;

/// <summary>Since when each difference has been seen, kept between runs in one small file.</summary>
internal sealed class DriftHistory
{
    private readonly string path;
    private readonly SortedDictionary<string, DateTimeOffset> since;

    private readonly Action<string> complain;
    private bool complained;

    private DriftHistory(string path, SortedDictionary<string, DateTimeOffset> since, Action<string> complain)
    {
        this.path = path;
        this.since = since;
        this.complain = complain;
    }

    /// <summary>A file that cannot be understood starts a new history: onset times are a comfort, not a ground for decisions.</summary>
    /// <param name="complain">Told once when the history cannot be kept; looking and healing go on.</param>
    public static DriftHistory Open(string path, Action<string> complain)
    {
        try
        {
            if (File.Exists(path) && JsonSerializer.Deserialize(File.ReadAllBytes(path), DriftJson.Default.DictionaryStringDateTimeOffset) is { } known)
                return new(path, new(known, StringComparer.Ordinal), complain);
        }
        catch (Exception e) when (e is JsonException or IOException or UnauthorizedAccessException)
        {
        }
        return new(path, new(StringComparer.Ordinal), complain);
    }

    /// <summary>When this difference was first seen, or null for one never noted.</summary>
    public DateTimeOffset? Since(FacetKey key) => since.TryGetValue(key.ToString(), out var at) ? at : null;

    /// <summary>Notes what differs now. Of a cluster that could not be read nothing is forgotten.</summary>
    public void Note(Plan plan, DateTimeOffset now)
    {
        var changed = false;
        foreach (var cluster in plan.Clusters)
        {
            var present = cluster.Changes.Select(c => c.Key.ToString()).ToHashSet(StringComparer.Ordinal);
            foreach (var key in present)
                changed |= since.TryAdd(key, now);
            if (cluster.Unknowns.Count > 0)
                continue;
            foreach (var gone in since.Keys.Where(k => k.StartsWith(cluster.Cluster + "/", StringComparison.Ordinal) && !present.Contains(k)).ToList())
                changed |= since.Remove(gone);
        }
        if (!changed)
            return;
        try
        {
            Save();
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            if (!complained)
                complain($"since when things differ is not kept: {e.Message}");
            complained = true;
        }
    }

    private void Save()
    {
        // Written aside and renamed: another process reads the old or the new, never half.
        var aside = $"{path}.{Environment.ProcessId}";
        File.WriteAllBytes(aside, JsonSerializer.SerializeToUtf8Bytes(new Dictionary<string, DateTimeOffset>(since), DriftJson.Default.DictionaryStringDateTimeOffset));
        File.Move(aside, path, overwrite: true);
    }
}

[JsonSerializable(typeof(Dictionary<string, DateTimeOffset>))]
[JsonSourceGenerationOptions(WriteIndented = true, NewLine = "\n")]
internal sealed partial class DriftJson : JsonSerializerContext;

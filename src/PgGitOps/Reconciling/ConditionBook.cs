using System.Text.Json;
using System.Text.Json.Serialization;
using PgGitOps.Core.Ports;
using PgGitOps.Core.Sources;

namespace PgGitOps.Reconciling;

/// <summary>How each cluster stands and since when, kept between runs in one small file; tells what changes. Passes note in parallel.</summary>
internal sealed class ConditionBook
{
    private readonly Lock gate = new();
    private readonly StateFile file;
    private readonly SortedDictionary<string, ClusterCondition> standing;
    private readonly HashSet<string> told = new(StringComparer.Ordinal);
    private bool unsaved;

    private ConditionBook(StateFile file, SortedDictionary<string, ClusterCondition> standing) => (this.file, this.standing) = (file, standing);

    /// <summary>A file that cannot be understood starts anew: since when is a comfort, not a ground for decisions.</summary>
    public static ConditionBook Open(string path, StateConditions conditions)
    {
        var file = new StateFile(path, conditions);
        try
        {
            if (file.Read() is { } content && JsonSerializer.Deserialize(content, ConditionJson.Default.DictionaryStringStoredCondition) is { } known)
                return new(file, new(known.ToDictionary(k => k.Key, k => k.Value.ToCondition()), StringComparer.Ordinal));
        }
        catch (JsonException)
        {
        }
        return new(file, new(StringComparer.Ordinal));
    }

    /// <summary>As last noted; not observed where it never was.</summary>
    public ClusterCondition Of(string cluster, DateTimeOffset now)
    {
        lock (gate)
            return standing.GetValueOrDefault(cluster) ?? ClusterCondition.NotObserved(now);
    }

    /// <summary>Notes how a cluster stands and tells it where that is news: at the first time in a process, and where state, reason or what it speaks of is another.</summary>
    public ClusterCondition Note(string cluster, PassCondition found, DateTimeOffset now, IPassListener listener)
    {
        ClusterCondition? before;
        ClusterCondition after;
        bool first;
        lock (gate)
        {
            before = standing.GetValueOrDefault(cluster);
            var since = before is not null && before.State == ClusterCondition.StateOf(found.Reason) ? before.Since : now;
            standing[cluster] = after = new(found.Reason, found.Message, found.Concerns, since);
            first = told.Add(cluster);
            unsaved |= before is null || !after.Says(before);
            if (unsaved)
                unsaved = !file.Save(JsonSerializer.SerializeToUtf8Bytes(standing.ToDictionary(s => s.Key, s => StoredCondition.Of(s.Value)), ConditionJson.Default.DictionaryStringStoredCondition));
        }
        if (before is { State: ConditionState.Suspended } && after.State != ConditionState.Suspended)
            listener.Hear(new PassEvent.ClusterResumed(cluster, before.Since));
        if (first || before is null || !after.Says(before))
            listener.Hear(new PassEvent.ConditionChanged(cluster, before, after));
        return after;
    }
}

internal sealed record StoredCondition(ConditionReason Reason, string Message, IReadOnlyList<string> Concerns, DateTimeOffset Since)
{
    public static StoredCondition Of(ClusterCondition condition) => new(condition.Reason, condition.Message, [.. condition.Concerns], condition.Since);

    public ClusterCondition ToCondition() => new(Reason, Message, Concerns.ToEquatableArray(), Since);
}

[JsonSerializable(typeof(Dictionary<string, StoredCondition>))]
[JsonSourceGenerationOptions(WriteIndented = true, NewLine = "\n", UseStringEnumConverter = true)]
internal sealed partial class ConditionJson : JsonSerializerContext;

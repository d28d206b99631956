using System.Collections.Concurrent;
using System.Text.Json.Serialization;
using PgGitOps.Core.Ports;
using PgGitOps.Core.Sources;
using PgGitOps.State;

namespace PgGitOps.Reconciling;

/// <summary>How each cluster stands and since when, kept as evidence; tells what changes. Passes note in parallel.</summary>
internal sealed class ConditionBook(IEvidenceStore store, string repository, StateConditions conditions)
{
    public const string Series = "condition";

    private readonly ClusterSeries<StoredCondition> series = new(
        store,
        Series,
        "since when clusters stand as they do",
        repository,
        ConditionJson.Default.StoredCondition,
        conditions,
        _ => null
    );

    // As last noted in this process, with its latest message; what is kept moves only with what is news.
    private readonly ConcurrentDictionary<string, ClusterCondition> told = new(StringComparer.Ordinal);

    /// <summary>Every change that is still kept, of all clusters of this machine, oldest first. What cannot be read tells why.</summary>
    public static (IReadOnlyList<(string Cluster, DateTimeOffset At, ClusterCondition Condition)> Changes, string? Problem) All(
        IEvidenceStore store
    )
    {
        List<(string Cluster, DateTimeOffset At, ClusterCondition Condition)> changes = [];
        string? problem = null;
        foreach (var series in store.Named(Series))
        {
            switch (store.Read(series))
            {
                case EvidenceReading.Unreadable unreadable:
                    problem ??= unreadable.Reason;
                    break;
                case EvidenceReading.Found found:
                    changes.AddRange(
                        found.Entries.SelectMany(e =>
                            EvidenceBody.Parse(e, ConditionJson.Default.StoredCondition) is { } stored
                                ? [(series.Cluster, e.At, stored.ToCondition())]
                                : Array.Empty<(string, DateTimeOffset, ClusterCondition)>()
                        )
                    );
                    break;
            }
        }
        return ([.. changes.OrderBy(c => c.At).ThenBy(c => c.Cluster, StringComparer.Ordinal)], problem);
    }

    /// <summary>As last noted; not observed where it never was.</summary>
    public ClusterCondition Of(string cluster, DateTimeOffset now) =>
        told.GetValueOrDefault(cluster) ?? series.Latest(cluster)?.ToCondition() ?? ClusterCondition.NotObserved(now);

    /// <summary>Notes how a cluster stands and tells it where that is news: at the first time in a process, and where state, reason or what it speaks of is another.</summary>
    public ClusterCondition Note(string cluster, PassCondition found, DateTimeOffset now, IPassListener listener)
    {
        ClusterCondition? before = null;
        var after = new ClusterCondition(found.Reason, found.Message, found.Concerns, now);
        series.Update(
            cluster,
            now,
            known =>
            {
                before = known?.ToCondition();
                after = after with { Since = before is not null && before.State == after.State ? before.Since : now };
                return before is null || !after.Says(before) ? StoredCondition.Of(after) : null;
            }
        );
        var first = !told.ContainsKey(cluster);
        told[cluster] = after;
        if (before is { State: ConditionState.Suspended } && after.State != ConditionState.Suspended)
            listener.Hear(new PassEvent.ClusterResumed(cluster, before.Since));
        if (first || before is null || !after.Says(before))
            listener.Hear(new PassEvent.ConditionChanged(cluster, before, after));
        return after;
    }
}

internal sealed record StoredCondition(
    ConditionReason Reason,
    string Message,
    IReadOnlyList<string> Concerns,
    DateTimeOffset Since
)
{
    public static StoredCondition Of(ClusterCondition condition) =>
        new(condition.Reason, condition.Message, [.. condition.Concerns], condition.Since);

    public ClusterCondition ToCondition() => new(Reason, Message, Concerns.ToEquatableArray(), Since);
}

[JsonSerializable(typeof(StoredCondition))]
[JsonSourceGenerationOptions(UseStringEnumConverter = true)]
internal sealed partial class ConditionJson : JsonSerializerContext;

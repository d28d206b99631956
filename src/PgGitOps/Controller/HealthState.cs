using System.Text;
using System.Text.Json;
using PgGitOps.Reconciling;

namespace PgGitOps.Controller;

/// <summary>What the loop says of itself.</summary>
/// <remarks>Deadlines run on a clock that only goes forward; the wall clock is only shown.</remarks>
/// <param name="passWithin">The first pass of each cluster must complete within this time, or the loop counts as stuck.</param>
/// <param name="conditions">What is wrong with the state directory now; null when nobody keeps one.</param>
internal sealed class HealthState(TimeProvider time, TimeSpan passWithin, StateConditions? conditions = null)
{
    /// <summary>A cluster whose passes failed so often in a row is stuck.</summary>
    public const int StuckAfterFailures = 3;

    private readonly Lock gate = new();
    private readonly SortedDictionary<string, ClusterHealth> clusters = new(StringComparer.Ordinal);
    private readonly SortedDictionary<string, TimeSpan> deadlines = new(StringComparer.Ordinal);
    private readonly long startedAt = time.GetTimestamp();
    private DateTimeOffset? lastPassAt;
    private string? commit;
    private string? refused;
    private long passes;

    /// <param name="enforced">The revision in force.</param>
    /// <param name="refusedRevision">Why a newer revision is not in force, or null.</param>
    public void RevisionRead(string? enforced, string? refusedRevision)
    {
        lock (gate)
            (commit, refused) = (enforced, refusedRevision);
    }

    public void PassEnded(IEnumerable<ClusterHealth> results, TimeSpan nextPassWithin)
    {
        lock (gate)
        {
            lastPassAt = time.GetUtcNow();
            passes++;
            foreach (var result in results)
            {
                clusters[result.Cluster] = result;
                deadlines[result.Cluster] = Now + nextPassWithin;
            }
        }
    }

    /// <summary>A pass that is at a long step, such as a clone, is not stuck before that step is.</summary>
    public void StepBegun(string cluster, TimeSpan within)
    {
        lock (gate)
        {
            if (!deadlines.TryGetValue(cluster, out var deadline) || deadline < Now + within)
                deadlines[cluster] = Now + within;
        }
    }

    /// <summary>Every declared cluster has a deadline from now on; those no longer declared are forgotten.</summary>
    public void Keep(IReadOnlyCollection<string> declared)
    {
        lock (gate)
        {
            foreach (var gone in clusters.Keys.Concat(deadlines.Keys).Where(c => !declared.Contains(c)).ToList())
            {
                clusters.Remove(gone);
                deadlines.Remove(gone);
            }
            foreach (var cluster in declared)
                deadlines.TryAdd(cluster, Now + passWithin);
        }
    }

    private TimeSpan Now => time.GetElapsedTime(startedAt);

    public (bool Healthy, string Json) Report()
    {
        lock (gate)
        {
            var late = deadlines.Where(d => d.Value < Now).Select(d => d.Key).ToHashSet(StringComparer.Ordinal);
            var overdue = late.Count > 0 || (lastPassAt is null && Now > passWithin);
            var stuck = clusters.Values.Where(c => c.Failures >= StuckAfterFailures).Select(c => c.Cluster).ToList();
            var healthy = !overdue && stuck.Count == 0 && commit is not null && lastPassAt is not null;
            using var buffer = new MemoryStream();
            using (var json = new Utf8JsonWriter(buffer, new JsonWriterOptions { Indented = true, NewLine = "\n" }))
            {
                json.WriteStartObject();
                json.WriteString("status", healthy ? "ok" : lastPassAt is null && !overdue ? "starting" : "failing");
                json.WriteString("commit", commit);
                // A refused commit is the authors' business, not a reason to restart the loop: it is shown, and health stays.
                json.WriteString("refusedRevision", refused);
                json.WriteNumber("passes", passes);
                json.WriteString("lastPassAt", lastPassAt?.UtcDateTime.ToString("O", System.Globalization.CultureInfo.InvariantCulture));
                json.WriteBoolean("overdue", overdue);
                // Told, and no reason to restart the loop: observing goes on, and a restart would not make room.
                json.WriteStartArray("stateDirectory");
                foreach (var condition in conditions?.Standing ?? [])
                    json.WriteStringValue(condition);
                json.WriteEndArray();
                json.WriteStartArray("clusters");
                foreach (var cluster in clusters.Values)
                {
                    json.WriteStartObject();
                    json.WriteString("name", cluster.Cluster);
                    json.WriteString("state", cluster.State);
                    json.WriteNumber("failures", cluster.Failures);
                    json.WriteBoolean("overdue", late.Contains(cluster.Cluster));
                    json.WriteString("reason", cluster.Reason);
                    // A promise at risk is for people to hear of; restarting the loop would not mend it.
                    json.WriteStartArray("promises");
                    foreach (var promise in cluster.Promises)
                        json.WriteStringValue(promise);
                    json.WriteEndArray();
                    json.WriteEndObject();
                }
                json.WriteEndArray();
                json.WriteEndObject();
            }
            return (healthy, Encoding.UTF8.GetString(buffer.ToArray()));
        }
    }
}

internal sealed record ClusterHealth(string Cluster, string State, int Failures, string? Reason)
{
    /// <summary>Promises at risk or breached, one line each.</summary>
    public IReadOnlyList<string> Promises { get; init; } = [];
}

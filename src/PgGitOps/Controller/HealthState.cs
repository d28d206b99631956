using System.Text;
using System.Text.Json;

namespace PgGitOps.Controller;

/// <summary>What the loop says of itself.</summary>
/// <param name="PassWithin">A pass must complete within this time, or the loop counts as stuck.</param>
internal sealed class HealthState(TimeProvider time, TimeSpan passWithin)
{
    /// <summary>A cluster whose passes failed so often in a row is stuck.</summary>
    public const int StuckAfterFailures = 3;

    private readonly Lock gate = new();
    private readonly SortedDictionary<string, ClusterHealth> clusters = new(StringComparer.Ordinal);
    private readonly DateTimeOffset startedAt = time.GetUtcNow();
    private DateTimeOffset? lastPassAt;
    private TimeSpan within = passWithin;
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
            within = nextPassWithin;
            foreach (var result in results)
                clusters[result.Cluster] = result;
        }
    }

    /// <summary>Forgets clusters that are no longer declared.</summary>
    public void Keep(IReadOnlyCollection<string> declared)
    {
        lock (gate)
        {
            foreach (var gone in clusters.Keys.Where(c => !declared.Contains(c)).ToList())
                clusters.Remove(gone);
        }
    }

    public (bool Healthy, string Json) Report()
    {
        lock (gate)
        {
            var now = time.GetUtcNow();
            var overdue = now - (lastPassAt ?? startedAt) > within;
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
                json.WriteStartArray("clusters");
                foreach (var cluster in clusters.Values)
                {
                    json.WriteStartObject();
                    json.WriteString("name", cluster.Cluster);
                    json.WriteString("state", cluster.State);
                    json.WriteNumber("failures", cluster.Failures);
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

using System.Text;
using System.Text.Json;
using PgGitOps.Core.Ports;

namespace PgGitOps.Controller;

/// <summary>What the loop's events say of its health.</summary>
/// <remarks>Each cluster has a deadline of its own. Deadlines run on a clock that only goes forward; the wall clock is only shown.</remarks>
/// <param name="passWithin">The first pass of each cluster must complete within this time, or the cluster counts as stuck.</param>
internal sealed class HealthState(TimeProvider time, TimeSpan passWithin) : IPassListener
{
    /// <summary>A cluster whose passes failed so often in a row is stuck.</summary>
    public const int StuckAfterFailures = 3;

    private readonly Lock gate = new();
    private readonly SortedDictionary<string, ClusterHealth> clusters = new(StringComparer.Ordinal);
    private readonly SortedDictionary<string, string> state = new(StringComparer.Ordinal);
    private readonly long startedAt = time.GetTimestamp();
    private DateTimeOffset? lastPassAt;
    private string? commit;
    private string? refused;
    private long passes;

    private TimeSpan Now => time.GetElapsedTime(startedAt);

    public void Hear(PassEvent told)
    {
        lock (gate)
        {
            switch (told)
            {
                case PassEvent.RevisionAccepted e:
                    commit = e.Commit;
                    Keep(e.Clusters);
                    break;
                case PassEvent.RevisionRejected e:
                    (commit, refused) = (e.InForce, e.Message);
                    break;
                case PassEvent.RevisionNotFetched e:
                    (commit, refused) = (e.InForce, e.Message);
                    break;
                case PassEvent.RevisionCurrent e:
                    (commit, refused) = (e.InForce, null);
                    break;
                case PassEvent.StepBegun e:
                    // A pass that is at a long step, such as a clone, is not stuck before that step is.
                    var within = Now + e.Step.Timeout + ReconcileLoop.PassGrace;
                    With(e.Step.Cluster, c => c.Deadline < within ? c with { Deadline = within } : c);
                    break;
                case PassEvent.PassEnded e:
                    With(e.Cluster, c => c with { Condition = e.Condition });
                    break;
                case PassEvent.ConditionChanged e:
                    With(e.Cluster, c => c with { Condition = e.After });
                    break;
                case PassEvent.ObjectivesJudged e:
                    With(e.Cluster, c => c with { Objectives = e.Standing });
                    break;
                case PassEvent.PassScheduled e:
                    lastPassAt = time.GetUtcNow();
                    passes++;
                    With(e.Cluster, c => c with { Failures = e.Failures, Deadline = Now + e.Within });
                    break;
                case PassEvent.StateNotKept e:
                    state[e.Part] = e.Problem;
                    break;
                case PassEvent.StateKept e:
                    state.Remove(e.Part);
                    break;
            }
        }
    }

    private void With(string cluster, Func<ClusterHealth, ClusterHealth> change)
    {
        // The last word of a pass over a cluster that is not declared any more.
        if (clusters.TryGetValue(cluster, out var known))
            clusters[cluster] = change(known);
    }

    /// <summary>Every declared cluster has a deadline from now on; those no longer declared are forgotten.</summary>
    private void Keep(IReadOnlyCollection<string> declared)
    {
        foreach (var gone in clusters.Keys.Except(declared, StringComparer.Ordinal).ToList())
            clusters.Remove(gone);
        foreach (var cluster in declared)
            clusters.TryAdd(cluster, new(ClusterCondition.NotObserved(time.GetUtcNow()), 0, Now + passWithin, []));
    }

    public (bool Healthy, string Json) Report()
    {
        lock (gate)
        {
            var stuck = clusters
                .Where(c => IsLate(c.Value) || c.Value.Failures >= StuckAfterFailures)
                .Select(c => c.Key)
                .ToList();
            var overdue = clusters.Values.Any(IsLate) || (lastPassAt is null && Now > passWithin);
            var healthy = !overdue && stuck.Count == 0 && commit is not null && lastPassAt is not null;
            using var buffer = new MemoryStream();
            using (var json = new Utf8JsonWriter(buffer, new JsonWriterOptions { Indented = true, NewLine = "\n" }))
            {
                json.WriteStartObject();
                json.WriteString(
                    "status",
                    healthy ? "ok"
                        : lastPassAt is null && !overdue ? "starting"
                        : "failing"
                );
                json.WriteString("commit", commit);
                // A refused commit is the authors' business, not a reason to restart the loop: it is shown, and health stays.
                json.WriteString("refusedRevision", refused);
                json.WriteNumber("passes", passes);
                json.WriteString("lastPassAt", Moment(lastPassAt));
                json.WriteBoolean("overdue", overdue);
                WriteList(json, "stuck", stuck);
                // Told, and no reason to restart the loop: observing goes on, and a restart would not make room.
                WriteList(json, "stateDirectory", state.Values);
                json.WriteStartArray("clusters");
                foreach (var (name, cluster) in clusters)
                    Write(json, name, cluster, stuck.Contains(name));
                json.WriteEndArray();
                json.WriteEndObject();
            }
            return (healthy, Encoding.UTF8.GetString(buffer.ToArray()));
        }
    }

    private bool IsLate(ClusterHealth cluster) => cluster.Deadline < Now;

    private void Write(Utf8JsonWriter json, string name, ClusterHealth cluster, bool stuck)
    {
        json.WriteStartObject();
        json.WriteString("name", name);
        json.WriteBoolean("healthy", !stuck);
        json.WriteString("state", cluster.Condition.State.ToString());
        json.WriteString("reason", cluster.Condition.Reason.ToString());
        json.WriteString("message", cluster.Condition.Message);
        json.WriteString("since", Moment(cluster.Condition.Since));
        json.WriteNumber("failures", cluster.Failures);
        json.WriteBoolean("overdue", IsLate(cluster));
        // An objective at risk is for people to hear of; restarting the loop would not mend it.
        WriteList(json, "objectives", cluster.Objectives);
        json.WriteEndObject();
    }

    private static void WriteList(Utf8JsonWriter json, string name, IEnumerable<string> texts)
    {
        json.WriteStartArray(name);
        foreach (var text in texts)
            json.WriteStringValue(text);
        json.WriteEndArray();
    }

    private static string? Moment(DateTimeOffset? at) =>
        at?.UtcDateTime.ToString("O", System.Globalization.CultureInfo.InvariantCulture);

    private sealed record ClusterHealth(
        ClusterCondition Condition,
        int Failures,
        TimeSpan Deadline,
        IReadOnlyList<string> Objectives
    );
}

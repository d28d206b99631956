using System.Globalization;
using System.Text;
using System.Text.Json;
using PgGitOps.Core.Desired;
using PgGitOps.Core.Passes;
using PgGitOps.Core.Planning;
using PgGitOps.Core.Reporting.Plans;
using PgGitOps.Core.Reporting.Text;

namespace PgGitOps.Core.Reporting.Passes;

/// <summary>A pass for people and for programs.</summary>
public static class PassReport
{
    private const int NamedMax = 5;

    private const int ReasonIndent = 6;

    public static string Text(PassResult pass)
    {
        var text = new StringBuilder(
            ClusterAlertText.Of(
                pass.Standing.OrderBy(s => s.Key, StringComparer.Ordinal).Select(s => (s.Key, s.Value.Alert)),
                color: false
            )
        );
        foreach (var earlier in pass.Earlier)
            text.Append(
                CultureInfo.InvariantCulture,
                $"{earlier.Intent.Cluster}: {VisibleText.Of(earlier.Intent.Title)} was interrupted when a process ended at {earlier.Intent.At:yyyy-MM-dd HH:mm:ss}Z; verified: {OutcomeCheck.Word(earlier.Verdict)}\n"
            );
        foreach (var cluster in pass.Clusters)
        {
            text.Append(CultureInfo.InvariantCulture, $"{cluster.Cluster}: {VisibleText.Lines(Words(cluster), ReasonIndent)}\n");
            foreach (var step in cluster.Steps)
            {
                var reason = OutcomeText.Reason(step.Outcome) is { } why ? $": {VisibleText.Lines(why, ReasonIndent)}" : "";
                text.Append(
                    CultureInfo.InvariantCulture,
                    $"  {Mark(OutcomeText.Word(step.Outcome))} {VisibleText.Of(step.Step.Title)}{reason}\n"
                );
            }
            if (cluster.Recorded > 0)
                text.Append(
                    CultureInfo.InvariantCulture,
                    $"  = {cluster.Recorded} value(s) found as declared, recorded so that a later change of them is reported as drift\n"
                );
            if (pass.Left.TryGetValue(cluster.Cluster, out var left) && left.Count > 0)
                text.Append(CultureInfo.InvariantCulture, $"  still to do: {VisibleText.Of(string.Join("; ", left))}\n");
            Append(text, pass.Standing.GetValueOrDefault(cluster.Cluster));
        }
        var done = pass.Clusters.SelectMany(c => c.Steps).Count(s => OutcomeText.Holds(s.Outcome));
        text.Append(
            (done, pass.IsSettled) switch
            {
                (0, true) => $"nothing to do at {Short(pass.Plan.Commit)}\n",
                (0, false) => $"nothing was done at {Short(pass.Plan.Commit)}\n",
                _ => string.Create(
                    CultureInfo.InvariantCulture,
                    $"{done} step(s) done at {Short(pass.Plan.Commit)} in {pass.Took.TotalSeconds:0.0}s\n"
                ),
            }
        );
        return text.ToString();
    }

    /// <summary>Its schema: schemas/reports/pass.schema.json.</summary>
    public const string Format = "pggitops.dev/pass/v1";

    public static string Json(PassResult pass)
    {
        return JsonOutput.Text(json =>
        {
            json.WriteStartObject();
            json.WriteString("format", Format);
            json.WriteString("planId", pass.Plan.Id);
            json.WriteString("commit", pass.Plan.Commit);
            json.WriteBoolean("settled", pass.IsSettled);
            json.WriteNumber("milliseconds", Math.Round(pass.Took.TotalMilliseconds, 1));
            json.WriteNumber("processorMilliseconds", Math.Round(pass.Processor.TotalMilliseconds, 1));
            json.WriteStartArray("earlier");
            foreach (var earlier in pass.Earlier)
            {
                json.WriteStartObject();
                json.WriteString("cluster", earlier.Intent.Cluster);
                json.WriteString("step", earlier.Intent.StepId);
                json.WriteString("planId", earlier.Intent.PlanId);
                json.WriteString("at", earlier.Intent.At);
                json.WriteString("verdict", JsonOutput.Camel(earlier.Verdict.ToString()));
                json.WriteEndObject();
            }
            json.WriteEndArray();
            json.WriteStartArray("clusters");
            foreach (var cluster in pass.Clusters)
                Write(json, pass, cluster);
            json.WriteEndArray();
            json.WriteEndObject();
        });
    }

    /// <summary>What stays as it is, named; the rest of the story is drift's.</summary>
    private static void Append(StringBuilder text, ClusterPlan? standing)
    {
        foreach (var part in standing?.NotManaged ?? [])
            text.Append(CultureInfo.InvariantCulture, $"  ∅ {VisibleText.Of(part.ToString())}\n");
        foreach (
            var (mark, words, changes) in new[] { ('~', "not acted on", Open(standing)), ('!', "dangerous", Dangers(standing)) }
        )
        {
            if (changes.Count > 0)
                text.Append(
                    CultureInfo.InvariantCulture,
                    $"  {mark} {changes.Count} {words}: {VisibleText.Of(string.Join("; ", changes.Take(NamedMax).Select(Label)))}{(changes.Count > NamedMax ? "; …" : "")}; see pggitops drift\n"
                );
        }
    }

    /// <summary>Differences that are not for a step to mend.</summary>
    public static IReadOnlyList<Change> Open(ClusterPlan? plan) =>
        [
            .. plan?.Changes.Where(c =>
                c.NotActedOn is not null && c.Cause != ChangeCause.Undeclared && c.Treatment != FieldTreatment.Ignore
            ) ?? [],
        ];

    public static IReadOnlyList<Change> Dangers(ClusterPlan? plan) =>
        [.. plan?.Changes.Where(c => c.Cause == ChangeCause.Undeclared && c.Treatment != FieldTreatment.Ignore) ?? []];

    public static string Label(Change change) => PlanWords.Label(change.Key);

    /// <summary>How it stands with a cluster, in a few words.</summary>
    public static string Words(ClusterResult cluster)
    {
        var words = cluster.Ending switch
        {
            ClusterEnding.InSync => "in sync",
            ClusterEnding.Applied => "applied",
            ClusterEnding.Waiting => "waiting",
            ClusterEnding.Stopped => "stopped",
            ClusterEnding.Degraded => "degraded",
            ClusterEnding.Short => "degraded",
            ClusterEnding.Locked => "locked",
            ClusterEnding.Refused => "refused",
            ClusterEnding.Stale => "not applied, the plan is stale",
            ClusterEnding.Unreachable => "not reachable",
            ClusterEnding.Interrupted => "interrupted",
        };
        return cluster.Reason is null ? words : $"{words}: {cluster.Reason}";
    }

    private static void Write(Utf8JsonWriter json, PassResult pass, ClusterResult cluster)
    {
        json.WriteStartObject();
        json.WriteString("name", cluster.Cluster);
        json.WriteString("ending", JsonOutput.Camel(cluster.Ending.ToString()));
        json.WriteString("reason", cluster.Reason);
        json.WriteNumber("recorded", cluster.Recorded);
        ClusterAlertText.Write(json, pass.Standing.GetValueOrDefault(cluster.Cluster)?.Alert);
        json.WriteStartArray("steps");
        foreach (var step in cluster.Steps)
        {
            json.WriteStartObject();
            json.WriteString("id", step.Step.Id);
            json.WriteString("title", step.Step.Title);
            json.WriteString("outcome", OutcomeText.Word(step.Outcome));
            json.WriteString("reason", OutcomeText.Reason(step.Outcome));
            json.WriteEndObject();
        }
        json.WriteEndArray();
        json.WriteStartArray("left");
        foreach (var left in pass.Left.TryGetValue(cluster.Cluster, out var titles) ? titles : [])
            json.WriteStringValue(left);
        json.WriteEndArray();
        var standing = pass.Standing.GetValueOrDefault(cluster.Cluster);
        NotManagedText.Write(json, standing?.NotManaged ?? []);
        foreach (var (name, changes) in new[] { ("open", Open(standing)), ("dangers", Dangers(standing)) })
        {
            json.WriteStartArray(name);
            foreach (var change in changes)
                json.WriteStringValue(Label(change));
            json.WriteEndArray();
        }
        json.WriteEndObject();
    }

    private static string Mark(string word) =>
        word switch
        {
            "done" => "✓",
            "alreadyTrue" => "=",
            "skipped" => "·",
            _ => "✗ " + word,
        };

    private static string Short(string commit) => commit.Length > 10 ? commit[..10] : commit;
}

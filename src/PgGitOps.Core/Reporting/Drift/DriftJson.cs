using System.Buffers;
using System.Text.Json;
using PgGitOps.Core.Reporting.Text;

namespace PgGitOps.Core.Reporting.Drift;

/// <summary>Drift for programs. Shape: schemas/reports/drift.schema.json.</summary>
public static class DriftJson
{
    public const string Format = "pggitops.dev/drift/v1";

    public static ReadOnlyMemory<byte> Write(DriftReport report)
    {
        var buffer = new ArrayBufferWriter<byte>(8 * 1024);
        using (var json = new Utf8JsonWriter(buffer, JsonOutput.Options))
        {
            json.WriteStartObject();
            json.WriteString("format", Format);
            json.WriteString("commit", report.Commit);
            json.WriteString("at", JsonOutput.Moment(report.At));
            json.WriteBoolean("drift", report.HasDrift);
            json.WriteStartArray("clusters");
            foreach (var cluster in report.Clusters)
                Write(json, cluster);
            json.WriteEndArray();
            LiveRuleOutput.Write(json, report.Rules);
            json.WriteEndObject();
        }
        buffer.Write("\n"u8);
        return buffer.WrittenMemory;
    }

    private static void Write(Utf8JsonWriter json, ClusterDrift cluster)
    {
        json.WriteStartObject();
        json.WriteString("cluster", cluster.Cluster);
        json.WriteString("mode", JsonOutput.Camel(cluster.Mode.ToString()));
        ClusterAlertText.Write(json, cluster.Alert);
        json.WriteStartArray("items");
        foreach (var item in cluster.Items)
            Write(json, item);
        json.WriteEndArray();
        json.WriteStartArray("refusals");
        foreach (var refusal in cluster.Refusals)
        {
            json.WriteStartObject();
            json.WriteString("rule", refusal.RuleId);
            json.WriteString("message", refusal.Message);
            json.WriteString("hint", refusal.Hint);
            json.WritePlace("because", refusal.Because);
            json.WriteEndObject();
        }
        json.WriteEndArray();
        json.WriteStartArray("unknowns");
        foreach (var unknown in cluster.Unknowns)
            json.WriteStringValue(unknown);
        json.WriteEndArray();
        NotManagedText.Write(json, cluster.NotManaged);
        json.WriteEndObject();
    }

    private static void Write(Utf8JsonWriter json, DriftItem item)
    {
        var change = item.Change;
        json.WriteStartObject();
        json.WriteString("object", change.Key.Object.ToString());
        json.WriteString("field", change.Key.Field.ToString());
        json.WriteString("cause", JsonOutput.Camel(change.Cause.ToString()));
        json.WriteString("treatment", JsonOutput.Camel(change.Treatment.ToString()));
        json.WriteString("severity", JsonOutput.Camel(item.Severity.ToString()));
        json.WriteString("live", change.Live?.Display);
        json.WriteString("desired", change.Desired?.Display);
        json.WriteString("since", JsonOutput.Moment(item.Since));
        json.WriteString("where", item.Where);
        json.WritePlace("because", change.Because);
        json.WriteString("danger", change.Danger);
        json.WriteString("next", item.Next);
        json.WriteString("when", item.When is { } when ? JsonOutput.Moment(when) : null);
        json.WriteString("step", item.StepId);
        json.WriteEndObject();
    }
}

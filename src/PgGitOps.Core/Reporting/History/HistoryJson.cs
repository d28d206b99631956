using System.Text.Json;
using System.Text.Json.Serialization;
using PgGitOps.Core.Passes;
using PgGitOps.Core.Ports;
using PgGitOps.Core.Reporting.Text;

namespace PgGitOps.Core.Reporting.History;

/// <summary>A history for programs: a list whose items are runs, each a list of the entries of its journal, and changes, each a list of one.</summary>
public static class HistoryJson
{
    public static string Write(HistoryReport report) =>
        JsonOutput.Text(json =>
        {
            json.WriteStartArray();
            foreach (var item in report.Items)
                item.Match(
                    run =>
                    {
                        JsonSerializer.Serialize(json, [.. run.Entries], JournalJson.Lines.JournalEntryArray);
                        return true;
                    },
                    change =>
                    {
                        JsonSerializer.Serialize(json, [ConditionLine.Of(change)], HistoryTypes.Default.ConditionLineArray);
                        return true;
                    }
                );
            json.WriteEndArray();
        });
}

/// <summary>A change of how a cluster stands, among the runs.</summary>
internal sealed record ConditionLine(
    string Kind,
    DateTimeOffset At,
    string Cluster,
    ConditionState State,
    ConditionReason Reason,
    string Message,
    IReadOnlyList<string> Concerns,
    DateTimeOffset Since
)
{
    public static ConditionLine Of(HistoryItem.Change change) =>
        new(
            "Condition",
            change.At,
            change.Cluster,
            change.Condition.State,
            change.Condition.Reason,
            change.Condition.Message,
            [.. change.Condition.Concerns],
            change.Condition.Since
        );
}

[JsonSerializable(typeof(ConditionLine[]))]
[JsonSourceGenerationOptions(UseStringEnumConverter = true, PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase)]
internal sealed partial class HistoryTypes : JsonSerializerContext;

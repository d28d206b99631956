using System.Globalization;
using System.Text;
using System.Text.Json;
using PgGitOps.Core.Policies;
using PgGitOps.Core.Proofs.Faults;
using PgGitOps.Core.Proofs.Live;
using PgGitOps.Core.Proofs.Verdicts;
using PgGitOps.Core.Reporting.Text;

namespace PgGitOps.Core.Reporting.Proofs;

/// <summary>Promises as they are now: documents and live evidence together. JSON: <c>schemas/reports/prove-live.schema.json</c>.</summary>
public static class ProveLive
{
    /// <param name="rules">Null where no rule speaks of live clusters.</param>
    public static string Text(IReadOnlyList<LiveContext> contexts, LiveRuleReport? rules = null)
    {
        if (contexts.Count == 0)
            return $"no context declares a recovery policy\n{LiveRuleOutput.Text(rules)}";
        var text = new StringBuilder();
        foreach (var context in contexts)
        {
            text.Append(
                $"{(text.Length > 0 ? "\n" : "")}{ProveText.Mark(context.Verdict)} {context.Name} on {context.Proof.Policy.Cluster.Value}: {context.Verdict.Title()}\n"
            );
            Cells(context, text, "  ");
            foreach (var line in context.Seen)
                text.Append($"    seen: {VisibleText.Of(line)}\n");
        }
        text.Append("\n+ met   ~ unproven   ? unknown   ! at risk   X breached or impossible   . not claimed\n");
        if (rules is not null)
            text.Append('\n').Append(LiveRuleOutput.Text(rules));
        return text.ToString();
    }

    internal static void Cells(LiveContext context, StringBuilder text, string indent)
    {
        var width = context.Cells.Count == 0 ? 0 : context.Cells.Max(c => c.Static.Scenario.Title().Length);
        foreach (var cell in context.Cells)
            text.Append(
                $"{indent}{ProveText.Mark(cell.Live.Verdict)} {cell.Static.Scenario.Title().PadRight(width)}  {cell.Live.Verdict.Title()}: {VisibleText.Of(cell.Live.Because)}\n"
            );
    }

    /// <summary>One line a context that is at risk or worse, for a glance at the fleet.</summary>
    public static IEnumerable<string> Alarms(LiveContext context) =>
        context
            .Alarms.GroupBy(c => (c.Live.Verdict, c.Live.Because))
            .Select(g =>
                $"{context.Name} {g.Key.Verdict.Title()} ({string.Join(", ", g.Select(c => c.Static.Scenario.Title()))}): {VisibleText.Of(g.Key.Because)}"
            );

    public static string Json(DateTimeOffset at, IReadOnlyList<LiveContext> contexts, LiveRuleReport? rules = null) =>
        JsonOutput.Write(json =>
        {
            json.WriteStartObject();
            json.WriteString("format", "pggitops.dev/prove-live/v1");
            json.WriteString("at", at.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss.fff'Z'", CultureInfo.InvariantCulture));
            json.WriteStartArray("contexts");
            foreach (var context in contexts)
                Write(json, context);
            json.WriteEndArray();
            LiveRuleOutput.Write(json, rules);
            json.WriteEndObject();
        });

    public static void Write(Utf8JsonWriter json, LiveContext context)
    {
        json.WriteStartObject();
        json.WriteString("context", context.Name);
        json.WriteString("cluster", context.Proof.Policy.Cluster.Value);
        json.WriteString("verdict", Word(context.Verdict));
        json.WriteStartArray("scenarios");
        foreach (var cell in context.Cells)
        {
            json.WriteStartObject();
            json.WriteString("scenario", cell.Static.Scenario.Id());
            json.WriteString("verdict", Word(cell.Live.Verdict));
            json.WriteString("documents", Word(cell.Static.Verdict));
            json.WriteString("because", cell.Live.Because);
            json.WriteString("evidence", Word(cell.Live.Class));
            json.WriteEndObject();
        }
        json.WriteEndArray();
        json.WriteStartArray("seen");
        foreach (var line in context.Seen)
            json.WriteStringValue(line);
        json.WriteEndArray();
        json.WriteEndObject();
    }

    private static string Word<T>(T value)
        where T : struct, Enum => char.ToLowerInvariant($"{value}"[0]) + $"{value}"[1..];
}

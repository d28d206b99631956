using System.Buffers;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using PgGitOps.Core.Desired;
using PgGitOps.Core.Ownership;
using PgGitOps.Core.Planning;
using PgGitOps.Core.Policies;
using PgGitOps.Core.Reporting.Diagnostics;
using PgGitOps.Core.Reporting.Plans;
using PgGitOps.Core.Reporting.Text;
using PgGitOps.Core.Sources;

namespace PgGitOps.Core.Reporting.Drift;

/// <summary>Drift as SARIF 2.1.0: each difference at the place in Git that it contradicts.</summary>
public static class DriftSarif
{
    private static readonly (string Id, ChangeCause Cause, string Text)[] Rules =
    [
        ("PGD001", ChangeCause.Drift, "Reality moved away from what Git says."),
        ("PGD002", ChangeCause.Conflict, "Git and reality both moved, to different values."),
        ("PGD003", ChangeCause.Intent, "Git moved; reality has not followed yet."),
        ("PGD004", ChangeCause.Initial, "Declared, and never applied."),
        ("PGD005", ChangeCause.Undeclared, "Dangerous, and declared by nobody."),
        ("PGD006", ChangeCause.Unknown, "Differs, and what was applied last could not be read."),
    ];

    private static readonly (string Id, string Text) NotManagedRule = (
        "PGD007",
        "Declared, and not managed: its owner is not operated by this version."
    );

    public static ReadOnlyMemory<byte> Write(DriftReport report)
    {
        var buffer = new ArrayBufferWriter<byte>(8 * 1024);
        using (var json = new Utf8JsonWriter(buffer, JsonOutput.Options))
        {
            json.WriteStartObject();
            json.WriteString("$schema", "https://json.schemastore.org/sarif-2.1.0.json");
            json.WriteString("version", "2.1.0");
            json.WriteStartArray("runs");
            json.WriteStartObject();
            json.WriteStartObject("tool");
            json.WriteStartObject("driver");
            json.WriteString("name", "pggitops drift");
            json.WriteStartArray("rules");
            foreach (var (id, text) in Rules.Select(r => (r.Id, r.Text)).Append(NotManagedRule))
            {
                json.WriteStartObject();
                json.WriteString("id", id);
                Message(json, "shortDescription", text);
                json.WriteEndObject();
            }
            foreach (var rule in Told(report.Rules))
            {
                json.WriteStartObject();
                json.WriteString("id", rule.Id);
                Message(json, "shortDescription", rule.Title);
                json.WriteEndObject();
            }
            json.WriteEndArray();
            json.WriteEndObject();
            json.WriteEndObject();
            json.WriteStartArray("results");
            foreach (var cluster in report.Clusters)
            {
                foreach (var item in cluster.Items)
                    Write(json, item);
                foreach (var part in cluster.NotManaged)
                    Write(json, cluster.Cluster, part);
            }
            foreach (var finding in report.Rules?.Findings ?? [])
                Write(json, finding);
            json.WriteEndArray();
            json.WriteEndObject();
            json.WriteEndArray();
            json.WriteEndObject();
        }
        buffer.Write("\n"u8);
        return buffer.WrittenMemory;
    }

    private static void Write(Utf8JsonWriter json, DriftItem item)
    {
        var change = item.Change;
        var text =
            $"{change.Key.Cluster}: {PlanWords.Label(change.Key)} is {DriftText.Values(change)}{(change.Danger is { } danger ? $"; {danger}" : "")}. Next: {item.Next}.";
        json.WriteStartObject();
        json.WriteString("ruleId", Array.Find(Rules, r => r.Cause == change.Cause).Id);
        json.WriteString("level", DiagnosticsReport.Word(item.Severity));
        Message(json, "message", PlanEscapes.Terminal(text));
        json.WriteStartArray("locations");
        json.WriteStartObject();
        if (change.Because is { } at)
            Place(json, at);
        json.WriteStartArray("logicalLocations");
        json.WriteStartObject();
        json.WriteString("fullyQualifiedName", change.Key.ToString());
        json.WriteEndObject();
        json.WriteEndArray();
        json.WriteEndObject();
        json.WriteEndArray();
        json.WriteStartObject("partialFingerprints");
        json.WriteString("facet/v1", Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(change.Key.ToString()))));
        json.WriteEndObject();
        json.WriteEndObject();
    }

    /// <summary>What a document asks for and nobody here keeps, at its place in Git.</summary>
    private static void Write(Utf8JsonWriter json, string cluster, NotManaged part)
    {
        json.WriteStartObject();
        json.WriteString("ruleId", NotManagedRule.Id);
        json.WriteString("level", DiagnosticsReport.Word(Severity.Warning));
        Message(json, "message", PlanEscapes.Terminal($"{cluster}: {part}."));
        json.WriteStartArray("locations");
        json.WriteStartObject();
        Place(json, part.At);
        json.WriteEndObject();
        json.WriteEndArray();
        json.WriteStartObject("partialFingerprints");
        json.WriteString(
            "part/v1",
            Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes($"{cluster}\n{part.What}\n{part.Owner}")))
        );
        json.WriteEndObject();
        json.WriteEndObject();
    }

    /// <summary>A rule's finding on live clusters, at its place in Git.</summary>
    private static void Write(Utf8JsonWriter json, Diagnostic finding)
    {
        json.WriteStartObject();
        json.WriteString("ruleId", finding.RuleId);
        json.WriteString("level", DiagnosticsReport.Word(finding.Severity));
        Message(
            json,
            "message",
            PlanEscapes.Terminal(finding.Hint is { } hint ? $"{finding.Message} Hint: {hint}." : finding.Message)
        );
        json.WriteStartArray("locations");
        json.WriteStartObject();
        Place(json, finding.Span);
        json.WriteEndObject();
        json.WriteEndArray();
        json.WriteStartObject("partialFingerprints");
        // What is seen changes from look to look; the finding is the same one.
        json.WriteString(
            "finding/v1",
            Convert.ToHexStringLower(
                SHA256.HashData(
                    Encoding.UTF8.GetBytes($"{finding.RuleId}\n{finding.Document}\n{finding.Field}\n{finding.Span.Path}")
                )
            )
        );
        json.WriteEndObject();
        json.WriteEndObject();
    }

    /// <summary>The rules that were asked, and what kept them from it.</summary>
    private static IEnumerable<DiagnosticRule> Told(LiveRuleReport? rules) =>
        rules is null ? [] : rules.Asked.Concat(RuleFindings.All.Where(r => rules.Findings.Any(f => f.RuleId == r.Id)));

    private static void Place(Utf8JsonWriter json, SourceSpan at)
    {
        json.WriteStartObject("physicalLocation");
        json.WriteStartObject("artifactLocation");
        json.WriteString("uri", string.Join('/', at.Path.Split('/').Select(Uri.EscapeDataString)));
        json.WriteEndObject();
        if (at.Line > 0)
        {
            json.WriteStartObject("region");
            json.WriteNumber("startLine", at.Line);
            json.WriteNumber("startColumn", at.Column);
            if (at.EndColumn > at.Column)
                json.WriteNumber("endColumn", at.EndColumn);
            json.WriteEndObject();
        }
        json.WriteEndObject();
    }

    private static void Message(Utf8JsonWriter json, string name, string text)
    {
        json.WriteStartObject(name);
        json.WriteString("text", text);
        json.WriteEndObject();
    }
}

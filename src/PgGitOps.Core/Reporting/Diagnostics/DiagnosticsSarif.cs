using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using PgGitOps.Core.Desired;
using PgGitOps.Core.Reporting.Text;
using PgGitOps.Core.Sources;

namespace PgGitOps.Core.Reporting.Diagnostics;

/// <summary>Findings as SARIF 2.1.0, for code scanning.</summary>
public static class DiagnosticsSarif
{
    public static string Write(DiagnosticsReport report)
    {
        var rules = RulesOf(report);
        var fingerprints = new Dictionary<string, int>(StringComparer.Ordinal);
        return JsonOutput.Write(json =>
        {
            json.WriteStartObject();
            json.WriteString("$schema", "https://json.schemastore.org/sarif-2.1.0.json");
            json.WriteString("version", "2.1.0");
            json.WriteStartArray("runs");
            json.WriteStartObject();
            WriteTool(json, rules);
            json.WriteString("columnKind", "unicodeCodePoints");
            json.WriteStartArray("results");
            foreach (var finding in report.Findings)
                WriteResult(json, finding, rules, fingerprints);
            json.WriteEndArray();
            json.WriteStartObject("properties");
            json.WriteString("commit", report.Revision.CommitId);
            json.WriteEndObject();
            json.WriteEndObject();
            json.WriteEndArray();
            json.WriteEndObject();
        });
    }

    // Only rules that were met: a viewer lists them all beside the results.
    private static List<DiagnosticRule> RulesOf(DiagnosticsReport report) =>
        report
            .Findings.Select(f =>
                report.Rules.FirstOrDefault(r => r.Id == f.RuleId) ?? new DiagnosticRule(f.RuleId, f.RuleId, f.RuleId, f.Severity)
            )
            .DistinctBy(r => r.Id)
            .OrderBy(r => r.Id, StringComparer.Ordinal)
            .ToList();

    private static void WriteTool(Utf8JsonWriter json, List<DiagnosticRule> rules)
    {
        json.WriteStartObject("tool");
        json.WriteStartObject("driver");
        json.WriteString("name", "pggitops");
        json.WriteString("semanticVersion", typeof(DiagnosticsSarif).Assembly.GetName().Version!.ToString(3));
        json.WriteStartArray("rules");
        foreach (var rule in rules)
        {
            json.WriteStartObject();
            json.WriteString("id", rule.Id);
            WriteText(json, "shortDescription", rule.Title);
            WriteText(json, "fullDescription", rule.Help);
            WriteText(json, "help", rule.Help);
            json.WriteStartObject("defaultConfiguration");
            json.WriteString("level", DiagnosticsReport.Word(rule.Severity));
            json.WriteEndObject();
            json.WriteEndObject();
        }
        json.WriteEndArray();
        json.WriteEndObject();
        json.WriteEndObject();
    }

    private static void WriteResult(
        Utf8JsonWriter json,
        Diagnostic finding,
        List<DiagnosticRule> rules,
        Dictionary<string, int> fingerprints
    )
    {
        json.WriteStartObject();
        json.WriteString("ruleId", finding.RuleId);
        json.WriteNumber("ruleIndex", rules.FindIndex(r => r.Id == finding.RuleId));
        json.WriteString("level", DiagnosticsReport.Word(finding.Severity));
        WriteText(json, "message", VisibleText.Of(finding.Hint is null ? finding.Message : $"{finding.Message}; {finding.Hint}"));
        json.WriteStartArray("locations");
        json.WriteStartObject();
        json.WriteStartObject("physicalLocation");
        json.WriteStartObject("artifactLocation");
        json.WriteString("uri", string.Join('/', finding.Span.Path.Split('/').Select(Uri.EscapeDataString)));
        json.WriteString("uriBaseId", "%SRCROOT%");
        json.WriteEndObject();
        if (finding.Span.Line > 0)
        {
            json.WriteStartObject("region");
            json.WriteNumber("startLine", finding.Span.Line);
            json.WriteNumber("startColumn", finding.Span.Column);
            json.WriteNumber("endColumn", finding.Span.EndColumn);
            json.WriteEndObject();
        }
        json.WriteEndObject();
        if (finding.Document is { } document)
        {
            json.WriteStartArray("logicalLocations");
            json.WriteStartObject();
            json.WriteString("fullyQualifiedName", finding.Field is null ? document : $"{document}#{finding.Field}");
            json.WriteEndObject();
            json.WriteEndArray();
        }
        json.WriteEndObject();
        json.WriteEndArray();
        json.WriteStartObject("partialFingerprints");
        json.WriteString("pggitops/v1", Fingerprint(finding, fingerprints));
        json.WriteEndObject();
        json.WriteEndObject();
    }

    // Without the line, so that a finding stays the same one when text above it grows.
    private static string Fingerprint(Diagnostic finding, Dictionary<string, int> seen)
    {
        var text = string.Join('\n', finding.RuleId, finding.Span.Path, finding.Document, finding.Field, finding.Message);
        var hash = Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(text)))[..32];
        var count = seen[hash] = seen.GetValueOrDefault(hash) + 1;
        return string.Create(CultureInfo.InvariantCulture, $"{hash}:{count}");
    }

    private static void WriteText(Utf8JsonWriter json, string name, string text)
    {
        json.WriteStartObject(name);
        json.WriteString("text", text);
        json.WriteEndObject();
    }
}

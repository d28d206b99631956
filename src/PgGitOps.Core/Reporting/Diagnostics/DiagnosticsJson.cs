using System.Text.Json;
using PgGitOps.Core.Reporting.Text;
using PgGitOps.Core.Sources;

namespace PgGitOps.Core.Reporting.Diagnostics;

/// <summary>Findings for programs; the shape is stated by <c>schemas/reports/diagnostics.schema.json</c>.</summary>
public static class DiagnosticsJson
{
    public const string Format = "pggitops.dev/diagnostics/v1";

    public static string Write(DiagnosticsReport report) =>
        JsonOutput.Write(json =>
        {
            json.WriteStartObject();
            json.WriteString("format", Format);
            json.WriteString("commit", report.Revision.CommitId);
            json.WriteStartObject("summary");
            json.WriteNumber("errors", report.Count(Severity.Error));
            json.WriteNumber("warnings", report.Count(Severity.Warning));
            json.WriteNumber("notes", report.Count(Severity.Note));
            json.WriteEndObject();
            json.WriteStartArray("findings");
            foreach (var finding in report.Findings)
                Write(json, finding);
            json.WriteEndArray();
            json.WriteEndObject();
        });

    internal static void Write(Utf8JsonWriter json, Diagnostic finding)
    {
        json.WriteStartObject();
        json.WriteString("severity", DiagnosticsReport.Word(finding.Severity));
        json.WriteString("rule", finding.RuleId);
        json.WriteString("message", finding.Message);
        json.WriteOptional("hint", finding.Hint);
        json.WriteString("path", finding.Span.Path);
        json.WriteNumber("line", finding.Span.Line);
        json.WriteNumber("column", finding.Span.Column);
        json.WriteNumber("endColumn", finding.Span.EndColumn);
        json.WriteOptional("document", finding.Document);
        json.WriteOptional("field", finding.Field);
        json.WriteEndObject();
    }
}

using System.Text;
using PgGitOps.Core.Reporting.Text;

namespace PgGitOps.Core.Reporting.Diagnostics;

/// <summary>Findings as a table for a pull request.</summary>
public static class DiagnosticsMarkdown
{
    public static string Write(DiagnosticsReport report)
    {
        var text = new StringBuilder("### Documents: ").Append(report.Summary()).Append('\n');
        if (report.Findings.Count == 0)
            return text.ToString();
        text.Append("\n| Severity | Place | Rule | Finding |\n|---|---|---|---|\n");
        foreach (var finding in report.Findings)
        {
            text.Append("| ")
                .Append(DiagnosticsReport.Word(finding.Severity))
                .Append(" | ")
                .Append(MarkdownText.Code(finding.Span.ToString()))
                .Append(" | ")
                .Append(finding.RuleId)
                .Append(" | ")
                .Append(MarkdownText.Escape(finding.Message));
            if (finding.Hint is { } hint)
                text.Append("<br>").Append(MarkdownText.Escape(hint));
            text.Append(" |\n");
        }
        return text.ToString();
    }
}

using PgGitOps.Core.Desired;
using PgGitOps.Core.Proofs.Verdicts;
using PgGitOps.Core.Reporting.Diagnostics;
using PgGitOps.Core.Sources;

namespace PgGitOps.Cli.Output;

/// <summary>Findings about documents in the asked-for form.</summary>
internal static class DiagnosticOutput
{
    public static readonly OutputFormat[] Formats =
    [
        OutputFormat.Text,
        OutputFormat.Json,
        OutputFormat.Markdown,
        OutputFormat.Sarif,
        OutputFormat.Junit,
        OutputFormat.Github,
    ];

    public static void Write(
        Invocation invocation,
        SourceTree tree,
        IEnumerable<Diagnostic> findings,
        IEnumerable<DiagnosticRule>? rules = null
    )
    {
        var format = invocation.Format(Formats);
        var report = new DiagnosticsReport(tree, findings, ClaimRuleList.All.Concat(rules ?? []));
        invocation.Write(
            format switch
            {
                OutputFormat.Json => DiagnosticsJson.Write(report),
                OutputFormat.Markdown => DiagnosticsMarkdown.Write(report),
                OutputFormat.Sarif => DiagnosticsSarif.Write(report),
                OutputFormat.Junit => DiagnosticsJUnit.Write(report),
                OutputFormat.Github => DiagnosticsGitHub.Write(report),
                _ => DiagnosticsText.Write(report, invocation.Color),
            },
            () => DiagnosticsJson.Write(report)
        );
    }

    /// <summary>For commands whose stdout is another report: the findings go to stderr, as text.</summary>
    public static void WriteError(Invocation invocation, SourceTree tree, IEnumerable<Diagnostic> findings) =>
        invocation.WriteError(DiagnosticsText.Write(new DiagnosticsReport(tree, findings, ClaimRuleList.All)).TrimEnd('\n'));
}

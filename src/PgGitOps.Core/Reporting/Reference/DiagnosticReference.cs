using System.Text;
using PgGitOps.Core.Desired;
using PgGitOps.Core.Proofs.Verdicts;
using PgGitOps.Core.Reporting.Diagnostics;
using PgGitOps.Core.Reporting.Text;

namespace PgGitOps.Core.Reporting.Reference;

/// <summary>The page that lists every finding by id.</summary>
public static class DiagnosticReference
{
    public const string FileName = "diagnostics.md";

    public static string ToMarkdown()
    {
        var text = new StringBuilder(
            """
            # Findings

            A finding reads `path:line:column: severity RULE: message`. Lines and columns count from 1; a column counts Unicode
            code points, so that an emoji is one. A value that stands behind an alias is reported where its anchor stands. Every
            output format shows the same findings in the same order, and all of them at once: only what a broken document refers
            to itself waits until it is mended.

            Limits: a file has at most 1 MiB, nests 100 levels, and its aliases expand to at most 10,000 values a document.
            Anchors, aliases and merge keys are read; tags are refused. `on`, `off`, `yes` and `no` are text, as in YAML 1.2.


            """
        );
        Append(text, "YAML", DocumentRules.All.Where(r => r.Id.StartsWith("PGY", StringComparison.Ordinal)));
        Append(text, "Schemas", DocumentRules.All.Where(r => r.Id.StartsWith("PGS", StringComparison.Ordinal)));
        Append(text, "References", ReferenceRules.All);
        Append(text, "Rules, settings and waivers", Policies.RuleFindings.All);
        Append(text, "Claims", ClaimRuleList.All);
        return text.ToString().TrimEnd() + "\n";
    }

    private static void Append(StringBuilder text, string heading, IEnumerable<DiagnosticRule> rules)
    {
        text.Append("## ").Append(heading).Append("\n\n| Id | Severity | Finding | Why, and what to do |\n|---|---|---|---|\n");
        foreach (var rule in rules.OrderBy(r => r.Id, StringComparer.Ordinal))
        {
            text.Append("| ")
                .Append(rule.Id)
                .Append(" | ")
                .Append(DiagnosticsReport.Word(rule.Severity))
                .Append(" | ")
                .Append(MarkdownText.Escape(rule.Title))
                .Append(" | ")
                .Append(MarkdownText.Escape(rule.Help))
                .Append(" |\n");
        }
        text.Append('\n');
    }
}

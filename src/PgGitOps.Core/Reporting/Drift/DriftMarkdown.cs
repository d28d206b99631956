using System.Globalization;
using System.Text;
using PgGitOps.Core.Reporting.Diagnostics;
using PgGitOps.Core.Reporting.Plans;
using PgGitOps.Core.Reporting.Text;

namespace PgGitOps.Core.Reporting.Drift;

/// <summary>Drift as a table for an issue or a chat.</summary>
public static class DriftMarkdown
{
    public static string Render(DriftReport report)
    {
        var text = new StringBuilder();
        text.Append(
            CultureInfo.InvariantCulture,
            $"### Drift at `{PlanWords.Short(report.Commit)}`, {PlanWords.Moment(report.At)}\n\n"
        );
        foreach (var cluster in report.Clusters.Where(c => c.Alert is not null))
            text.Append(ClusterAlertText.Markdown(cluster.Cluster, cluster.Alert!));
        foreach (var cluster in report.Clusters)
        {
            text.Append(CultureInfo.InvariantCulture, $"**{Safe(cluster.Cluster)}**: {DriftText.Summary(cluster)}\n\n");
            if (cluster.Items.Count > 0)
            {
                text.Append("| what | live | Git | cause | since | next |\n|---|---|---|---|---|---|\n");
                foreach (var item in cluster.Items)
                {
                    var change = item.Change;
                    var danger = change.Danger is { } d ? $"<br>{Safe(d)}" : "";
                    text.Append(
                        CultureInfo.InvariantCulture,
                        $"| {Safe(PlanWords.Label(change.Key))}{danger} | {Safe(change.Live?.Display ?? "")} | {Safe(change.Desired?.Display ?? "")} | {PlanWords.Word(change.Cause)} | {PlanWords.Moment(item.Since)} | {Safe(item.Next)} |\n"
                    );
                }
                text.Append('\n');
            }
            foreach (var refusal in cluster.Refusals)
                text.Append(CultureInfo.InvariantCulture, $"- ✗ {refusal.RuleId} {Safe(refusal.Message)}\n");
            foreach (var part in cluster.NotManaged)
                text.Append(CultureInfo.InvariantCulture, $"- ∅ {Safe(part.ToString())}\n");
            foreach (var unknown in cluster.Unknowns)
                text.Append(CultureInfo.InvariantCulture, $"- ? unknown: {Safe(unknown)}\n");
            if (cluster.Refusals.Count + cluster.NotManaged.Count + cluster.Unknowns.Count > 0)
                text.Append('\n');
        }
        if (report.Rules is { } rules)
        {
            text.Append(CultureInfo.InvariantCulture, $"**Live rules**: {LiveRuleOutput.Summary(rules)}\n\n");
            foreach (var finding in rules.Findings)
                text.Append(
                    CultureInfo.InvariantCulture,
                    $"- {LiveRuleOutput.Mark(finding.Severity)} {DiagnosticsReport.Word(finding.Severity)} {finding.RuleId} at {MarkdownText.Code(finding.Span.ToString())}: {Safe(finding.Message)}{(finding.Hint is { } hint ? $"<br>{Safe(hint)}" : "")}\n"
                );
        }
        return text.ToString().TrimEnd() + "\n";
    }

    private static string Safe(string text) => PlanEscapes.Markdown(text);
}

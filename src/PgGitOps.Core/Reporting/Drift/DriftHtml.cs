using System.Globalization;
using System.Text;
using PgGitOps.Core.Policies;
using PgGitOps.Core.Reporting.Diagnostics;
using PgGitOps.Core.Reporting.Plans;
using PgGitOps.Core.Reporting.Text;
using PgGitOps.Core.Sources;

namespace PgGitOps.Core.Reporting.Drift;

/// <summary>Drift as one page that needs nothing else: no script, no font, no image from elsewhere.</summary>
public static class DriftHtml
{
    private const string Head = """
        <!doctype html>
        <html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">
        <meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'">
        <title>Drift</title>
        <style>
        body{font:15px/1.5 system-ui,sans-serif;margin:2rem auto;max-width:76rem;padding:0 1rem;color:#1c1f24;background:#fff}
        table{border-collapse:collapse;width:100%;margin:.5rem 0 1.5rem}th,td{text-align:left;vertical-align:top;padding:.35rem .6rem;border-bottom:1px solid #d9dde3}
        th{font-weight:600}td.v{font-family:ui-monospace,monospace;overflow-wrap:anywhere}.c{white-space:nowrap}.warning .c{color:#9a3412;font-weight:600}.d{color:#57606a}.alert{border-left:4px solid #b42318;padding:.2rem 1rem;color:#8f1d14}
        @media(prefers-color-scheme:dark){body{color:#e6e8eb;background:#14171b}th,td{border-color:#363b42}.warning .c{color:#fdba74}.d{color:#9aa4af}.alert{border-color:#ff8a80;color:#ffb4ab}}
        </style></head><body>
        """;

    public static string Render(DriftReport report)
    {
        var html = new StringBuilder(Head);
        html.Append(
            CultureInfo.InvariantCulture,
            $"\n<h1>Drift</h1><p>Observed {PlanWords.Moment(report.At)}, against commit {Safe(PlanWords.Short(report.Commit))}.</p>\n"
        );
        foreach (var cluster in report.Clusters.Where(c => c.Alert is not null))
            html.Append(ClusterAlertText.Html(cluster.Cluster, cluster.Alert!));
        foreach (var cluster in report.Clusters)
        {
            html.Append(
                CultureInfo.InvariantCulture,
                $"<h2>{Safe(cluster.Cluster)}</h2><p>Mode {JsonOutput.Camel(cluster.Mode.ToString())}: {Safe(DriftText.Summary(cluster))}.</p>\n"
            );
            if (cluster.Items.Count > 0)
            {
                html.Append(
                    "<table><thead><tr><th>what</th><th>live</th><th>Git</th><th>cause</th><th>since</th><th>next</th></tr></thead><tbody>\n"
                );
                foreach (var item in cluster.Items)
                    Row(html, item);
                html.Append("</tbody></table>\n");
            }
            if (cluster.Refusals.Count + cluster.NotManaged.Count + cluster.Unknowns.Count == 0)
                continue;
            html.Append("<ul>\n");
            foreach (var refusal in cluster.Refusals)
                html.Append(CultureInfo.InvariantCulture, $"<li>{Safe(refusal.RuleId)} {Safe(refusal.Message)}</li>\n");
            foreach (var part in cluster.NotManaged)
                html.Append(CultureInfo.InvariantCulture, $"<li>{Safe(part.ToString())}</li>\n");
            foreach (var unknown in cluster.Unknowns)
                html.Append(CultureInfo.InvariantCulture, $"<li>unknown: {Safe(unknown)}</li>\n");
            html.Append("</ul>\n");
        }
        Rules(html, report.Rules);
        return html.Append("</body></html>\n").ToString();
    }

    private static void Rules(StringBuilder html, LiveRuleReport? rules)
    {
        if (rules is null)
            return;
        html.Append(CultureInfo.InvariantCulture, $"<h2>Live rules</h2><p>{Safe(LiveRuleOutput.Summary(rules))}.</p>\n");
        if (!rules.Findings.Any())
            return;
        html.Append("<table><thead><tr><th>rule</th><th>place</th><th>finding</th></tr></thead><tbody>\n");
        foreach (var finding in rules.Findings)
            html.Append(
                CultureInfo.InvariantCulture,
                $"<tr class=\"{(finding.Severity == Severity.Note ? "note" : "warning")}\"><td class=\"c\">{DiagnosticsReport.Word(finding.Severity)} {Safe(finding.RuleId)}</td><td class=\"v\">{Safe(finding.Span.ToString())}</td><td>{Safe(finding.Message)}<div class=\"d\">{Safe(finding.Hint ?? "")}</div></td></tr>\n"
            );
        html.Append("</tbody></table>\n");
    }

    private static void Row(StringBuilder html, DriftItem item)
    {
        var change = item.Change;
        var details = string.Join(
            "<br>",
            new[]
            {
                change.Danger,
                item.Where is { } live ? $"set in {live}" : null,
                change.Because is { } at ? $"declared at {at}" : null,
            }
                .OfType<string>()
                .Select(Safe)
        );
        html.Append(
            CultureInfo.InvariantCulture,
            $"<tr class=\"{JsonOutput.Camel(item.Severity.ToString())}\"><td>{Safe(PlanWords.Label(change.Key))}<div class=\"d\">{details}</div></td>"
        );
        html.Append(
            CultureInfo.InvariantCulture,
            $"<td class=\"v\">{Safe(change.Live?.Display ?? "")}</td><td class=\"v\">{Safe(change.Desired?.Display ?? "")}</td>"
        );
        html.Append(
            CultureInfo.InvariantCulture,
            $"<td class=\"c\">{PlanWords.Word(change.Cause)}</td><td class=\"c\">{PlanWords.Moment(item.Since)}</td><td>{Safe(item.Next)}</td></tr>\n"
        );
    }

    private static string Safe(string text) => PlanEscapes.Html(text);
}

using System.Globalization;
using System.Text;
using PgGitOps.Core.Planning;
using PgGitOps.Core.Reporting.Plans;
using PgGitOps.Core.Reporting.Text;

namespace PgGitOps.Core.Reporting.Drift;

/// <summary>Drift for a person at a terminal.</summary>
public static class DriftText
{
    /// <param name="color">Alerts in ANSI colours.</param>
    public static string Render(DriftReport report, bool color = false)
    {
        var text = new StringBuilder(ClusterAlertText.Of(report.Clusters.Select(c => (c.Cluster, c.Alert)), color));
        foreach (var cluster in report.Clusters)
        {
            text.Append(
                CultureInfo.InvariantCulture,
                $"{Safe(cluster.Cluster)} ({JsonOutput.Camel(cluster.Mode.ToString())}): {Summary(cluster)}\n"
            );
            foreach (var item in cluster.Items)
                Render(text, item);
            foreach (var refusal in cluster.Refusals)
                text.Append(CultureInfo.InvariantCulture, $"  ✗ {refusal.RuleId} {Safe(refusal.Message)}\n");
            foreach (var part in cluster.NotManaged)
                text.Append(CultureInfo.InvariantCulture, $"  ∅ {Safe(part.ToString())}\n");
            foreach (var unknown in cluster.Unknowns)
                text.Append(CultureInfo.InvariantCulture, $"  ? unknown: {Safe(unknown)}\n");
        }
        if (text.Length == 0)
            text.Append("no cluster is declared\n");
        return text.Append(LiveRuleOutput.Text(report.Rules)).ToString();
    }

    internal static string Summary(ClusterDrift cluster)
    {
        if (cluster.Items.Count == 0)
            return cluster switch
            {
                { Unknowns.Count: > 0 } => "no drift in what could be read",
                { NotManaged.Count: > 0 } => $"no drift in what is managed, {PlanWords.Parts(cluster.NotManaged.Count)}",
                _ => "no drift",
            };
        var parts = cluster
            .Items.GroupBy(i => i.Change.Cause)
            .OrderBy(g => g.Key)
            .Select(g => string.Create(CultureInfo.InvariantCulture, $"{g.Count()} {PlanWords.Word(g.Key)}"));
        return string.Join(", ", parts);
    }

    internal static string Values(Change change) =>
        change.Cause == ChangeCause.Undeclared
            ? change.Live?.Display ?? ""
            : $"{PlanWords.Show(change.Key, change.Live)}, Git says {PlanWords.Show(change.Key, change.Desired)}";

    private static void Render(StringBuilder text, DriftItem item)
    {
        var change = item.Change;
        var mark =
            change.Cause == ChangeCause.Undeclared ? '!'
            : item.Severity == Sources.Severity.Note ? '·'
            : '~';
        text.Append(
            CultureInfo.InvariantCulture,
            $"  {mark} {Safe(PlanWords.Label(change.Key))}: {Safe(Values(change))} ({PlanWords.Word(change.Cause)}, since {PlanWords.Moment(item.Since)})\n"
        );
        if (change.Danger is { } danger)
            text.Append(CultureInfo.InvariantCulture, $"      danger: {Safe(danger)}\n");
        var places = string.Join(
            "; ",
            new[]
            {
                item.Where is { } live ? $"set in {live}" : null,
                change.Because is { } at ? $"declared at {at}" : null,
            }.OfType<string>()
        );
        if (places.Length > 0)
            text.Append(CultureInfo.InvariantCulture, $"      {Safe(places)}\n");
        text.Append(CultureInfo.InvariantCulture, $"      next: {Safe(item.Next)}\n");
    }

    private static string Safe(string text) => PlanEscapes.Terminal(text);
}

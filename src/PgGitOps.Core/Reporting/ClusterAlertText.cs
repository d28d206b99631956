using System.Globalization;
using System.Text;
using System.Text.Json;
using PgGitOps.Core.Planning;
using PgGitOps.Core.Reporting.Plans;
using PgGitOps.Core.Reporting.Text;

namespace PgGitOps.Core.Reporting;

/// <summary>What has to be read first about a cluster, at the head of every report.</summary>
public static class ClusterAlertText
{
    /// <summary>For a terminal: headline, since when, who holds what, what to do. Empty where nothing has to be said first.</summary>
    public static string Of(IEnumerable<(string Cluster, ClusterAlert? Alert)> clusters, bool color)
    {
        var text = new StringBuilder();
        foreach (var (cluster, alert) in clusters)
        {
            if (alert is null)
                continue;
            text.Append(
                CultureInfo.InvariantCulture,
                $"{Red($"{Safe(cluster)}: {Safe(alert.Headline)}, since {PlanWords.Moment(alert.Since)}", color)}\n"
            );
            foreach (var line in alert.Evidence)
                text.Append(CultureInfo.InvariantCulture, $"    {Safe(line)}\n");
            text.Append(CultureInfo.InvariantCulture, $"    what to do: {Safe(alert.Advice)}\n");
        }
        return text.ToString();
    }

    internal static string Of(IEnumerable<ClusterPlan> plans, bool color) => Of(plans.Select(p => (p.Cluster, p.Alert)), color);

    internal static string Markdown(string cluster, ClusterAlert alert) =>
        $"> **{PlanEscapes.Markdown(cluster)}: {PlanEscapes.Markdown(alert.Headline)}, since {PlanWords.Moment(alert.Since)}**\n"
        + string.Concat(alert.Evidence.Select(e => $"> - {PlanEscapes.Markdown(e)}\n"))
        + $"> - what to do: {PlanEscapes.Markdown(alert.Advice)}\n\n";

    internal static string Html(string cluster, ClusterAlert alert) =>
        $"<section class=\"alert\"><p><strong>{PlanEscapes.Html(cluster)}: {PlanEscapes.Html(alert.Headline)}, since {PlanWords.Moment(alert.Since)}</strong></p><ul>\n"
        + string.Concat(alert.Evidence.Select(e => $"<li>{PlanEscapes.Html(e)}</li>\n"))
        + $"</ul><p>What to do: {PlanEscapes.Html(alert.Advice)}</p></section>\n";

    /// <summary>Property <c>alert</c>: null, or <c>kind</c>, <c>headline</c>, <c>since</c>, <c>evidence</c>, <c>advice</c>.</summary>
    public static void Write(Utf8JsonWriter json, ClusterAlert? alert)
    {
        if (alert is null)
        {
            json.WriteNull("alert");
            return;
        }
        json.WriteStartObject("alert");
        json.WriteString("kind", JsonOutput.Camel(alert.Kind.ToString()));
        json.WriteString("headline", alert.Headline);
        json.WriteString("since", alert.Since);
        json.WriteStartArray("evidence");
        foreach (var line in alert.Evidence)
            json.WriteStringValue(line);
        json.WriteEndArray();
        json.WriteString("advice", alert.Advice);
        json.WriteEndObject();
    }

    private static string Red(string text, bool color) => color ? $"\u001b[1;31m{text}\u001b[0m" : text;

    private static string Safe(string text) => PlanEscapes.Terminal(text);
}

using System.Text;
using PgGitOps.Core.Proofs;
using PgGitOps.Core.Proofs.Faults;
using PgGitOps.Core.Proofs.Verdicts;
using PgGitOps.Core.Reporting.Text;

namespace PgGitOps.Core.Reporting.Proofs;

/// <summary>A proof as one page without any other file: heat map, then each context with its topology and counterexamples.</summary>
public static class ProveHtml
{
    private const string Style = """
        :root { color-scheme: light dark; --ink: light-dark(#1c2430, #e4e8ee); --paper: light-dark(#fff, #14181e); --line: light-dark(#d5dae1, #37404c); --soft: light-dark(#f4f6f8, #1c222a);
          --good: light-dark(#d5efdc, #1d4a2c); --fair: light-dark(#fdf0c8, #524515); --dim: light-dark(#e4e7ec, #343b45); --bad: light-dark(#f8d0cd, #672520); --red: light-dark(#c2271b, #ff7a6e); --blue: light-dark(#2456b5, #86aef5); }
        body { font: 15px/1.45 system-ui, sans-serif; color: var(--ink); background: var(--paper); margin: 2rem auto; max-width: 76rem; padding: 0 1rem; }
        h1 { font-size: 1.5rem; } h2 { font-size: 1.15rem; margin-top: 2.2rem; border-top: 1px solid var(--line); padding-top: 1rem; }
        .scroll { overflow-x: auto; } table { border-collapse: collapse; font-size: 13px; } th, td { padding: .35rem .55rem; border: 1px solid var(--line); text-align: left; vertical-align: top; } th { background: var(--soft); font-weight: 600; }
        .legend { font-size: 13px; } .legend span { padding: .1rem .45rem; border: 1px solid var(--line); border-radius: 4px; margin-left: .6rem; } .legend span:first-child { margin-left: 0; }
        .holds, td.kept { background: var(--good); } .unproven { background: var(--fair); } .unknown, td.atRisk { background: var(--dim); } .impossible, td.breached { background: var(--bad); font-weight: 600; } td.notClaimed { color: color-mix(in srgb, var(--ink) 60%, transparent); }
        td a { color: inherit; text-decoration: none; display: block; } .word { display: block; font-size: 11px; }
        .counterexample { border-left: 4px solid var(--red); background: var(--soft); padding: .5rem .8rem; margin: .6rem 0; } .counterexample ol { margin: .3rem 0 0; padding-left: 1.3rem; }
        .topology { max-width: 100%; height: auto; } .topology text { fill: var(--ink); font: 12px system-ui, sans-serif; } .topology .name { font-weight: 600; font-size: 14px; } .topology .small { font-size: 11px; }
        .site { fill: var(--soft); stroke: var(--line); } .domain { fill: none; stroke: var(--line); stroke-dasharray: 3 3; }
        .member rect { fill: var(--paper); stroke: var(--blue); stroke-width: 1.5; } .member text { text-anchor: middle; } .member.async rect { stroke: var(--line); } .member.primary rect { fill: var(--blue); } .member.primary text { fill: var(--paper); font-weight: 600; }
        .member.lost rect { stroke: var(--red); stroke-width: 3; stroke-dasharray: 5 3; } .edge { fill: none; stroke: var(--blue); stroke-width: 1.5; } .edge.async { stroke-dasharray: 4 4; opacity: .6; } .edge.acknowledged { stroke: var(--red); stroke-width: 3; }
        """;

    public static string Of(FleetProof proof, string title = "Recovery objectives")
    {
        var page = new StringBuilder();
        page.Append(
            "<!doctype html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n"
        );
        page.Append(
            $"<title>{Html.Escape(title)}</title>\n<style>\n{Style}\n</style>\n</head>\n<body>\n<h1>{Html.Escape(title)}</h1>\n"
        );
        page.Append(
            $"<p>{Amounts.Count(proof.Contexts.Count, "context")}, up to {Amounts.Count(proof.Depth, "failure domain")} failing at once, over every member that may be primary. Each cell shows the verdict and the worst-case data loss and outage.</p>\n"
        );
        HeatMap(proof, page);
        foreach (var context in proof.Contexts)
            Describe(context, page);
        return page.Append("</body>\n</html>\n").ToString();
    }

    private static void HeatMap(FleetProof proof, StringBuilder page)
    {
        var scenarios = FailureScenarios.All.Where(s => proof.Contexts.Any(c => c.Find(s) is not null)).ToArray();
        page.Append("<div class=\"scroll\"><table class=\"heat\">\n<tr><th scope=\"col\">context</th>");
        foreach (var scenario in scenarios)
            page.Append($"<th scope=\"col\">{scenario.Title()}</th>");
        page.Append("</tr>\n");
        foreach (var context in proof.Contexts)
        {
            page.Append($"<tr><th scope=\"row\"><a href=\"#{Html.Escape(context.Name)}\">{Html.Escape(context.Name)}</a></th>");
            foreach (var scenario in scenarios)
            {
                if (context.Find(scenario) is not { } cell)
                    page.Append("<td class=\"notClaimed\" title=\"cannot happen to this cluster\">–</td>");
                else
                    page.Append(
                        $"<td class=\"{Lower(cell.Verdict)}\" title=\"{Html.Escape(cell.When)}\"><a href=\"#{Html.Escape(context.Name)}-{scenario.Id()}\"><span class=\"word\">{cell.Verdict.Title()}</span>loss {Html.Escape(ProveText.LossCell(cell.Guaranteed))}<br>outage {Html.Escape(cell.Outage.Short)}</a></td>"
                    );
            }
            page.Append("</tr>\n");
        }
        page.Append("</table></div>\n<p class=\"legend\">");
        foreach (var (verdict, meaning) in Legend)
            page.Append($"<span class=\"{Lower(verdict)}\">{verdict.Title()}</span> {meaning} ");
        page.Append("</p>\n");
    }

    private static readonly (Verdict Verdict, string Meaning)[] Legend =
    [
        (Verdict.Holds, "in every state the configuration permits"),
        (Verdict.Unproven, "rests on a guess, a lag to be watched or a restore nobody tried"),
        (Verdict.Unknown, "a figure is missing"),
        (Verdict.Impossible, "refuted, see the counterexample"),
        (Verdict.NotClaimed, "no objective is declared"),
    ];

    private static void Describe(ContextProof context, StringBuilder page)
    {
        page.Append($"<h2 id=\"{Html.Escape(context.Name)}\">{Html.Escape(context.Name)}</h2>\n");
        if (context.Topology is null)
        {
            page.Append(
                $"<p>Nothing can be proven: the topology of cluster {Html.Escape(context.Policy.Cluster.Value)} cannot be resolved.</p>\n"
            );
            return;
        }
        var refuted = context.Scenarios.Where(s => s.Counterexample is not null).ToArray();
        var drawn =
            refuted.FirstOrDefault(s => s.LossVerdict == Verdict.Impossible && s.Counterexample!.Lost.Count > 0)
            ?? refuted.FirstOrDefault();
        page.Append(
            $"<p>Cluster {Html.Escape(context.Cluster!.Name)}{(drawn is null ? "" : $"; drawn: {Html.Escape(drawn.When)}")}. Solid lines are asked to acknowledge, dashed ones are not; lost members have a broken red outline.</p>\n"
        );
        page.Append("<div class=\"scroll\">").Append(TopologyDrawing.Of(context, drawn?.Counterexample)).Append("</div>\n");
        foreach (var cell in refuted)
        {
            page.Append(
                $"<div class=\"counterexample\"><strong>{cell.Scenario.Title()}:</strong> {Html.Escape(cell.Counterexample!.Text)}.<ol>"
            );
            foreach (var step in cell.Counterexample.Steps)
                page.Append($"<li>{Html.Escape(step)}</li>");
            page.Append("</ol></div>\n");
        }
        page.Append(
            "<div class=\"scroll\"><table>\n<tr><th>scenario</th><th>verdict</th><th>worst-case data loss</th><th>while all is healthy</th><th>outage</th><th>path</th></tr>\n"
        );
        foreach (var cell in context.Scenarios)
            page.Append(
                $"<tr id=\"{Html.Escape(context.Name)}-{cell.Scenario.Id()}\"><td>{cell.Scenario.Title()}</td><td class=\"{Lower(cell.Verdict)}\">{cell.Verdict.Title()}</td><td>{Html.Escape($"{cell.Guaranteed}")}</td><td>{Html.Escape($"{cell.Nominal}")}</td><td>{Html.Escape($"{cell.Outage}")}</td><td>{Html.Escape(cell.Path?.Description ?? "")}</td></tr>\n"
            );
        page.Append("</table></div>\n<details><summary>Assumptions</summary><ul>\n");
        foreach (var assumption in context.Assumptions)
            page.Append($"<li>{Html.Escape(assumption)}</li>\n");
        page.Append("</ul></details>\n");
    }

    private static string Lower(Verdict verdict) => JsonOutput.Camel($"{verdict}");
}

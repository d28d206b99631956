using System.Globalization;
using System.Text;
using PgGitOps.Core.Approving;
using PgGitOps.Core.Planning;
using PgGitOps.Core.Settings;

namespace PgGitOps.Core.Reporting.Plans;

/// <summary>A plan as a comment on a pull request.</summary>
public static class PlanMarkdown
{
    /// <summary>Code hosts cut or refuse comments past 65,536 characters.</summary>
    private const int CharactersMax = 60_000;

    public static string Render(Plan plan, ApprovedPlan? approved = null)
    {
        var text = new StringBuilder();
        text.Append(
            CultureInfo.InvariantCulture,
            $"### Plan `{PlanWords.Short(plan.Id)}` at `{PlanWords.Short(plan.Commit)}`\n\n"
        );
        foreach (var cluster in plan.Clusters.Where(c => c.Alert is not null))
            text.Append(ClusterAlertText.Markdown(cluster.Cluster, cluster.Alert!));
        foreach (var cluster in plan.Clusters)
        {
            var section = Section(cluster, approved?.Find(cluster.Cluster));
            if (text.Length + section.Length > CharactersMax)
                section =
                    $"**{Safe(cluster.Cluster)}**: {PlanWords.Summary(cluster)} (too long to list here; see the plan file)\n\n";
            text.Append(section);
        }
        return text.ToString().TrimEnd() + "\n";
    }

    private static string Section(ClusterPlan plan, ClusterApproval? approval)
    {
        var text = new StringBuilder();
        text.Append(CultureInfo.InvariantCulture, $"**{Safe(plan.Cluster)}**: {PlanWords.Summary(plan)}\n\n");
        if (approval?.Barred is { } barred)
            text.Append(CultureInfo.InvariantCulture, $"> held: {Safe(barred)}\n\n");
        if (plan.Steps.Count > 0)
        {
            text.Append("| | step | from → to | hazard and gate | because |\n|---|---|---|---|---|\n");
            foreach (var step in plan.Steps)
            {
                var moves = string.Join(
                    "<br>",
                    PlanWords.Moves(step).Select(m => $"{Safe(m.What)}: {Safe(m.From)} → {Safe(m.To)}")
                );
                var hazards = step.Hazards.Where(h => h.Kind != HazardKind.Reload).Select(h => Safe(h.Text));
                var gate = PlanWords.Gate(step, approval?.Of(step.Id)) is { } g ? (IEnumerable<string>)[$"**{Safe(g)}**"] : [];
                text.Append(
                    CultureInfo.InvariantCulture,
                    $"| {PlanWords.Mark(step)} | {Safe(step.Title)} | {moves} | {string.Join("<br>", hazards.Concat(gate))} | {(step.Because is { } at ? Safe(at.ToString()) : "")} |\n"
                );
            }
            text.Append('\n');
        }
        if (PlanWords.Found(plan) is { } found)
            text.Append(CultureInfo.InvariantCulture, $"- {found}\n\n");
        foreach (var refusal in plan.Refusals)
            text.Append(
                CultureInfo.InvariantCulture,
                $"- ✗ {refusal.RuleId} {Safe(refusal.Message)}{(refusal.Hint is { } hint ? $" *{Safe(hint)}*" : "")}\n"
            );
        foreach (var part in plan.NotManaged)
            text.Append(CultureInfo.InvariantCulture, $"- ∅ {Safe(part.ToString())}\n");
        foreach (var unknown in plan.Unknowns)
            text.Append(CultureInfo.InvariantCulture, $"- ? unknown: {Safe(unknown)}\n");
        if (plan.Refusals.Count + plan.NotManaged.Count + plan.Unknowns.Count > 0)
            text.Append('\n');
        var statements = plan.Steps.Select(s => s.Action).OfType<StepAction.ExecuteSql>().ToArray();
        if (statements.Length > 0)
        {
            var sql = string.Join(
                "\n",
                statements.Select(s =>
                    $"-- {s.Database} on {s.Member}\n{string.Concat(s.Statements.Select(t => SecretSettings.RedactStatement(t) + ";\n"))}"
                )
            );
            // A fence longer than any run of backticks inside cannot be closed from inside.
            var fence = new string('`', Math.Max(3, LongestRun(sql) + 1));
            text.Append(
                CultureInfo.InvariantCulture,
                $"<details><summary>SQL</summary>\n\n{fence}sql\n{string.Join('\n', sql.Split('\n').Select(PlanEscapes.Terminal))}{fence}\n\n</details>\n\n"
            );
        }
        return text.ToString();
    }

    private static int LongestRun(string text)
    {
        var (longest, run) = (0, 0);
        foreach (var c in text)
        {
            run = c == '`' ? run + 1 : 0;
            longest = Math.Max(longest, run);
        }
        return longest;
    }

    private static string Safe(string text) => PlanEscapes.Markdown(text);
}

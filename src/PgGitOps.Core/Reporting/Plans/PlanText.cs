using System.Globalization;
using System.Text;
using PgGitOps.Core.Approving;
using PgGitOps.Core.Planning;
using PgGitOps.Core.Reporting.Text;

namespace PgGitOps.Core.Reporting.Plans;

/// <summary>A plan for a person at a terminal.</summary>
public static class PlanText
{
    /// <param name="approved">Adds the gate each step waits for, as of now; null shows the kind of window only.</param>
    /// <param name="color">Marks in ANSI colours.</param>
    public static string Render(Plan plan, ApprovedPlan? approved = null, bool color = false)
    {
        var text = new StringBuilder(ClusterAlertText.Of(plan.Clusters, color));
        foreach (var cluster in plan.Clusters)
            Render(text, cluster, approved?.Find(cluster.Cluster), color);
        if (plan.Clusters.Count == 0)
            text.Append("no cluster is declared\n");
        var steps = plan.Clusters.Sum(c => c.Steps.Count);
        text.Append(
            CultureInfo.InvariantCulture,
            $"plan {PlanWords.Short(plan.Id)} at commit {PlanWords.Short(plan.Commit)}: {(steps == 0 ? "nothing to do" : steps == 1 ? "1 step" : $"{steps} steps")}\n"
        );
        return text.ToString();
    }

    private static void Render(StringBuilder text, ClusterPlan plan, ClusterApproval? approval, bool color)
    {
        text.Append(
            CultureInfo.InvariantCulture,
            $"{Safe(plan.Cluster)} ({JsonOutput.Camel(plan.Mode.ToString())}): {PlanWords.Summary(plan)}\n"
        );
        if (approval?.Barred is { } barred)
            text.Append(CultureInfo.InvariantCulture, $"  held: {Safe(barred)}\n");
        foreach (var step in plan.Steps)
            Render(text, step, approval?.Of(step.Id), color);
        if (PlanWords.Found(plan) is { } found)
            text.Append(CultureInfo.InvariantCulture, $"  = {found}\n");
        foreach (var change in plan.Changes.Where(c => c.NotActedOn is not null && c.Cause != ChangeCause.Undeclared))
            text.Append(
                CultureInfo.InvariantCulture,
                $"  · {Safe(PlanWords.Label(change.Key))}: {Safe(PlanWords.Show(change.Key, change.Live))}, wanted {Safe(PlanWords.Show(change.Key, change.Desired))} — {Safe(change.NotActedOn!)}{Place(change.Because)}\n"
            );
        foreach (
            var change in plan.Changes.Where(c =>
                c.Cause == ChangeCause.Undeclared && c.Treatment != Desired.FieldTreatment.Ignore
            )
        )
            text.Append(
                CultureInfo.InvariantCulture,
                $"  {Paint('!', color)} {Safe(PlanWords.Label(change.Key))}: {Safe(change.Live?.Display ?? "")} — {Safe(change.Danger ?? "")}\n"
            );
        foreach (var refusal in plan.Refusals)
        {
            text.Append(
                CultureInfo.InvariantCulture,
                $"  {Paint('✗', color)} {refusal.RuleId} {Safe(refusal.Message)}{Place(refusal.Because)}\n"
            );
            if (refusal.Hint is { } hint)
                text.Append(CultureInfo.InvariantCulture, $"      hint: {Safe(hint)}\n");
        }
        foreach (var part in plan.NotManaged)
            text.Append(CultureInfo.InvariantCulture, $"  {Paint('∅', color)} {Safe(part.ToString())}{Place(part.At)}\n");
        foreach (var unknown in plan.Unknowns)
            text.Append(CultureInfo.InvariantCulture, $"  {Paint('?', color)} unknown: {Safe(unknown)}\n");
    }

    private static void Render(StringBuilder text, Step step, StepVerdict? verdict, bool color)
    {
        text.Append(
            CultureInfo.InvariantCulture,
            $"  {Paint(PlanWords.Mark(step), color)} {Safe(step.Title)}{Place(step.Because)}\n"
        );
        foreach (var (what, from, to) in PlanWords.Moves(step))
            text.Append(CultureInfo.InvariantCulture, $"      {Safe(what)}: {Safe(from)} → {Safe(to)}\n");
        foreach (var hazard in step.Hazards.Where(h => h.Kind != HazardKind.Reload))
            text.Append(CultureInfo.InvariantCulture, $"      hazard: {Safe(hazard.Text)}\n");
        if (PlanWords.Gate(step, verdict) is { } gate)
            text.Append(CultureInfo.InvariantCulture, $"      {Safe(gate)}\n");
    }

    private static string Place(Sources.SourceSpan? at) => at is { } span ? $"  [{Safe(span.ToString())}]" : "";

    private static string Safe(string text) => PlanEscapes.Terminal(text);

    private static string Paint(char mark, bool color)
    {
        if (!color)
            return mark.ToString();
        var code = mark switch
        {
            '+' => 32,
            '-' or '✗' => 31,
            '↻' or '!' => 35,
            _ => 33,
        };
        return string.Create(CultureInfo.InvariantCulture, $"\u001b[{code}m{mark}\u001b[0m");
    }
}

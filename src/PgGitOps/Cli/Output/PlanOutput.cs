using System.Text;
using PgGitOps.Core.Approving;
using PgGitOps.Core.Planning;
using PgGitOps.Core.Reporting.Plans;

namespace PgGitOps.Cli.Output;

/// <summary>A plan in the asked-for form.</summary>
internal static class PlanOutput
{
    public static readonly OutputFormat[] Formats = [OutputFormat.Text, OutputFormat.Json, OutputFormat.Markdown];

    /// <param name="approved">Adds what each step waits for; null for a plan against a snapshot.</param>
    public static void Write(Invocation invocation, Plan plan, ApprovedPlan? approved) =>
        invocation.Write(
            invocation.Format(Formats) switch
            {
                OutputFormat.Json => Json(plan),
                OutputFormat.Markdown => PlanMarkdown.Render(plan, approved),
                _ => PlanText.Render(plan, approved, invocation.Color),
            },
            () => Json(plan)
        );

    public static string Json(Plan plan) => Encoding.UTF8.GetString(PlanJson.Write(plan).Span);
}

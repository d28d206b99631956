using System.Text;
using PgGitOps.Core.Proofs;
using PgGitOps.Core.Proofs.Faults;
using PgGitOps.Core.Proofs.Verdicts;

namespace PgGitOps.Core.Reporting.Proofs;

/// <summary>A proof for a pull request.</summary>
public static class ProveMarkdown
{
    public static string Of(FleetProof proof)
    {
        var text = new StringBuilder();
        var scenarios = FailureScenarios.All.Where(s => proof.Contexts.Any(c => c.Find(s) is not null)).ToArray();
        text.Append("## Recovery objectives\n\n");
        if (proof.Contexts.Count == 0)
            return text.Append("No context declares a recovery policy.\n").ToString();
        text.Append("| context | ").AppendJoin(" | ", scenarios.Select(s => s.Title())).Append(" |\n");
        text.Append('|').Append(string.Concat(Enumerable.Repeat("---|", scenarios.Length + 1))).Append('\n');
        foreach (var context in proof.Contexts)
            text.Append($"| {Escape(context.Name)} | ")
                .AppendJoin(
                    " | ",
                    scenarios.Select(s =>
                        context.Find(s) is { } cell ? $"{Sign(cell.Verdict)} {ProveText.LossCell(cell.Guaranteed)}" : ""
                    )
                )
                .Append(" |\n");
        text.Append(
            "\n✅ holds · 🟡 unproven · ❔ unknown · ❌ impossible · ▫️ not claimed; the figure is the worst-case data loss.\n"
        );
        foreach (var context in proof.Contexts)
        {
            var bad = context.Scenarios.Where(s => s.Counterexample is not null).ToArray();
            if (bad.Length == 0)
                continue;
            text.Append($"\n### {Escape(context.Name)}: objectives cannot be met\n\n");
            foreach (var cell in bad)
                text.Append($"- **{cell.Scenario.Title()}**: {Escape(cell.Counterexample!.Text)}.\n");
        }
        return text.ToString();
    }

    private static string Sign(Verdict verdict) =>
        verdict switch
        {
            Verdict.NotClaimed => "▫️",
            Verdict.Holds or Verdict.Met => "✅",
            Verdict.Unproven => "🟡",
            Verdict.Unknown => "❔",
            Verdict.AtRisk => "⚠️",
            Verdict.Impossible or Verdict.Breached => "❌",
        };

    private static string Escape(string value) =>
        value
            .Replace("|", "\\|", StringComparison.Ordinal)
            .Replace("<", "&lt;", StringComparison.Ordinal)
            .Replace("*", "\\*", StringComparison.Ordinal);
}

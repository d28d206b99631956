using System.Text;
using PgGitOps.Core.Proofs;
using PgGitOps.Core.Sources;

namespace PgGitOps.Core.Reporting;

/// <summary>The answer to a what-if question, for a terminal.</summary>
public static class ProveWhatIf
{
    public static string Text(WhatIf question, EquatableArray<WhatIfContext> answers)
    {
        var text = new StringBuilder();
        text.Append($"what if: {question}\n");
        foreach (var context in answers.Where(a => a.Touched))
        {
            text.Append($"\n{context.Context} on {context.Cluster}: loss {context.Loss}\n");
            foreach (var step in context.Steps)
            {
                text.Append($"  {step.Event}: {step.Path.Description}; loss {step.Path.Guaranteed}, outage {step.Path.Outage}\n");
                if (step.PrimaryBefore != step.PrimaryAfter)
                    text.Append($"    primary {step.PrimaryBefore ?? "nobody"} -> {step.PrimaryAfter ?? "nobody until the restore ends"}\n");
                if (step.LosesLeast != step.BackFirst)
                    text.Append($"    loses least: {step.LosesLeast.Description} ({step.LosesLeast.Guaranteed}); back first: {step.BackFirst.Description} ({step.BackFirst.Outage.Short})\n");
                if (step.Counterexample is { } counterexample)
                    text.Append($"    {counterexample}\n");
            }
        }
        var untouched = answers.Where(a => !a.Touched).Select(a => a.Context).ToArray();
        if (untouched.Length > 0)
            text.Append($"\nuntouched: {Amounts.List(untouched)}\n");
        return text.ToString();
    }
}

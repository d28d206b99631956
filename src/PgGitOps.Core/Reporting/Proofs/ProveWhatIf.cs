using System.Text;
using PgGitOps.Core.Proofs;
using PgGitOps.Core.Reporting.Text;
using PgGitOps.Core.Sources;

namespace PgGitOps.Core.Reporting.Proofs;

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
                    text.Append(
                        $"    primary {step.PrimaryBefore ?? "nobody"} -> {step.PrimaryAfter ?? "nobody until the restore ends"}\n"
                    );
                if (step.LosesLeast != step.BackFirst)
                    text.Append(
                        $"    loses least: {step.LosesLeast.Description} ({step.LosesLeast.Guaranteed}); back first: {step.BackFirst.Description} ({step.BackFirst.Outage.Short})\n"
                    );
                if (step.Counterexample is { } counterexample)
                    text.Append($"    {counterexample}\n");
            }
        }
        var untouched = answers.Where(a => !a.Touched).Select(a => a.Context).ToArray();
        if (untouched.Length > 0)
            text.Append($"\nuntouched: {Amounts.List(untouched)}\n");
        return text.ToString();
    }

    public static string Json(WhatIf question, EquatableArray<WhatIfContext> answers) =>
        JsonOutput.Write(json =>
        {
            json.WriteStartObject();
            json.WriteString("format", "pggitops.dev/what-if/v1");
            json.WriteString("question", $"{question}");
            json.WriteStartArray("contexts");
            foreach (var context in answers)
            {
                json.WriteStartObject();
                json.WriteString("context", context.Context);
                json.WriteString("cluster", context.Cluster);
                json.WriteBoolean("touched", context.Touched);
                ProveJson.Write(json, "loss", context.Loss);
                json.WriteStartArray("steps");
                foreach (var step in context.Steps)
                {
                    json.WriteStartObject();
                    json.WriteString("event", step.Event);
                    json.WriteOptional("primaryBefore", step.PrimaryBefore);
                    json.WriteOptional("primaryAfter", step.PrimaryAfter);
                    ProveJson.Write(json, "path", step.Path);
                    ProveJson.Write(json, "losesLeast", step.LosesLeast);
                    ProveJson.Write(json, "backFirst", step.BackFirst);
                    json.WriteOptional("counterexample", step.Counterexample);
                    json.WriteEndObject();
                }
                json.WriteEndArray();
                json.WriteEndObject();
            }
            json.WriteEndArray();
            json.WriteEndObject();
        });
}

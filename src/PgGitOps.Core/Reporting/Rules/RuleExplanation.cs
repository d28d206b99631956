using System.Globalization;
using System.Text;
using System.Text.Json.Nodes;
using PgGitOps.Core.Policies;
using PgGitOps.Core.Reporting.Text;
using PgGitOps.Core.Sources;

namespace PgGitOps.Core.Reporting.Rules;

/// <summary>One run of one rule: what it read, which of its statements ran, what it cost, what became of its findings.</summary>
public sealed class RuleExplanation(RuleSource rule, RuleRun run, RuleReport settled, SourceTree tree)
{
    private RuleOutcome Outcome => settled.Outcomes[0];

    public string Text()
    {
        var text = new StringBuilder();
        text.Append(
            CultureInfo.InvariantCulture,
            $"{rule.Header.Id} {VisibleText.Of(rule.Header.Title)}\non {VisibleText.Of(run.Subject ?? RuleHeader.FleetSubject)}: {Word(Outcome.Outcome)}{(run.Reason.Length > 0 ? $" ({VisibleText.Of(run.Reason)})" : "")}, {run.FuelSpent} steps\n"
        );
        foreach (var parameter in rule.Header.Parameters)
            text.Append(
                CultureInfo.InvariantCulture,
                $"with   {VisibleText.Of($"{parameter.Name} = {RuleListing.InForce(parameter)}")}\n"
            );
        foreach (var (finding, waiver) in Outcome.Findings)
        {
            text.Append(
                CultureInfo.InvariantCulture,
                $"\nfound  {VisibleText.Of($"{finding.At}: {finding.Field}: {finding.Message}")}\n"
            );
            text.Append(
                waiver is null
                    ? rule.Header.Enforcement == Enforcement.Hard
                        ? "       the rule is hard: nothing waives it\n"
                        : $"       no waiver covers the value '{VisibleText.Of(finding.Value)}'\n"
                    : string.Create(
                        CultureInfo.InvariantCulture,
                        $"       waived by {VisibleText.Of(waiver.Head.Name)} until {waiver.Expires.ToUniversalTime():yyyy-MM-dd}, approved by {VisibleText.Of($"{waiver.Approver}: {waiver.Reason}")}\n"
                    )
            );
        }
        foreach (var value in run.Trace?.Values ?? [])
            text.Append(
                CultureInfo.InvariantCulture,
                $"\nread   {VisibleText.Of($"{value.At}: {value.Document} {(value.Field.Length == 0 ? "(document)" : value.Field)} = {value.Text switch { null => "(nothing)", "" => "…", var written => written }}")}"
            );
        text.Append("\n\n");
        var ran = (run.Trace?.Statements ?? []).Select(s => s.Line).ToHashSet();
        var lines = rule.Text.Split('\n');
        var header = Array.FindIndex(lines, l => l.Contains("---*/", StringComparison.Ordinal));
        for (var i = header + 1; i < lines.Length; i++)
            text.Append(
                CultureInfo.InvariantCulture,
                $"{(ran.Contains(i + 1) ? '>' : ' ')} {i + 1, 4}  {VisibleText.Of(lines[i].TrimEnd('\r').Replace('\t', ' '))}\n"
            );
        return text.ToString();
    }

    public string Json() =>
        new JsonObject
        {
            ["rule"] = rule.Header.Id,
            ["subject"] = run.Subject ?? RuleHeader.FleetSubject,
            ["revision"] = tree.Revision.CommitId,
            ["outcome"] = Word(Outcome.Outcome),
            ["reason"] = run.Reason,
            ["fuel"] = run.FuelSpent,
            ["parameters"] = new JsonObject(
                rule.Header.Parameters.Select(p =>
                    KeyValuePair.Create<string, JsonNode?>(
                        p.Name,
                        new JsonObject { ["value"] = p.InForce.Spell(), ["setAt"] = p.Set?.At.ToString() }
                    )
                )
            ),
            ["findings"] = new JsonArray([
                .. Outcome.Findings.Select(f => new JsonObject
                {
                    ["at"] = f.Finding.At.ToString(),
                    ["field"] = f.Finding.Field,
                    ["value"] = f.Finding.Value,
                    ["message"] = f.Finding.Message,
                    ["waivedBy"] = f.WaivedBy?.Head.Name,
                }),
            ]),
            ["reads"] = new JsonArray([
                .. (run.Trace?.Values ?? []).Select(v => new JsonObject
                {
                    ["at"] = v.At.ToString(),
                    ["document"] = v.Document,
                    ["field"] = v.Field,
                    ["text"] = v.Text,
                }),
            ]),
            ["linesRun"] = new JsonArray([
                .. (run.Trace?.Statements ?? []).Select(s => s.Line).Distinct().Order().Select(l => JsonValue.Create(l)),
            ]),
        }.ToJsonString();

    private static string Word(Outcome outcome) =>
        outcome switch
        {
            Core.Policies.Outcome.Pass => "pass",
            Core.Policies.Outcome.Fail => "fail",
            Core.Policies.Outcome.Error => "error",
            Core.Policies.Outcome.NotApplicable => "not applicable",
            Core.Policies.Outcome.Waived => "waived",
        };
}

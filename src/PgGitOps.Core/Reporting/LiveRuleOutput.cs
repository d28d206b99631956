using System.Globalization;
using System.Text;
using System.Text.Json;
using PgGitOps.Core.Policies;
using PgGitOps.Core.Reporting.Diagnostics;
using PgGitOps.Core.Reporting.Text;
using PgGitOps.Core.Sources;

namespace PgGitOps.Core.Reporting;

/// <summary>What rules say of live clusters, as a part of the report of whoever looked.</summary>
internal static class LiveRuleOutput
{
    /// <returns>Empty where no rule speaks of live clusters.</returns>
    public static string Text(LiveRuleReport? rules)
    {
        if (rules is null)
            return "";
        var text = new StringBuilder($"live rules: {Summary(rules)}\n");
        foreach (var finding in rules.Findings)
        {
            text.Append(
                CultureInfo.InvariantCulture,
                $"  {Mark(finding.Severity)} {VisibleText.Of(finding.Span.ToString())}: {DiagnosticsReport.Word(finding.Severity)} {finding.RuleId}: {VisibleText.Of(finding.Message)}\n"
            );
            if (finding.Hint is { } hint)
                text.Append(CultureInfo.InvariantCulture, $"      hint: {VisibleText.Of(hint)}\n");
        }
        return text.ToString();
    }

    /// <summary>Such as <c>2 asked, 1 error</c>.</summary>
    public static string Summary(LiveRuleReport rules)
    {
        var parts = new[] { Severity.Error, Severity.Warning, Severity.Note }
            .Select(s => (Word: DiagnosticsReport.Word(s), Count: rules.Findings.Count(f => f.Severity == s)))
            .Where(p => p.Count > 0)
            .Select(p => string.Create(CultureInfo.InvariantCulture, $"{p.Count} {p.Word}{(p.Count == 1 ? "" : "s")}"))
            .DefaultIfEmpty("nothing found");
        return string.Create(CultureInfo.InvariantCulture, $"{rules.Asked.Count} asked, {string.Join(", ", parts)}");
    }

    public static char Mark(Severity severity) =>
        severity switch
        {
            Severity.Note => '·',
            Severity.Warning => '!',
            Severity.Error => '✗',
        };

    public static void Write(Utf8JsonWriter json, LiveRuleReport? rules)
    {
        if (rules is null)
        {
            json.WriteNull("rules");
            return;
        }
        json.WriteStartObject("rules");
        json.WriteStartArray("asked");
        foreach (var rule in rules.Asked)
            json.WriteStringValue(rule.Id);
        json.WriteEndArray();
        json.WriteBoolean("rejected", rules.Rejected);
        json.WriteStartArray("findings");
        foreach (var finding in rules.Findings)
            DiagnosticsJson.Write(json, finding);
        json.WriteEndArray();
        json.WriteEndObject();
    }
}

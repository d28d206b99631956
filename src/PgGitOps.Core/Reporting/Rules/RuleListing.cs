using System.Globalization;
using System.Text;
using System.Text.Json.Nodes;
using PgGitOps.Core.Policies;
using PgGitOps.Core.Reporting.Text;

namespace PgGitOps.Core.Reporting.Rules;

/// <summary>The rules of a bundle, by id.</summary>
public static class RuleListing
{
    public static string Text(RuleBundle bundle)
    {
        var text = new StringBuilder();
        foreach (var (rule, _) in bundle.Rules.Select(r => (r.Header, r.Path)))
        {
            text.Append(
                CultureInfo.InvariantCulture,
                $"{rule.Id, -8} {Words(rule.Enforcement), -8} {rule.Subject, -14} {VisibleText.Of(rule.Title)}"
            );
            if (rule.Requirements.Count > 0)
                text.Append(CultureInfo.InvariantCulture, $" ({VisibleText.Of(string.Join(", ", rule.Requirements))})");
            text.Append('\n');
            foreach (var parameter in rule.Parameters)
                text.Append(
                    CultureInfo.InvariantCulture,
                    $"{"", -17}{VisibleText.Of($"{parameter.Name} = {InForce(parameter)}  {parameter.Description}")}\n"
                );
        }
        foreach (var rule in bundle.Withheld)
            text.Append(CultureInfo.InvariantCulture, $"{rule.Header.Id, -8} not run: what is set for it is wrong\n");
        text.Append(CultureInfo.InvariantCulture, $"{bundle.Rules.Count} rules\n");
        return text.ToString();
    }

    public static string Markdown(RuleBundle bundle)
    {
        var text = new StringBuilder("| rule | stops | for | what it asks | requirements |\n|---|---|---|---|---|\n");
        foreach (var rule in bundle.Rules.Select(r => r.Header))
            text.Append(
                CultureInfo.InvariantCulture,
                $"| {rule.Id} | {Words(rule.Enforcement)} | {rule.Subject} | {MarkdownText.Escape(rule.Title)} | {MarkdownText.Escape(string.Join(", ", rule.Requirements))} |\n"
            );
        return text.ToString();
    }

    public static string Json(RuleBundle bundle) =>
        new JsonObject
        {
            ["rules"] = new JsonArray([
                .. bundle.Rules.Select(r => new JsonObject
                {
                    ["id"] = r.Header.Id,
                    ["title"] = r.Header.Title,
                    ["severity"] = r.Header.Severity.ToString().ToLowerInvariant(),
                    ["enforcement"] = Words(r.Header.Enforcement),
                    ["for"] = r.Header.Subject,
                    ["path"] = r.Path,
                    ["requirements"] = new JsonArray([.. r.Header.Requirements.Select(x => JsonValue.Create(x))]),
                    ["parameters"] = new JsonObject(
                        r.Header.Parameters.Select(p =>
                            KeyValuePair.Create<string, JsonNode?>(
                                p.Name,
                                new JsonObject
                                {
                                    ["type"] = p.Type.ToString().ToLowerInvariant(),
                                    ["default"] = p.Default.Spell(),
                                    ["value"] = p.InForce.Spell(),
                                    ["setAt"] = p.Set?.At.ToString(),
                                    ["description"] = p.Description,
                                }
                            )
                        )
                    ),
                    ["help"] = r.Header.Help,
                }),
            ]),
            ["withheld"] = new JsonArray([.. bundle.Withheld.Select(r => JsonValue.Create(r.Header.Id))]),
        }.ToJsonString();

    /// <summary>The value in force and, where the repository set it, where and instead of what.</summary>
    public static string InForce(ParameterDeclaration parameter) =>
        parameter.Set is { } set
            ? $"{set.Value.Spell()} (set at {set.At}; default {parameter.Default.Spell()})"
            : parameter.Default.Spell();

    private static string Words(Enforcement enforcement) => enforcement.ToString().ToLowerInvariant();
}

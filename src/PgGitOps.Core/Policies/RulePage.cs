using System.Globalization;
using System.Text;
using PgGitOps.Core.Sources;

namespace PgGitOps.Core.Policies;

/// <summary>The reference page of one rule, from its header and its fixtures: what is shown there is tested.</summary>
public static class RulePage
{
    public static string Write(RuleSource rule, SourceFile? fixtures)
    {
        var header = rule.Header;
        var text = new StringBuilder();
        text.Append(CultureInfo.InvariantCulture, $"# {header.Id}: {header.Title}\n\n{header.Help}\n\n");
        text.Append(
            CultureInfo.InvariantCulture,
            $"| | |\n|---|---|\n| enforcement | {Words(header.Enforcement)} |\n| severity | {header.Severity.ToString().ToLowerInvariant()} |\n| runs for | {(header.IsForFleet ? "the fleet, once" : $"each {header.Subject}")} |\n| requirements | {string.Join(", ", header.Requirements)} |\n| file | `{rule.Path}` |\n"
        );
        if (header.Parameters.Count > 0)
        {
            text.Append("\n| parameter | type | default | limits | meaning |\n|---|---|---|---|---|\n");
            foreach (var p in header.Parameters)
                text.Append(
                    CultureInfo.InvariantCulture,
                    $"| `{p.Name}` | {p.Type.ToString().ToLowerInvariant()} | {p.Default.Spell()} | {Limits(p)} | {p.Description} |\n"
                );
        }
        foreach (var (title, yaml) in Cases(fixtures))
            text.Append(
                CultureInfo.InvariantCulture,
                $"\n**{char.ToUpperInvariant(title[0])}{title[1..]}**\n\n```yaml\n{yaml.Trim('\n')}\n```\n"
            );
        return text.ToString();
    }

    public static string Index(RuleBundle bundle)
    {
        var text = new StringBuilder(
            "# Rules shipped with the product\n\nEach page is made from the rule's header and its fixtures. How rules are written: [rules](../../guides/rules.md).\n\n| rule | stops | for | what it asks | requirements |\n|---|---|---|---|---|\n"
        );
        foreach (var rule in bundle.Rules.Select(r => r.Header))
            text.Append(
                CultureInfo.InvariantCulture,
                $"| [{rule.Id}]({rule.Id}.md) | {Words(rule.Enforcement)} | {rule.Subject} | {rule.Title} | {string.Join(", ", rule.Requirements)} |\n"
            );
        return text.ToString();
    }

    private static string Words(Enforcement enforcement) =>
        enforcement switch
        {
            Enforcement.Advisory => "advisory: reported, stops nothing",
            Enforcement.Soft => "soft: rejects unless waived",
            Enforcement.Hard => "hard: rejects, and nothing waives it",
        };

    private static string Limits(ParameterDeclaration p) =>
        (p.Min, p.Max) switch
        {
            ({ } min, { } max) => $"{min.Spell()} to {max.Spell()}",
            ({ } min, null) => $"from {min.Spell()}",
            (null, { } max) => $"to {max.Spell()}",
            _ => p.OneOf.Count > 0 ? string.Join(", ", p.OneOf) : "",
        };

    private static IEnumerable<(string Title, string Yaml)> Cases(SourceFile? fixtures)
    {
        const string Case = "# case:";
        if (fixtures is null)
            yield break;
        var lines = Encoding.UTF8.GetString(fixtures.Content.Span).Split('\n');
        for (var i = 0; i < lines.Length; i++)
        {
            if (!lines[i].StartsWith(Case, StringComparison.Ordinal))
                continue;
            var body = lines.Skip(i + 1).TakeWhile(l => !l.StartsWith(Case, StringComparison.Ordinal));
            yield return (lines[i][Case.Length..].Trim(), string.Join('\n', body));
        }
    }
}

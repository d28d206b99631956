using PgGitOps.Core.Desired;
using PgGitOps.Core.Sources;

namespace PgGitOps.Core.Policies;

/// <summary>Settings of a repository and the headers of its rules → the values rules are run with.</summary>
/// <remarks>Fails closed: a rule is withheld when anything that was set for it is wrong, and the revision is refused for the setting.</remarks>
public static class SettingsInForce
{
    /// <summary>A finding about a setting: it belongs to the documents that hold it, whoever's rules judge them.</summary>
    public static bool IsOfSetting(Diagnostic finding) =>
        IsInSettings(finding) && (finding.RuleId == RuleFindings.Parameter.Id || finding.RuleId == RuleFindings.UnknownRule.Id);

    public static RuleBundle Apply(RuleBundle bundle, FleetReading reading)
    {
        var holding = HoldingDocuments.Of(reading);
        if (holding.KnowSettings)
            return Apply(bundle, holding.Documents);
        // What cannot be read may set any of them.
        var errors = reading.Diagnostics.Where(d => d.Severity == Severity.Error).ToList();
        var blamed = errors.Find(IsInSettings) ?? errors[0];
        return bundle with
        {
            Rules = [],
            Withheld = InOrder(bundle.Withheld.Concat(bundle.Rules)),
            Broken =
            [
                .. bundle.Broken,
                RuleFindings.Parameter.At(
                    blamed.Span,
                    "no rule is run, because the settings of rules cannot be read",
                    blamed.Message
                ) with
                {
                    Document = blamed.Document,
                },
            ],
        };
    }

    public static RuleBundle Apply(RuleBundle bundle, IReadOnlyList<ReadDocument> documents)
    {
        var settings = documents
            .Where(d => d.Content is RuleSettingsDocument)
            .SelectMany(d => ((RuleSettingsDocument)d.Content!).Rules.Select(s => (Document: d, Setting: s)))
            .OrderBy(s => s.Setting.Rule.Span)
            .GroupBy(s => s.Setting.Rule.Value, StringComparer.Ordinal)
            .ToList();
        if (settings.Count == 0)
            return bundle;
        var (rules, withheld, findings) = (
            bundle.Rules.ToDictionary(r => r.Header.Id, StringComparer.Ordinal),
            bundle.Withheld.ToList(),
            bundle.Broken.ToList()
        );
        foreach (var group in settings)
        {
            var before = findings.Count;
            var rule = rules.GetValueOrDefault(group.Key);
            var (first, others) = (group.First(), group.Skip(1).ToList());
            if (rule is null)
                findings.AddRange(
                    group.Select(s =>
                        s.Document.Locate(
                            RuleFindings.UnknownRule.At(
                                s.Setting.Rule.Span,
                                $"rule {group.Key}, which is set here, is not in the bundle{Suggestion.Clause(group.Key, bundle.Rules.Select(r => r.Header.Id))}",
                                "pggitops rules list shows them"
                            )
                        )
                    )
                );
            foreach (var other in others)
            {
                findings.Add(
                    other.Document.Locate(
                        RuleFindings.Parameter.At(
                            other.Setting.Rule.Span,
                            $"rule {group.Key} is set twice; first at {first.Setting.Rule.Span}",
                            "keep one of them"
                        )
                    )
                );
                findings.Add(
                    first.Document.Locate(
                        RuleFindings.Parameter.At(
                            first.Setting.Rule.Span,
                            $"rule {group.Key} is set twice; again at {other.Setting.Rule.Span}",
                            "keep one of them"
                        )
                    )
                );
            }
            if (rule is null)
                continue;
            var header = rule.Header;
            foreach (var (document, setting) in group)
                header = header with { Parameters = Set(header, document, setting, findings) };
            if (findings.Count == before)
                rules[group.Key] = rule with { Header = header };
            else
            {
                rules.Remove(group.Key);
                withheld.Add(rule);
            }
        }
        return bundle with
        {
            Rules = InOrder(rules.Values),
            Withheld = InOrder(withheld),
            Broken = findings.OrderBy(d => d.Span).ThenBy(d => d.Message, StringComparer.Ordinal).ToEquatableArray(),
        };
    }

    private static EquatableArray<ParameterDeclaration> Set(
        RuleHeader header,
        ReadDocument document,
        RuleSetting setting,
        List<Diagnostic> findings
    )
    {
        var declared = header.Parameters.ToList();
        foreach (var (name, written) in setting.Parameters)
        {
            var at = declared.FindIndex(p => p.Name == name.Value);
            if (at < 0)
                findings.Add(
                    document.Locate(
                        RuleFindings.Parameter.At(
                            name.Span,
                            $"rule {header.Id} has no parameter '{name.Value}'{Suggestion.Clause(name.Value, declared.Select(p => p.Name))}",
                            declared.Count == 0 ? "it has none" : $"it has {string.Join(", ", declared.Select(p => p.Name))}"
                        )
                    )
                );
            else if (ParameterReader.Value(declared[at], written, out var problem) is { } value)
                declared[at] = declared[at] with { Set = new ParameterSetting(value, written.SpanIn(document.Path)) };
            else
                findings.Add(
                    document.Locate(
                        RuleFindings.Parameter.At(
                            written.SpanIn(document.Path),
                            $"'{name.Value}' of rule {header.Id} {problem}",
                            $"declared at {declared[at].At}"
                        )
                    )
                );
        }
        return declared.ToEquatableArray();
    }

    private static bool IsInSettings(Diagnostic finding) =>
        finding.Document?.StartsWith("RuleSettings/", StringComparison.Ordinal) == true;

    private static EquatableArray<RuleSource> InOrder(IEnumerable<RuleSource> rules) =>
        rules.OrderBy(r => r.Header.Id, StringComparer.Ordinal).ToEquatableArray();
}

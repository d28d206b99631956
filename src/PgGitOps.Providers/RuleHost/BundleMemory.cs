using PgGitOps.Providers.RuleHost.Compiling;

namespace PgGitOps.Providers.RuleHost;

/// <summary>Rules that ended the compiler, by their texts: what they are does not change when another rule beside them does.</summary>
internal sealed class BundleMemory
{
    private const int TextsMax = 2_000;
    private readonly Dictionary<(string Text, string Subject), CompileFinding> known = [];

    /// <returns>What is known of some of the rules, and the others.</returns>
    public (List<CompileFinding> Known, List<RuleText> Others) Part(List<RuleText> rules)
    {
        var (found, others) = (new List<CompileFinding>(), new List<RuleText>());
        foreach (var rule in rules)
        {
            if (known.TryGetValue((rule.Text, rule.Subject), out var finding))
                found.Add(finding with { Rule = rule.Number });
            else
                others.Add(rule);
        }
        return (found, others);
    }

    public void Keep(List<RuleText> rules, CompiledRules compiled)
    {
        if (known.Count > TextsMax)
            known.Clear();
        foreach (var (number, finding) in compiled.Deadly)
        {
            var rule = rules.First(r => r.Number == number);
            known[(rule.Text, rule.Subject)] = finding;
        }
    }
}

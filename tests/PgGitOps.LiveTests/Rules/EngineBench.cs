using System.Text;
using PgGitOps.Core.Desired;
using PgGitOps.Core.Desired.Yaml;
using PgGitOps.Core.Policies;
using PgGitOps.Core.Sources;
using PgGitOps.Providers.RuleHost;

namespace PgGitOps.LiveTests.Rules;

/// <summary>Builds bundles and documents from text.</summary>
internal static class EngineBench
{
    public static readonly DateTimeOffset Now = new(2030, 1, 2, 3, 4, 5, TimeSpan.Zero);

    public static string Rule(string id, string body, string subject = "Fleet", string enforcement = "soft", string more = "") =>
        $"""
            /*---
            id: {id}
            title: Test rule {id}
            severity: error
            enforcement: {enforcement}
            for: {subject}
            {more}
            ---*/
            {body}
            """;

    public static RuleBundle Bundle(params string[] rules) =>
        RuleBundleReader.Read(
            rules.Select((text, i) => new SourceFile($"policies/rules/r{i:D3}.csx", "", Encoding.UTF8.GetBytes(text)))
        );

    public static List<ReadDocument> Documents(string yaml, string path = "policies/contexts/x.yaml")
    {
        var findings = new List<Diagnostic>();
        var roots = YamlDocuments.Read(path, yaml, findings);
        Assert.Empty(findings);
        return [.. roots.Select(r => new ReadDocument(path, r["kind"]?.Text, r["metadata"]?["name"]?.Text, r, null))];
    }

    /// <summary>The bundle with a parameter of one of its rules set.</summary>
    public static RuleBundle Set(RuleBundle bundle, string rule, string parameters)
    {
        var yaml =
            $"apiVersion: pggitops.dev/v1\nkind: RuleSettings\nmetadata: {{ name: s }}\nspec: {{ rules: [ {{ rule: {rule}, parameters: {{ {parameters} }} }} ] }}\n";
        var tree = new SourceTree(
            new RevisionInfo("c", "t", Now, ""),
            [new SourceFile("policies/settings.yaml", "", Encoding.UTF8.GetBytes(yaml))]
        );
        var set = SettingsInForce.Apply(bundle, new FleetReader().Read(tree));
        Assert.Equal(bundle.Broken, set.Broken);
        return set;
    }

    public static RuleEngine Engine(RuleEngineOptions? options = null) => new(options ?? new RuleEngineOptions());
}

using PgGitOps.Core.Desired;
using PgGitOps.Core.Policies;
using PgGitOps.Core.Sources;
using PgGitOps.LiveTests.Fleet;
using PgGitOps.Providers.RuleHost;

namespace PgGitOps.LiveTests.Rules;

public sealed class ShippedRulesTests
{
    private static SourceTree Tree() => new(
        new RevisionInfo("worktree", "", default, ""),
        [.. new[] { "policies", "environments" }.SelectMany(f => Directory.GetFiles(Path.Combine(ShippedFiles.Root, f), "*", SearchOption.AllDirectories))
            .Select(f => new SourceFile(Path.GetRelativePath(ShippedFiles.Root, f).Replace('\\', '/'), "", File.ReadAllBytes(f))).OrderBy(f => f.Path, StringComparer.Ordinal)]);

    [Fact]
    [Trait("Requirement", "R-03")]
    public void Test_OfTheShippedRules_PassesAndCoversEachFromBothSides()
    {
        var report = RuleTester.Run(Tree(), new RuleEngineOptions());
        Assert.Empty(report.Problems);
        Assert.Empty(report.Results.SelectMany(r => r.Failures));
        Assert.True(report.Coverage.Count >= 15);
        Assert.All(report.Coverage, c => Assert.True(c.IsComplete, $"{c.Rule.Id} has {c.Failing} failing and {c.Passing} passing cases"));
    }

    [Fact]
    public void Evaluate_OfTheShippedSamples_RejectsNothing()
    {
        var tree = Tree();
        var reading = new FleetReader().Read(tree);
        var bundle = RuleBundleReader.Read(tree);
        using var engine = new RuleEngine(new RuleEngineOptions());
        var evaluation = engine.Evaluate(bundle, reading.Documents, EngineBench.Now);
        var report = RuleJudgement.Settle(bundle, [.. evaluation.Runs], [.. evaluation.Problems], [], reading.Documents.Count, EngineBench.Now);
        Assert.Empty(report.Diagnostics);
        Assert.False(report.Rejected);
        Assert.True(report.Count(Outcome.Pass) > 60, $"{report.Count(Outcome.Pass)} passes");
        Assert.Equal(0, report.Count(Outcome.Error));
    }

    [Fact]
    public void Judge_OfAFixtureThatExpectsTheWrongField_FailsTheTest()
    {
        var tree = Tree();
        var changed = tree with
        {
            Files = [.. tree.Files.Select(f => f.Path != "policies/rules/pitr-window.test.yaml" ? f
                : f with { Content = System.Text.Encoding.UTF8.GetBytes(System.Text.Encoding.UTF8.GetString(f.Content.Span).Replace("@spec.backup.pitrWindow", "@spec.backup.maxAge")) })],
        };
        var report = RuleTester.Run(changed, new RuleEngineOptions());
        Assert.False(report.Passed);
        Assert.Equal(2, Assert.Single(report.Results, r => r.Failures.Count > 0).Failures.Count);
    }
}

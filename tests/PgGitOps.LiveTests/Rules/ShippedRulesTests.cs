using PgGitOps.Core.Desired;
using PgGitOps.Core.Policies;
using PgGitOps.Core.Sources;
using PgGitOps.LiveTests.Fleet;
using PgGitOps.Providers.RuleHost;

namespace PgGitOps.LiveTests.Rules;

public sealed class ShippedRulesTests
{
    private static SourceTree Tree() =>
        new(
            new RevisionInfo("worktree", "", default, ""),
            [
                .. new[] { "policies", "environments" }
                    .SelectMany(f => Directory.GetFiles(Path.Combine(ShippedFiles.Root, f), "*", SearchOption.AllDirectories))
                    .Select(f => new SourceFile(
                        Path.GetRelativePath(ShippedFiles.Root, f).Replace('\\', '/'),
                        "",
                        File.ReadAllBytes(f)
                    ))
                    .OrderBy(f => f.Path, StringComparer.Ordinal),
            ]
        );

    [Fact]
    [Trait("Requirement", "R-03")]
    public void Test_OfTheShippedRules_PassesAndCoversEachFromBothSides()
    {
        var report = RuleTester.Run(Tree(), new RuleEngineOptions());
        Assert.Empty(report.Problems);
        Assert.Empty(report.Results.SelectMany(r => r.Failures));
        Assert.True(report.Coverage.Count >= 15);
        Assert.All(
            report.Coverage,
            c => Assert.True(c.IsComplete, $"{c.Rule.Id} has {c.Failing} failing and {c.Passing} passing cases")
        );
        // PG103 has no statement that its cases leave out; a statement counted for a neighbour would show on one side or the other.
        Assert.All(report.Coverage, c => Assert.InRange(c.StatementsRun, 1, c.Statements));
        Assert.Equal(
            (9, 9),
            report.Coverage.Where(c => c.Rule.Id == "PG103").Select(c => (c.StatementsRun, c.Statements)).Single()
        );
        Assert.Equal(
            (7, 7),
            report.Coverage.Where(c => c.Rule.Id == "PG402").Select(c => (c.StatementsRun, c.Statements)).Single()
        );
    }

    [Fact]
    public void Evaluate_OfTheShippedSamples_RejectsNothing()
    {
        var tree = Tree();
        var reading = new FleetReader().Read(tree);
        var bundle = RuleBundleReader.Read(tree);
        using var engine = new RuleEngine(new RuleEngineOptions());
        var evaluation = engine.Evaluate(bundle, reading.Documents, EngineBench.Now);
        var report = RuleJudgement.Settle(
            bundle,
            [.. evaluation.Runs],
            [.. evaluation.Problems],
            [],
            reading.Documents.Count,
            EngineBench.Now
        );
        Assert.Empty(report.Diagnostics);
        Assert.False(report.Rejected);
        Assert.True(report.Count(Outcome.Pass) > 60, $"{report.Count(Outcome.Pass)} passes");
        Assert.Equal(0, report.Count(Outcome.Error));
    }

    /// <summary>What a rule proposes, carried out: the finding is gone, and no other came of it.</summary>
    [Fact]
    public void Edits_ThatTheShippedRulesPropose_MendWhatTheyAreProposedFor()
    {
        var tree = Tree();
        var bundle = RuleBundleReader.Read(tree);
        using var engine = new RuleEngine(new RuleEngineOptions());
        var (safe, proposing) = (new HashSet<string>(), new HashSet<string>());
        foreach (var file in tree.Files.Where(f => RuleFixtureReader.IsFixture(f.Path)))
        {
            var rule = bundle.Rules.Single(r => r.Path == RuleFixtureReader.RulePathOf(file.Path)).Header;
            foreach (var fixture in Cases(file))
            {
                var alone = Alone(file, fixture);
                var found = Findings(fixture);
                if (found.SelectMany(f => f.Edits).ToList() is not { Count: > 0 } edits)
                    continue;
                proposing.Add(rule.Id);
                if (edits.Exists(e => e.Safe))
                    safe.Add(rule.Id);
                var mended = SafeFixes.Apply(alone, [.. edits.DistinctBy(e => (e.At, e.Key))]);
                Assert.True(mended is not null, $"{rule.Id}, {fixture.Name}: the edit would change more than its value");
                var after = Cases(alone with { Content = System.Text.Encoding.UTF8.GetBytes(mended.Text) }).Single();
                Assert.True(Findings(after) is [], $"{rule.Id}, {fixture.Name}: still found after\n{mended.Diff}");
            }

            List<RawFinding> Findings(RuleFixture fixture) =>
                [
                    .. engine
                        .Evaluate(bundle, fixture.Documents, RuleTester.Now)
                        .Runs.Where(r => r.Rule.Id == rule.Id)
                        .SelectMany(r => r.Findings),
                ];
        }
        // Safe is what makes the engine more careful and leaves one way to write it. Whatever promises more, costs somebody work or may
        // lock somebody out is proposed only.
        Assert.Equal(["PG202", "PG204", "PG402"], safe.Order(StringComparer.Ordinal));
        Assert.Equal(
            ["PG101", "PG103", "PG104", "PG106", "PG107", "PG108", "PG202", "PG203", "PG204", "PG205", "PG206", "PG401", "PG402"],
            proposing.Order(StringComparer.Ordinal)
        );

        // Cases of one file are files of their own, whose lines stand where they stood.
        static SourceFile Alone(SourceFile file, RuleFixture fixture)
        {
            var lines = System.Text.Encoding.UTF8.GetString(file.Content.Span).Split('\n');
            var body = lines.Skip(fixture.At.Line).TakeWhile(l => !l.StartsWith("# case:", StringComparison.Ordinal));
            string[] alone = [.. Enumerable.Repeat("", fixture.At.Line - 1), lines[fixture.At.Line - 1], .. body, ""];
            return file with { Content = System.Text.Encoding.UTF8.GetBytes(string.Join('\n', alone)) };
        }

        IReadOnlyList<RuleFixture> Cases(SourceFile file)
        {
            var problems = new List<Diagnostic>();
            var cases = RuleFixtureReader.Read(file, tree, problems);
            Assert.Empty(problems);
            return cases;
        }
    }

    [Fact]
    public void Judge_OfAFixtureThatExpectsTheWrongField_FailsTheTest()
    {
        var tree = Tree();
        var changed = tree with
        {
            Files =
            [
                .. tree.Files.Select(f =>
                    f.Path != "policies/rules/pitr-window.test.yaml"
                        ? f
                        : f with
                        {
                            Content = System.Text.Encoding.UTF8.GetBytes(
                                System
                                    .Text.Encoding.UTF8.GetString(f.Content.Span)
                                    .Replace("@spec.backup.pitrWindow", "@spec.backup.maxAge")
                            ),
                        }
                ),
            ],
        };
        var report = RuleTester.Run(changed, new RuleEngineOptions());
        Assert.False(report.Passed);
        Assert.Equal(2, Assert.Single(report.Results, r => r.Failures.Count > 0).Failures.Count);
    }
}

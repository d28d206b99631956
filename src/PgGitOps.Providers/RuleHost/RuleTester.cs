using PgGitOps.Core.Desired;
using PgGitOps.Core.Policies;
using PgGitOps.Core.Sources;

namespace PgGitOps.Providers.RuleHost;

/// <summary>How well a rule is tested.</summary>
/// <param name="Failing">Cases in which it is expected to find something.</param>
/// <param name="Passing">Cases in which it is expected to find nothing, and applies.</param>
/// <param name="StatementsRun">Of <paramref name="Statements"/>, those that some case ran.</param>
public sealed record RuleCoverage(RuleHeader Rule, string Path, int Failing, int Passing, int StatementsRun, int Statements)
{
    public bool IsComplete => Failing > 0 && Passing > 0;
}

/// <param name="Problems">Rules or test files that could not be read or compiled.</param>
public sealed record RuleTestReport(
    EquatableArray<FixtureResult> Results,
    EquatableArray<RuleCoverage> Coverage,
    EquatableArray<Diagnostic> Problems
)
{
    public bool Passed => Results.All(r => r.Failures.Count == 0) && Problems.All(p => p.Severity != Severity.Error);
}

/// <summary>Runs the fixtures beside the rules of a revision.</summary>
/// <remarks>With the defaults of their parameters, unless a case sets them: a setting elsewhere makes no test of a rule fail.</remarks>
public static class RuleTester
{
    /// <summary>The moment fixtures take place, unless something else is written in them.</summary>
    public static readonly DateTimeOffset Now = new(2030, 1, 1, 0, 0, 0, TimeSpan.Zero);

    public static RuleTestReport Run(SourceTree tree, RuleEngineOptions options)
    {
        var (kinds, findings) = DeclaredKind.Of(tree);
        var bundle = RuleSubjects.Check(
            RuleBundleReader.Read(tree),
            findings.Any(f => f.Severity == Severity.Error) ? null : kinds.Select(k => k.Name)
        );
        var problems = new List<Diagnostic>(bundle.Broken);
        var results = new List<FixtureResult>();
        var visited = bundle.Rules.ToDictionary(r => r.Header.Id, _ => new HashSet<SourceSpan>(), StringComparer.Ordinal);
        var statements = new Dictionary<string, int>(StringComparer.Ordinal);
        using var engine = new RuleEngine(options with { Trace = true });
        foreach (
            var file in tree.Files.Where(f => RuleFixtureReader.IsFixture(f.Path)).OrderBy(f => f.Path, StringComparer.Ordinal)
        )
        {
            var fixtures = RuleFixtureReader.Read(file, tree, problems);
            if (bundle.Rules.FirstOrDefault(r => r.Path == RuleFixtureReader.RulePathOf(file.Path)) is not { } rule)
            {
                problems.Add(
                    RuleFindings.Fixture.At(
                        SourceSpan.WholeFile(file.Path),
                        $"there is no sound rule {RuleFixtureReader.RulePathOf(file.Path)} beside this test"
                    )
                );
                continue;
            }
            foreach (var fixture in fixtures)
            {
                var chosen = rule.Header.IsForFleet
                    ? [(rule.Header.Id, (string?)null)]
                    : fixture
                        .Documents.Where(d => d.Kind == rule.Header.Subject)
                        .Select(d => (rule.Header.Id, (string?)d.Id))
                        .ToHashSet();
                var set = SettingsInForce.Apply(bundle, fixture.Documents);
                problems.AddRange(set.Broken);
                var evaluation = engine.Evaluate(set, fixture.Documents, Now, chosen: chosen);
                problems.AddRange(evaluation.Problems);
                results.Add(FixtureResult.Judge(rule.Header, fixture, evaluation.Runs));
                visited[rule.Header.Id].UnionWith(evaluation.Runs.SelectMany(r => r.Trace?.Statements ?? []));
                foreach (var (id, count) in evaluation.Statements)
                    statements[id] = count;
            }
        }
        var coverage = bundle.Rules.Select(r =>
        {
            var mine = results.Where(t => t.Rule == r.Header.Id).ToList();
            return new RuleCoverage(
                r.Header,
                r.Path,
                mine.Count(t => t.Fixture.Expectations.Any(e => e.IsFinding)),
                mine.Count(t => t.Fixture.Expectations.Count == 0),
                visited[r.Header.Id].Count,
                statements.GetValueOrDefault(r.Header.Id)
            );
        });
        return new RuleTestReport(
            results.ToEquatableArray(),
            coverage.ToEquatableArray(),
            problems.Distinct().OrderBy(p => p.Span).ToEquatableArray()
        );
    }
}

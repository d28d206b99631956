using PgGitOps.Core.Desired;
using PgGitOps.Core.Desired.Reading;
using PgGitOps.Core.Desired.Schemas;
using PgGitOps.Core.Desired.Schemas.Own;
using PgGitOps.Core.Desired.Yaml;
using PgGitOps.Core.Sources;

namespace PgGitOps.Core.Policies;

/// <summary>What a fixture says should happen: <c># expect: PG101 error @spec.rpoClass</c>.</summary>
/// <param name="Verdict"><c>error</c>, <c>warning</c> or <c>note</c> for a finding; <c>notApplicable</c>; <c>crash</c>.</param>
/// <param name="Field">Field path after <c>@</c>, or null for any field on the same line.</param>
public sealed record Expectation(string Rule, string Verdict, string? Field, string Document, SourceSpan At)
{
    public bool IsFinding => Verdict is "error" or "warning" or "note";
}

/// <summary>One fleet of a test file, from <c># case: name</c> to the next.</summary>
public sealed record RuleFixture(
    string Name,
    IReadOnlyList<ReadDocument> Documents,
    EquatableArray<Expectation> Expectations,
    SourceSpan At
);

/// <summary><c>*.test.yaml</c> beside a rule: small fleets with expectations in comments.</summary>
public static class RuleFixtureReader
{
    // Each case is read with the lines before it left empty.
    private const int CasesMax = 1_000;

    private const string Case = "# case:",
        Expect = "# expect:";
    private static readonly string[] Verdicts = ["error", "warning", "note", "notApplicable", "crash"];

    public static bool IsFixture(string path) =>
        path.StartsWith("policies/rules/", StringComparison.Ordinal) && path.EndsWith(".test.yaml", StringComparison.Ordinal);

    /// <summary>Path of the rule a test file belongs to.</summary>
    public static string RulePathOf(string path) => path[..^".test.yaml".Length] + ".csx";

    public static string FixturePathOf(string rulePath) => rulePath[..^".csx".Length] + ".test.yaml";

    /// <param name="tree">The files around it, for the kinds they declare.</param>
    public static IReadOnlyList<RuleFixture> Read(SourceFile file, SourceTree tree, List<Diagnostic> findings) =>
        Read(file, OwnKinds.Read(tree.Files), findings);

    private static List<RuleFixture> Read(SourceFile file, OwnKinds kinds, List<Diagnostic> findings)
    {
        if (SourceDecoding.Decode(file, findings) is not { } text)
            return [];
        var lines = text.Split('\n');
        var starts = Enumerable
            .Range(0, lines.Length)
            .Where(i => lines[i].TrimStart().StartsWith(Case, StringComparison.Ordinal))
            .ToList();
        if (starts.Count == 0)
            findings.Add(RuleFindings.Fixture.At(new SourceSpan(file.Path, 1, 1, 1), "the file holds no '# case:' line"));
        if (starts.Count > CasesMax)
        {
            findings.Add(
                RuleFindings.Fixture.At(
                    new SourceSpan(file.Path, starts[CasesMax] + 1, 1, 1),
                    $"a file of fixtures holds at most {CasesMax} cases"
                )
            );
            return [];
        }
        var fixtures = new List<RuleFixture>();
        var budget = new SchemaBudget();
        for (var i = 0; i < starts.Count; i++)
        {
            var (from, to) = (starts[i], i + 1 < starts.Count ? starts[i + 1] : lines.Length);
            // Empty lines before the case keep its lines where they are.
            var yaml = string.Join('\n', Enumerable.Repeat("", from).Concat(lines[from..to]));
            var before = findings.Count;
            var documents = YamlDocuments
                .Read(file.Path, yaml, findings)
                .Select(r => Document(file.Path, r, kinds, budget, findings))
                .ToList();
            if (findings.Count > before)
                continue;
            var expectations = Enumerable
                .Range(from, to - from)
                .Select(line => Expectation(file.Path, lines[line], line + 1, documents, findings))
                .OfType<Expectation>()
                .ToEquatableArray();
            fixtures.Add(
                new RuleFixture(
                    lines[from].Trim()[Case.Length..].Trim(),
                    documents,
                    expectations,
                    new SourceSpan(file.Path, from + 1, 1, 1)
                )
            );
        }
        return fixtures;
    }

    // A document may say only what its rule reads; one of a declared kind that names its apiVersion is meant whole.
    private static ReadDocument Document(
        string path,
        LocatedNode root,
        OwnKinds kinds,
        SchemaBudget budget,
        List<Diagnostic> findings
    )
    {
        var (kind, apiVersion) = (root["kind"]?.Text, root["apiVersion"]?.Text);
        // Settings are not read by the rule but set it.
        if (kind == "RuleSettings" && apiVersion == DocumentSchemas.ApiVersion)
            return DocumentParser.ReadDocument(path, root, Soundness.Unknown, kinds, budget, findings);
        if (kind is not null && kinds.Find(apiVersion, kind) is { } schema)
        {
            findings.AddRange(PartJudge.Of(path, root, schema, budget));
            kind = OwnKinds.NameOf(apiVersion!, kind);
        }
        return new ReadDocument(path, kind, root["metadata"]?["name"]?.Text, root, null);
    }

    private static Expectation? Expectation(
        string path,
        string text,
        int line,
        List<ReadDocument> documents,
        List<Diagnostic> findings
    )
    {
        var at = text.IndexOf(Expect, StringComparison.Ordinal);
        if (at < 0)
            return null;
        var span = new SourceSpan(path, line, at + 1, at + 1);
        var words = text[(at + Expect.Length)..]
            .Split(' ', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);
        if (words.Length is < 2 or > 3 || !Verdicts.Contains(words[1]) || (words.Length == 3 && words[2][0] != '@'))
        {
            findings.Add(
                RuleFindings.Fixture.At(
                    span,
                    "an expectation reads '# expect: RULE error|warning|note|notApplicable|crash @field.path'"
                )
            );
            return null;
        }
        if (documents.FindLast(d => d.Root.Line <= line) is not { Id: { } document })
        {
            findings.Add(RuleFindings.Fixture.At(span, "the expectation stands in no document with a kind and a name"));
            return null;
        }
        return new Expectation(words[0], words[1], words.Length == 3 ? words[2][1..] : null, document, span);
    }
}

/// <summary>How one case of a test file went.</summary>
/// <param name="Failures">What differs from the expectations; empty when it passed.</param>
public sealed record FixtureResult(string Rule, RuleFixture Fixture, EquatableArray<Diagnostic> Failures)
{
    public static FixtureResult Judge(RuleHeader rule, RuleFixture fixture, IReadOnlyCollection<RuleRun> runs)
    {
        var failures = new List<Diagnostic>();
        var left = runs.SelectMany(r => r.Findings).ToList();
        foreach (var expected in fixture.Expectations)
        {
            if (expected.Rule != rule.Id)
                failures.Add(
                    RuleFindings.Fixture.At(expected.At, $"this file tests {rule.Id} and expects something of {expected.Rule}")
                );
            else if (expected.IsFinding)
                Take(expected);
            else if (
                !runs.Any(r =>
                    (r.Subject is null || r.Subject == expected.Document)
                    && r.End == (expected.Verdict == "crash" ? RunEnd.Error : RunEnd.NotApplicable)
                )
            )
                failures.Add(
                    RuleFindings.Fixture.At(
                        expected.At,
                        $"{rule.Id} on {expected.Document} was expected to be {expected.Verdict}, and it {Said(runs, expected.Document)}"
                    )
                );
        }
        foreach (var finding in left)
            failures.Add(
                RuleFindings.Fixture.At(finding.At, $"{rule.Id} found, unexpectedly, at {finding.Field}: {finding.Message}")
            );
        foreach (var run in runs.Where(r => r.End == RunEnd.Error && !Expects(r, "crash")))
            failures.Add(
                RuleFindings.Fixture.At(
                    run.ErrorAt,
                    $"{rule.Id} on {run.Subject ?? RuleHeader.FleetSubject} failed to run: {run.Reason}"
                )
            );
        if (runs.Count == 0)
            failures.Add(
                RuleFindings.Fixture.At(fixture.At, $"{rule.Id} ran on nothing in this case", $"the rule is for {rule.Subject}")
            );
        else if (fixture.Expectations.Count == 0 && runs.All(r => r.End == RunEnd.NotApplicable))
            failures.Add(RuleFindings.Fixture.At(fixture.At, $"{rule.Id} was expected to pass, and it {Said(runs, null)}"));
        return new FixtureResult(rule.Id, fixture, failures.ToEquatableArray());

        void Take(Expectation expected)
        {
            var severity = rule.Severity.ToString().ToLowerInvariant();
            var match = left.Find(f =>
                f.Document == expected.Document
                && f.At.Line == expected.At.Line
                && (expected.Field is null || f.Field == expected.Field)
            );
            if (match is null)
                failures.Add(
                    RuleFindings.Fixture.At(
                        expected.At,
                        $"{rule.Id} was expected to find something here{(expected.Field is null ? "" : $" at {expected.Field}")}, and it {Said(runs, expected.Document)}"
                    )
                );
            else if (severity != expected.Verdict)
                failures.Add(
                    RuleFindings.Fixture.At(
                        expected.At,
                        $"findings of {rule.Id} are of severity {severity}, not {expected.Verdict}"
                    )
                );
            left.Remove(match!);
        }

        bool Expects(RuleRun run, string verdict) =>
            fixture.Expectations.Any(e => e.Verdict == verdict && (run.Subject is null || e.Document == run.Subject));
    }

    private static string Said(IReadOnlyCollection<RuleRun> runs, string? document)
    {
        var said = runs.Where(r => document is null || r.Subject is null || r.Subject == document)
            .Select(r =>
                r.End == RunEnd.NotApplicable ? $"was not applicable: {r.Reason}"
                : r.End == RunEnd.Error ? $"failed to run: {r.Reason}"
                : r.Findings.Count == 0 ? "passed"
                : $"found {string.Join("; ", r.Findings.Select(f => $"{f.At.Line}: {f.Field}"))}"
            );
        return string.Join(", and ", said.DefaultIfEmpty("did not run"));
    }
}

using System.Text;
using PgGitOps.Core.Desired;
using PgGitOps.Core.Proofs.Verdicts;
using PgGitOps.Core.Sources;
using PgGitOps.Tests.Desired;

namespace PgGitOps.Tests.Proofs;

/// <summary>
/// Each folder under Scenarios changes some files of <c>base</c>; expected.txt holds what is found, beneath the source line.
/// PGGITOPS_UPDATE=1 rewrites the expectations; review them line by line.
/// </summary>
[Trait("Requirement", "R-07")]
public sealed class ScenarioTests
{
    private static readonly string Folder = Path.Combine(
        Trees.ProjectDirectory,
        "tests",
        "PgGitOps.Tests",
        "Proofs",
        "Scenarios"
    );

    public static TheoryData<string> Names =>
        [
            .. Directory
                .EnumerateDirectories(Folder)
                .Select(d => Path.GetFileName(d)!)
                .Where(n => n != "base")
                .Order(StringComparer.Ordinal),
        ];

    [Theory]
    [MemberData(nameof(Names))]
    public void Judge_Scenario_FindsExactlyThis(string name)
    {
        var tree = TreeOf(name);
        var reading = new FleetReader().Read(tree);
        var findings = reading.Fleet is { } fleet ? ClaimRules.Judge(fleet).Diagnostics.AsEnumerable() : reading.Diagnostics;

        var text = Render(tree, findings);

        var expected = Path.Combine(Folder, name, "expected.txt");
        if (Environment.GetEnvironmentVariable("PGGITOPS_UPDATE") == "1")
            File.WriteAllText(expected, text);
        Assert.Equal(File.ReadAllText(expected), text);
    }

    /// <summary>Every finding the proofs can make is shown by a scenario, but for those that need a fleet no reader accepts.</summary>
    [Fact]
    public void Scenarios_ShowEveryRule()
    {
        var shown = Directory
            .EnumerateFiles(Folder, "expected.txt", SearchOption.AllDirectories)
            .Select(File.ReadAllText)
            .Aggregate(string.Concat);
        // Too many members for a proof: shown with a fleet from the builder.
        string[] elsewhere = ["PGC028"];
        Assert.DoesNotContain(
            ClaimRuleList.All,
            r => !shown.Contains(r.Id, StringComparison.Ordinal) && !elsewhere.Contains(r.Id)
        );
    }

    /// <summary>The fleet that the project ships promises nothing it cannot keep.</summary>
    [Fact]
    public void Judge_ShippedFleet_RejectsNothing()
    {
        var reading = new FleetReader().Read(Trees.OfProject());
        Assert.NotNull(reading.Fleet);
        Assert.DoesNotContain(ClaimRules.Judge(reading.Fleet).Diagnostics, d => d.Severity == Severity.Error);
    }

    [Fact]
    public void Documentation_ExplainsEveryRule()
    {
        var page = File.ReadAllText(Path.Combine(Trees.ProjectDirectory, "docs", "claims.md"));
        Assert.All(
            ClaimRuleList.All,
            r =>
                Assert.Contains(
                    $"### {r.Id} {r.Title}\n\n{(r.Severity == Severity.Warning ? "Warning. " : "")}{r.Help}\n",
                    page,
                    StringComparison.Ordinal
                )
        );
        Assert.Equal(ClaimRuleList.All.Count, ClaimRuleList.All.Select(r => r.Id).Distinct().Count());
    }

    internal static SourceTree TreeOf(string name)
    {
        var files = new SortedDictionary<string, string>(StringComparer.Ordinal);
        foreach (var folder in (string[])["base", name])
        {
            var root = Path.Combine(Folder, folder);
            foreach (var file in Directory.EnumerateFiles(root, "*.yaml", SearchOption.AllDirectories))
                files[Path.GetRelativePath(root, file).Replace('\\', '/')] = File.ReadAllText(file);
        }
        return Trees.Of([.. files.Select(f => (f.Key, f.Value))]);
    }

    private static string Render(SourceTree tree, IEnumerable<Diagnostic> findings)
    {
        var text = new StringBuilder();
        foreach (var finding in findings)
        {
            text.Append(
                $"{finding.Span}: {finding.Severity.ToString().ToLowerInvariant()} {finding.RuleId}: {finding.Message}\n"
            );
            var source = Encoding.UTF8.GetString(tree.Files.Single(f => f.Path == finding.Span.Path).Content.Span).Split('\n')[
                finding.Span.Line - 1
            ];
            text.Append(
                $"    {source}\n    {new string(' ', finding.Span.Column - 1)}{new string('^', Math.Max(1, finding.Span.EndColumn - finding.Span.Column))}\n"
            );
            text.Append($"  {finding.Document} {finding.Field}\n");
            if (finding.Hint is { } hint)
                text.Append($"  hint: {hint}\n");
            text.Append('\n');
        }
        return text.Length == 0 ? "nothing\n" : text.ToString();
    }
}

using PgGitOps.Core.Desired;
using PgGitOps.Core.Reporting.Diagnostics;
using PgGitOps.Core.Sources;

namespace PgGitOps.Tests.Desired;

/// <summary>
/// Each folder below Scenarios/documents holds files that are laid over the valid ones of <c>_base</c>, and the findings they lead to.
/// PGGITOPS_UPDATE=1 rewrites the findings; review them line by line.
/// </summary>
public sealed class ScenarioTests
{
    private static readonly string Root = Path.Combine(
        Trees.ProjectDirectory,
        "tests",
        "PgGitOps.Tests",
        "Scenarios",
        "documents"
    );

    internal static IReadOnlyList<string> Names { get; } =
    [.. Directory.EnumerateDirectories(Root).Select(d => Path.GetFileName(d)!).Order(StringComparer.Ordinal)];

    public static TheoryData<string> Scenarios => [.. Names];

    public static SourceTree TreeOf(string scenario)
    {
        var files = Trees.OfDirectory(Path.Combine(Root, "_base")).Files.ToDictionary(f => f.Path, StringComparer.Ordinal);
        foreach (var file in Trees.AllOfDirectory(Path.Combine(Root, scenario)).Files.Where(f => f.Path != "expected.txt"))
            files[file.Path] = file;
        return Trees.OfBytes([
            .. files.Values.OrderBy(f => f.Path, StringComparer.Ordinal).Select(f => (f.Path, f.Content.ToArray())),
        ]);
    }

    [Theory]
    [MemberData(nameof(Scenarios))]
    public void Read_Scenario_FindsWhatIsExpected(string scenario)
    {
        var tree = TreeOf(scenario);
        var reading = new FleetReader().Read(tree);

        var found = DiagnosticsText.Write(new DiagnosticsReport(tree, reading.Diagnostics));
        var path = Path.Combine(Root, scenario, "expected.txt");
        if (Environment.GetEnvironmentVariable("PGGITOPS_UPDATE") == "1")
            File.WriteAllText(path, found);
        Assert.Equal(File.ReadAllText(path), found);
        Assert.Equal(reading.Diagnostics.All(d => d.Severity != Severity.Error), reading.Fleet is not null);
        Assert.Equal(scenario.StartsWith("valid-", StringComparison.Ordinal) || scenario == "_base", reading.Fleet is not null);
    }

    [Fact]
    public void Rules_EachOne_IsProvokedByAScenario()
    {
        var met = Names.SelectMany(s => new FleetReader().Read(TreeOf(s)).Diagnostics).Select(d => d.RuleId).ToHashSet();

        var unmet = DocumentRules
            .All.Concat(ReferenceRules.All)
            .Select(r => r.Id)
            .Where(id => !met.Contains(id) && !ProvokedInTests.Contains(id));

        Assert.Empty(unmet);
    }

    // Files of a megabyte are made by the test, not kept; the others need a shape that only a unit test shows.
    private static readonly string[] ProvokedInTests =
    [
        DocumentRules.FileTooLarge.Id,
        DocumentRules.ReaderFailed.Id,
        DocumentRules.MoreFindings.Id,
        // Found by what knows the kinds of objects, after reading: ExceptionFieldTests.
        ReferenceRules.UnknownField.Id,
    ];
}

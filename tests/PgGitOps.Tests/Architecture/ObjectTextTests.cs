using System.Text.RegularExpressions;
using PgGitOps.Tests.Desired;

namespace PgGitOps.Tests.Architecture;

/// <summary>Objects and fields are text at the edges only, and what a report shows is never executed.</summary>
public sealed partial class ObjectTextTests
{
    /// <summary>Where text becomes an object: what comes out of a document, a record, a plan file or a journal.</summary>
    private static readonly string[] Edges =
    [
        "src/PgGitOps.Core/Desired/References/Consents.cs",
        "src/PgGitOps.Core/Evidence/ClusterMemory.cs",
        "src/PgGitOps.Core/Planning/ExceptionFields.cs",
        "src/PgGitOps.Core/Planning/Kinds/ObjectKinds.cs",
        "src/PgGitOps.Core/Planning/PlanningInputBuilder.cs",
        "src/PgGitOps.Providers/Postgres/Observing/RecordedPlaces.cs",
        "src/PgGitOps.Providers/Postgres/Observing/ServerDraft.cs",
        "src/PgGitOps.Providers/Postgres/Recording/PlainRecord.cs",
        "src/PgGitOps.Core/Reporting/Plans/PlanContract.cs",
        "src/PgGitOps.Core/Reporting/Plans/StepContract.cs",
        "src/PgGitOps.Core/Passes/OutcomeCheck.cs",
    ];

    private static IEnumerable<(string Path, string Text)> Engine() =>
        Directory
            .EnumerateFiles(Path.Combine(Trees.ProjectDirectory, "src"), "*.cs", SearchOption.AllDirectories)
            .Select(p => (Path: Path.GetRelativePath(Trees.ProjectDirectory, p).Replace('\\', '/'), Full: p))
            .Where(p =>
                !p.Path.Contains("/obj/", StringComparison.Ordinal)
                && !p.Path.Contains("/bin/", StringComparison.Ordinal)
                && !p.Path.StartsWith("src/PgGitOps.Core/Facets/", StringComparison.Ordinal)
            )
            .Select(p => (p.Path, File.ReadAllText(p.Full)));

    [Fact]
    public void Object_IsNeverTakenApartAsText() => AssertNone(Lines(TakesApart()));

    [Fact]
    public void Object_IsReadFromTextAtTheEdgesOnly() =>
        AssertNone(Lines(Reads()).Where(l => !Edges.Any(e => l.StartsWith(e, StringComparison.Ordinal))));

    [Fact]
    public void Field_IsNeverALiteralName() => AssertNone(Lines(NamesField()));

    [Fact]
    public void Display_IsNeverExecuted() =>
        AssertNone(
            Engine()
                .Where(f =>
                    f.Path.StartsWith("src/PgGitOps.Providers/Postgres/", StringComparison.Ordinal)
                    && f.Text.Contains(".Display", StringComparison.Ordinal)
                )
                .Select(f => f.Path)
                .Concat(Lines(ExecutesDisplay()))
        );

    [Theory]
    [InlineData("key.Object.ToString().Split('/')", true)]
    [InlineData("path.StartsWith(\"member/\", StringComparison.Ordinal)", true)]
    [InlineData("parts is [\"database\", var d, \"schema\", var s]", true)]
    [InlineData("$\"role/{name}\"", true)]
    [InlineData("key.Object.ToString()[5..]", true)]
    [InlineData("key.Object is ObjectPath.Schema { Database: var d }", false)]
    public void Check_OfALine_SeesTextOfObjects(string line, bool isSeen) => Assert.Equal(isSeen, TakesApart().IsMatch(line));

    [Theory]
    [InlineData("statements.Add($\"ALTER ROLE x SET y = {facet.Value.Display}\");", true)]
    [InlineData("SqlLiteral.Quote(value.Display)", true)]
    [InlineData("parts.Add($\"owner {owner.Value.Display}\");", false)]
    public void Check_OfALine_SeesDisplayInSql(string line, bool isSeen) => Assert.Equal(isSeen, ExecutesDisplay().IsMatch(line));

    private static IEnumerable<string> Lines(Regex wrong) =>
        Engine()
            .SelectMany(f =>
                f.Text.Split('\n')
                    .Select((line, i) => (Line: line, Number: i + 1))
                    .Where(l => !l.Line.TrimStart().StartsWith("//", StringComparison.Ordinal) && wrong.IsMatch(l.Line))
                    .Select(l => $"{f.Path}:{l.Number}: {l.Line.Trim()}")
            );

    private static void AssertNone(IEnumerable<string> found)
    {
        // A comparison of strings would show the beginning of the first only.
        var all = string.Join('\n', found.Distinct());
        Assert.True(all.Length == 0, all);
    }

    // Splitting or cutting an object's text, asking for a kind by its prefix, matching the parts of a path, and writing one by hand.
    [GeneratedRegex(
        """
            Object\.ToString\(\)(\.(Split|StartsWith|EndsWith|Contains|IndexOf|Replace|Substring)|\[)|"(member|role|database|approval)/|\$"(member|role|database|approval)/\{|\[\s*"(member|role|database|approval)", (var|_|")|"/(memberOf|parameter|setting|slot|grant|defaultPrivilege|schema|extension)/
            """,
        RegexOptions.CultureInvariant
    )]
    private static partial Regex TakesApart();

    [GeneratedRegex(@"Object(Path|Text)\.(Try)?Parse\b")]
    private static partial Regex Reads();

    [GeneratedRegex("\\b(k|key|Key)\\.Field (==|!=|is) \"|\\bField\\.(Parse|UsedFor)\\(\"|with \\{ Field = \"|Key\\.Field: \"")]
    private static partial Regex NamesField();

    [GeneratedRegex(
        @"(SqlLiteral|SqlIdentifier|AlterSystem|SettingValue)\.\w+\([^)]*\.Display|""[^""]*\b(ALTER|CREATE|DROP|GRANT|REVOKE|SELECT|SET|OWNER TO|LIMIT)\b[^""]*\{[^}]*\.Display"
    )]
    private static partial Regex ExecutesDisplay();
}

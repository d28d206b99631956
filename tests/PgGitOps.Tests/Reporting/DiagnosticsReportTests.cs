using System.Text.Json;
using System.Text.RegularExpressions;
using System.Xml.Linq;
using PgGitOps.Core.Desired;
using PgGitOps.Core.Reporting.Diagnostics;
using PgGitOps.Core.Sources;
using PgGitOps.Tests.Desired;

namespace PgGitOps.Tests.Reporting;

public sealed partial class DiagnosticsReportTests
{
    private static DiagnosticsReport ReportOf(string scenario)
    {
        var tree = ScenarioTests.TreeOf(scenario);
        return new DiagnosticsReport(tree, new FleetReader().Read(tree).Diagnostics);
    }

    private static DiagnosticsReport ReportOf(params Diagnostic[] findings) =>
        new(Trees.Of(("policies/a.yaml", "first: line\nsecond: \e[2Jline\n")), findings);

    private static Diagnostic Hostile { get; } =
        new(Severity.Error, "PGY002", "a\r\n::error::b %0A, <img> @team `x` | \e[31m", new SourceSpan("policies/a.yaml", 2, 1, 7))
        {
            Hint = "c\n##[group]d",
        };

    [Fact]
    [Trait("Requirement", "R-16")]
    public void EveryFormat_ShowsTheSameFindingsInTheSameOrder()
    {
        foreach (var scenario in ScenarioTests.Names)
        {
            var report = ReportOf(scenario);
            var expected = report.Findings.Select(f => $"{f.RuleId} {f.Span.Path}:{f.Span.Line}:{f.Span.Column}").ToList();

            Assert.Equal(expected, PlacesOfText(DiagnosticsText.Write(report)));
            Assert.Equal(expected, PlacesOfJson(DiagnosticsJson.Write(report)));
            Assert.Equal(expected, PlacesOfSarif(DiagnosticsSarif.Write(report)));
            Assert.Equal(expected, PlacesOfJUnit(DiagnosticsJUnit.Write(report)));
            Assert.Equal(expected, PlacesOfGitHub(DiagnosticsGitHub.Write(report)));
            Assert.Equal(expected, PlacesOfMarkdown(DiagnosticsMarkdown.Write(report)));
        }
    }

    [Fact]
    public void Json_MatchesItsSchema()
    {
        var schema = System
            .Text.Json.Nodes.JsonNode.Parse(
                File.ReadAllText(Path.Combine(Trees.ProjectDirectory, "schemas", "reports", "diagnostics.schema.json"))
            )!
            .AsObject();
        foreach (var scenario in ScenarioTests.Names)
            Assert.Empty(
                Schemas
                    .SchemaCheck.Findings(
                        schema,
                        System.Text.Json.Nodes.JsonNode.Parse(DiagnosticsJson.Write(ReportOf(scenario)))!
                    )
                    .Select(f => f.Message)
            );
    }

    [Fact]
    public void GitHub_WhenTextIsHostile_StaysOneCommandPerFinding()
    {
        var output = DiagnosticsGitHub.Write(ReportOf(Hostile));

        Assert.Equal(
            "::error file=policies/a.yaml,line=2,col=1,endColumn=7,title=PGY002::a\\u000D\\u000A::error::b %250A, <img> @team `x` | \\u001B[31m%0Ahint: c\\u000A# #[group]d\n",
            output
        );
    }

    [Fact]
    public void Text_WhenRepositoryHoldsControlCharacters_PrintsNone()
    {
        var output = DiagnosticsText.Write(ReportOf(Hostile));

        Assert.DoesNotContain(output, c => char.IsControl(c) && c != '\n');
        Assert.Contains("  2 | second: \uFFFD[2Jline\n    | ^^^^^^\n", output, StringComparison.Ordinal);
    }

    [Fact]
    public void Text_WithColor_OnlyAddsEscapes()
    {
        var report = ReportOf("many-files");

        var colored = DiagnosticsText.Write(report, color: true);

        Assert.Contains("\e[1;31m", colored, StringComparison.Ordinal);
        Assert.Equal(DiagnosticsText.Write(report), Regex.Replace(colored, "\e\\[[0-9;]*m", ""));
    }

    [Fact]
    public void Markdown_WhenTextIsHostile_EscapesMarkupAndMentions()
    {
        var output = DiagnosticsMarkdown.Write(ReportOf(Hostile));

        Assert.Contains("&lt;img&gt; &#64;team \\`x\\` \\| ", output, StringComparison.Ordinal);
        Assert.Equal(5, output.TrimEnd().Split('\n').Length);
    }

    [Fact]
    public void Sarif_Fingerprint_DoesNotMoveWithTheLine()
    {
        var here = new Diagnostic(Severity.Error, "PGS001", "unknown key 'x'", new SourceSpan("policies/a.yaml", 2, 1, 2))
        {
            Document = "Cluster/a",
            Field = "spec.x",
        };

        Assert.Equal(FingerprintsOf(here), FingerprintsOf(here with { Span = here.Span with { Line = 9 } }));
        Assert.NotEqual(FingerprintsOf(here), FingerprintsOf(here with { Field = "spec.y" }));
        Assert.Equal(2, FingerprintsOf(here, here with { Span = here.Span with { Line = 9 } }).Distinct().Count());
    }

    [Fact]
    public void EveryFormat_WhenPasswordStandsInClear_DoesNotRepeatIt()
    {
        var report = ReportOf("schema-password-in-clear");
        string[] outputs =
        [
            DiagnosticsText.Write(report),
            DiagnosticsJson.Write(report),
            DiagnosticsSarif.Write(report),
            DiagnosticsJUnit.Write(report),
            DiagnosticsGitHub.Write(report),
            DiagnosticsMarkdown.Write(report),
        ];

        Assert.All(outputs, o => Assert.DoesNotContain("hunter2", o, StringComparison.Ordinal));
    }

    private static List<string> FingerprintsOf(params Diagnostic[] findings)
    {
        using var sarif = JsonDocument.Parse(DiagnosticsSarif.Write(ReportOf(findings)));
        return
        [
            .. sarif
                .RootElement.GetProperty("runs")[0]
                .GetProperty("results")
                .EnumerateArray()
                .Select(r => r.GetProperty("partialFingerprints").GetProperty("pggitops/v1").GetString()!),
        ];
    }

    private static IEnumerable<string> PlacesOfText(string text) =>
        TextLine()
            .Matches(text)
            .Select(m => $"{m.Groups[4].Value} {Place(m.Groups[1].Value, m.Groups[2].Value, m.Groups[3].Value)}");

    private static List<string> PlacesOfJson(string text)
    {
        using var json = JsonDocument.Parse(text);
        return
        [
            .. json
                .RootElement.GetProperty("findings")
                .EnumerateArray()
                .Select(f =>
                    $"{f.GetProperty("rule")} {f.GetProperty("path")}:{f.GetProperty("line")}:{f.GetProperty("column")}"
                ),
        ];
    }

    private static List<string> PlacesOfSarif(string text)
    {
        using var json = JsonDocument.Parse(text);
        var run = json.RootElement.GetProperty("runs")[0];
        var rules = run.GetProperty("tool")
            .GetProperty("driver")
            .GetProperty("rules")
            .EnumerateArray()
            .Select(r => r.GetProperty("id").GetString())
            .ToList();
        return
        [
            .. run.GetProperty("results")
                .EnumerateArray()
                .Select(r =>
                {
                    Assert.Equal(r.GetProperty("ruleId").GetString(), rules[r.GetProperty("ruleIndex").GetInt32()]);
                    var place = r.GetProperty("locations")[0].GetProperty("physicalLocation");
                    var region = place.TryGetProperty("region", out var found) ? found : (JsonElement?)null;
                    return $"{r.GetProperty("ruleId")} {Uri.UnescapeDataString(place.GetProperty("artifactLocation").GetProperty("uri").GetString()!)}:{region?.GetProperty("startLine").ToString() ?? "0"}:{region?.GetProperty("startColumn").ToString() ?? "0"}";
                }),
        ];
    }

    private static IEnumerable<string> PlacesOfJUnit(string text) =>
        XDocument
            .Parse(text)
            .Descendants("testcase")
            .Where(c => c.Attribute("file") is not null)
            .Select(c =>
                $"{c.Attribute("name")!.Value.Split(' ')[0]} {c.Attribute("file")!.Value}:{c.Attribute("line")!.Value}:{c.Attribute("column")!.Value}"
            );

    private static IEnumerable<string> PlacesOfGitHub(string text) =>
        text.Split('\n', StringSplitOptions.RemoveEmptyEntries)
            .Select(l => GitHubLine().Match(l))
            .Select(m => $"{m.Groups[4].Value} {Place(m.Groups[1].Value, m.Groups[2].Value, m.Groups[3].Value)}");

    private static IEnumerable<string> PlacesOfMarkdown(string text) =>
        text.Split('\n')
            .Where(l => l.StartsWith("| error", StringComparison.Ordinal) || l.StartsWith("| warning", StringComparison.Ordinal))
            .Select(l => l.Split(" | "))
            .Select(c => $"{c[2]} {c[1].Trim('`')}{(c[1].Contains(':', StringComparison.Ordinal) ? "" : ":0:0")}");

    private static string Place(string path, string line, string column) =>
        $"{path}:{(line.Length == 0 ? "0" : line)}:{(column.Length == 0 ? "0" : column)}";

    [GeneratedRegex(@"^([^:\n ]+?)(?::(\d+):(\d+))?: (?:error|warning|note) (PG[A-Z]\d+):", RegexOptions.Multiline)]
    private static partial Regex TextLine();

    [GeneratedRegex(@"^::(?:error|warning) file=([^,]+)(?:,line=(\d+),col=(\d+),endColumn=\d+)?,title=(PG[A-Z]\d+)::")]
    private static partial Regex GitHubLine();
}

using PgGitOps.Core.Desired;
using PgGitOps.Core.Policies;
using PgGitOps.Core.Sources;
using PgGitOps.Providers.RuleHost;
using PgGitOps.Revisions;

namespace PgGitOps.LiveTests.Rules;

/// <summary>A document that breaks its schema: said once, at its place, and never handed to a rule as if it held.</summary>
[Trait("Requirement", "R-16")]
public sealed class BrokenDocumentTests
{
    private const string Schema = """
        { "properties": { "apiVersion": { "const": "fleet.example/v1" }, "kind": { "enum": [ "Retention" ] },
          "spec": { "properties": { "days": { "type": "integer" } } } } }
        """;

    private static SourceFile File(string path, string text) => new(path, text, System.Text.Encoding.UTF8.GetBytes(text));

    private static SourceFile Document(string name, string days, string kind = "Retention") =>
        File(
            $"policies/{name}.yaml",
            $"apiVersion: fleet.example/v1\nkind: {kind}\nmetadata: {{ name: {name} }}\nspec: {{ days: {days} }}\n"
        );

    private static (FleetReading Reading, RuleReport Report) Judge(params SourceFile[] files)
    {
        EquatableArray<SourceFile> all =
        [
            File("schemas/kinds/retention.schema.json", Schema),
            File("schemas/kinds/other.schema.json", Schema.Replace("Retention", "Other", StringComparison.Ordinal)),
            File(
                "policies/rules/each.csx",
                EngineBench.Rule(
                    "EACH",
                    "if (Document[\"spec\"][\"days\"].Int < 7) Report(Document[\"spec\"][\"days\"], \"short\");",
                    "Retention"
                )
            ),
            File(
                "policies/rules/among.csx",
                EngineBench.Rule(
                    "AMONG",
                    "if (Fleet.Documents(\"Retention\").Count < 3) Report(Document, \"fewer than three\");",
                    "Retention"
                )
            ),
            File(
                "policies/rules/other.csx",
                EngineBench.Rule(
                    "OTHER",
                    "if (Fleet.Documents(\"Other\").Count != 1) Report(Document, \"not one\");",
                    "Retention"
                )
            ),
            .. files,
        ];
        var tree = new SourceTree(
            new RevisionInfo("1", "a", DateTimeOffset.UnixEpoch, "s"),
            all.OrderBy(f => f.Path, StringComparer.Ordinal).ToEquatableArray()
        );
        var reading = new FleetReader().Read(tree);
        using var rules = new RuleRoute(new RuleEngineOptions());
        return (reading, rules.Judge(tree, reading, EngineBench.Now));
    }

    private static IEnumerable<string> Said(RuleReport report) =>
        report.Outcomes.Select(o => $"{o.Rule.Id} {o.Subject} {o.Outcome}");

    [Fact]
    public void Judge_WithADocumentThatBreaksItsSchema_RunsWhatNeedsNoneOfItsKind()
    {
        var (reading, report) = Judge(Document("a", "3"), Document("b", "fast"), Document("c", "9"), Document("o", "1", "Other"));

        var finding = Assert.Single(reading.Diagnostics, d => d.Severity == Severity.Error);
        Assert.Equal("policies/b.yaml:4:15 PGS003", $"{finding.Span} {finding.RuleId}");
        Assert.Null(reading.Fleet);
        // With b there are three: whether the rule holds is not known, so it says nothing.
        Assert.Equal(
            ["EACH Retention/a Fail", "EACH Retention/c Pass", "OTHER Retention/a Pass", "OTHER Retention/c Pass"],
            Said(report)
        );
        Assert.Equal("policies/a.yaml:4:15", Assert.Single(report.Diagnostics).Span.ToString());
    }

    [Fact]
    public void Judge_WithAFileThatCannotBeRead_SaysNothing_ForItMayHoldWaivers()
    {
        var (reading, report) = Judge(Document("a", "3"), Document("o", "1", "Other"), File("policies/z.yaml", "kind: [\n"));

        Assert.Contains(reading.Diagnostics, d => d.RuleId.StartsWith("PGY", StringComparison.Ordinal));
        Assert.Empty(Said(report));
    }

    [Fact]
    public void Judge_WhenEverythingHolds_CountsEveryRun() =>
        Assert.Equal(
            ["AMONG Retention/a Fail", "EACH Retention/a Pass", "OTHER Retention/a Pass"],
            Said(Judge(Document("a", "9"), Document("o", "1", "Other")).Report)
        );
}

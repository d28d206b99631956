using System.Text;
using PgGitOps.Core.Desired;
using PgGitOps.Core.Policies;
using PgGitOps.Core.Sources;

namespace PgGitOps.Tests.Rules;

/// <summary>A rule that judges nothing passes everything; so it is an error.</summary>
[Trait("Requirement", "R-16")]
public sealed class RuleSubjectsTests
{
    private const string Schema =
        """{ "type": "object", "properties": { "apiVersion": { "const": "x.org/v1" }, "kind": { "const": "Thing" }, "metadata": {}, "spec": {} } }""";

    private static string Rule(string subject, string id = "H-1") =>
        $"/*---\nid: {id}\ntitle: t\nseverity: error\nenforcement: hard\nfor: {subject}\n---*/\nreturn;\n";

    private static RuleBundle Read(params (string Path, string Text)[] files)
    {
        var tree = new SourceTree(
            new RevisionInfo("c", "t", default, ""),
            [.. files.Select(f => new SourceFile(f.Path, f.Path, Encoding.UTF8.GetBytes(f.Text)))]
        );
        return RuleBundleReader.Read(tree, new FleetReader().Read(tree));
    }

    [Theory]
    [InlineData("Thing", null)]
    [InlineData("Fleet", null)]
    [InlineData("Cluster", null)]
    [InlineData("Verdicts", null)]
    [InlineData("Observation", null)]
    [InlineData("Thingy", "PGP105")]
    [InlineData("thing", "PGP105")]
    [InlineData("x.org/v1/Thing", "PGP105")]
    [InlineData("x.org/v1/Cluster", "PGP105")]
    public void Read_OfARuleForAKindThatNobodyDeclares_IsAnErrorAtIt(string subject, string? finding)
    {
        var bundle = Read(("schemas/kinds/thing.schema.json", Schema), ("policies/rules/hard.csx", Rule(subject)));
        Assert.Single(bundle.Rules);
        Assert.Equal(finding, bundle.Broken.SingleOrDefault()?.RuleId);
        if (finding is not null)
            Assert.Equal("policies/rules/hard.csx:2:5", bundle.Broken[0].Span.ToString());
    }

    [Theory]
    [InlineData("policies/rules/hard.CSX")]
    [InlineData("policies/rules/hard.Csx")]
    [InlineData("policies/hard.csx")]
    [InlineData("policies/Rules/hard.csx")]
    [InlineData("policies/rule/hard.csx")]
    [InlineData("environments/rules/hard.csx")]
    [InlineData("environments/prod/policies/rules/hard.csx")]
    [InlineData("schemas/kinds/hard.csx")]
    [InlineData("policies/rules/hard.cs")]
    [InlineData("policies/rules/hard.csx.txt")]
    [InlineData("policies/rules/hard.csx ")]
    public void Read_OfARuleFileWhereItIsNotRead_IsAnErrorAtIt(string path)
    {
        var found = Assert.Single(Read(("policies/rules/other.csx", Rule("Fleet")), (path, Rule("Fleet"))).Broken);
        Assert.Equal((Severity.Error, "PGP104", path), (found.Severity, found.RuleId, found.Span.Path));
    }

    [Theory]
    [InlineData("policies/rules/hard.csx~")]
    [InlineData("policies/rules/.hard.csx.swp")]
    [InlineData("policies/rules/README.md")]
    [InlineData("policies/rules/below/deeper.csx")]
    public void Read_OfOtherFiles_FindsNothing(string path) => Assert.Empty(Read((path, Rule("Fleet"))).Broken);

    [Theory]
    [InlineData("PGP161")]
    [InlineData("PGC001")]
    [InlineData("PGZ1")]
    public void Read_OfARuleWithAnIdOfTheEngine_RefusesIt(string id)
    {
        var bundle = Read(("policies/rules/hard.csx", Rule("Fleet", id)));
        Assert.Empty(bundle.Rules);
        Assert.Equal("PGP106", Assert.Single(bundle.Broken).RuleId);
    }

    [Theory]
    [InlineData("pgp161")]
    [InlineData("Pgp161")]
    public void Read_OfARuleWithAnIdOfTheEngineInSmallLetters_RefusesIt(string id) =>
        Assert.Empty(Read(("policies/rules/hard.csx", Rule("Fleet", id))).Rules);

    [Theory]
    [InlineData("PG101")]
    [InlineData("PGBOUNCER-1")]
    public void Read_OfARuleWithAnIdOfItsOwn_TakesIt(string id) =>
        Assert.Empty(Read(("policies/rules/hard.csx", Rule("Fleet", id))).Broken);
}

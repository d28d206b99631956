using System.Text;
using PgGitOps.Core.Policies;
using PgGitOps.Core.Sources;

namespace PgGitOps.Tests.Rules;

public sealed class HeaderTests
{
    private const string Good =
        "/*---\nid: T1\ntitle: A rule\nseverity: error\nenforcement: soft\nfor: Cluster\nrequirements: [ R-09 ]\nparameters:\n  max: { type: duration, default: 7d, min: 1d, max: 30d }\n---*/\n";

    private static RuleBundle Read(params string[] texts) =>
        RuleBundleReader.Read(texts.Select((t, i) => new SourceFile($"policies/rules/r{i}.csx", "", Encoding.UTF8.GetBytes(t))));

    [Fact]
    public void Read_OfAGoodHeader_TakesEveryPart()
    {
        var rule = Assert.Single(Read(Good).Rules).Header;
        Assert.Equal(
            ("T1", "A rule", Severity.Error, Enforcement.Soft, "Cluster"),
            (rule.Id, rule.Title, rule.Severity, rule.Enforcement, rule.Subject)
        );
        Assert.Equal(new ParameterValue.OfDuration(TimeSpan.FromDays(7)), Assert.Single(rule.Parameters).Default);
        Assert.Equal("policies/rules/r0.csx:2:5", rule.At.ToString());
    }

    [Theory]
    [InlineData("id: T1", "id: t1", 2, 5)]
    [InlineData("severity: error", "severity: bad", 4, 11)]
    [InlineData("enforcement: soft", "enforcment: soft", 5, 1)]
    [InlineData("for: Cluster", "for: a b", 6, 6)]
    [InlineData("default: 7d", "default: 60d", 9, 35)]
    [InlineData("default: 7d", "default: soon", 9, 35)]
    [InlineData("type: duration", "type: time", 9, 16)]
    [InlineData("title: A rule\n", "", 2, 1)]
    public void Read_OfABrokenHeader_NamesThePlace(string old, string broken, int line, int column)
    {
        var bundle = Read(Good.Replace(old, broken, StringComparison.Ordinal));
        Assert.Empty(bundle.Rules);
        Assert.Contains(bundle.Broken, d => (d.Span.Line, d.Span.Column) == (line, column));
        Assert.All(bundle.Broken, d => Assert.Equal(Severity.Error, d.Severity));
    }

    [Fact]
    public void Read_OfTwoRulesWithOneId_RefusesTheSecond()
    {
        var bundle = Read(Good, Good);
        Assert.Single(bundle.Rules);
        Assert.Equal(RuleFindings.DuplicateId.Id, Assert.Single(bundle.Broken).RuleId);
    }

    [Fact]
    public void Read_OfARuleWithInvisibleCharacters_RefusesIt() => Assert.Empty(Read(Good + "var a = \"\u202e\";").Rules);

    [Fact]
    public void Read_OfAFileWithoutHeader_SaysWhatIsMissing() =>
        Assert.Equal(RuleFindings.Header.Id, Assert.Single(Read("Report(x);").Broken).RuleId);
}

using System.Text;
using PgGitOps.Core.Desired;
using PgGitOps.Core.Policies;
using PgGitOps.Core.Sources;

namespace PgGitOps.Tests.Rules;

[Trait("Requirement", "R-16")]
public sealed class SettingsTests
{
    private const string Header =
        "/*---\nid: T1\ntitle: A rule\nseverity: error\nenforcement: soft\nfor: Cluster\nparameters:\n"
        + "  max: { type: duration, default: 7d, min: 1d, max: 30d }\n  count: { type: integer, default: 3 }\n  names: { type: texts, default: [ a ], oneOf: [ a, b ] }\n  on: { type: boolean, default: false }\n---*/\n";

    private const string Head = "apiVersion: pggitops.dev/v1\nkind: RuleSettings\nmetadata: { name: rules }\nspec:\n  rules:\n";

    private static RuleBundle Read(params string[] settings)
    {
        var files = new List<SourceFile>
        {
            File("policies/rules/t1.csx", Header),
            File("policies/rules/t2.csx", Header.Replace("id: T1", "id: T2", StringComparison.Ordinal)),
        };
        files.AddRange(settings.Select((text, i) => File($"policies/settings{i}.yaml", text)));
        var tree = new SourceTree(new RevisionInfo("c", "t", DateTimeOffset.UnixEpoch, ""), files.ToEquatableArray());
        return RuleBundleReader.Read(tree, new FleetReader().Read(tree));

        static SourceFile File(string path, string text) => new(path, "", Encoding.UTF8.GetBytes(text));
    }

    private static string One(string parameters, string rule = "T1") =>
        $"{Head}    - rule: {rule}\n      parameters: {{ {parameters} }}\n";

    [Fact]
    public void Read_OfSettings_PutsThemInForceWithTheirPlace_AndKeepsOtherDefaults()
    {
        var bundle = Read(One("max: 2d, names: [ b ], on: true"));
        Assert.Empty(bundle.Broken);
        Assert.Equal(
            [
                "max 2d policies/settings0.yaml:7:26",
                "count 3 ",
                "names [b] policies/settings0.yaml:7:37",
                "on true policies/settings0.yaml:7:48",
            ],
            bundle.Find("T1")!.Header.Parameters.Select(p => $"{p.Name} {p.InForce.Spell()} {p.Set?.At}")
        );
        Assert.All(bundle.Find("T2")!.Header.Parameters, p => Assert.Null(p.Set));
    }

    [Theory]
    [InlineData("max: 31d", "7:26", "'max' of rule T1 is 31d, more than 30d")]
    [InlineData("max: 1h", "7:26", "'max' of rule T1 is 1h, less than 1d")]
    [InlineData("max: soon", "7:26", "'max' of rule T1 is 'soon', which is no duration")]
    [InlineData("count: many", "7:28", "'count' of rule T1 is 'many', which is no integer")]
    [InlineData("count: [ a ]", "7:28", "'count' of rule T1 is no integer")]
    [InlineData("names: a", "7:28", "'names' of rule T1 is 'a', which is no texts")]
    [InlineData("names: [ a, c ]", "7:28", "'names' of rule T1 has 'c', which is not one of a, b")]
    [InlineData("on: yes", "7:25", "'on' of rule T1 is 'yes', which is no boolean")]
    [InlineData("cuont: 3", "7:21", "rule T1 has no parameter 'cuont' (did you mean 'count'?)")]
    public void Read_OfAWrongSetting_NamesItsPlaceAndWithholdsTheRule(string parameters, string place, string message)
    {
        var bundle = Read(One(parameters));
        var finding = Assert.Single(bundle.Broken);
        Assert.Equal(
            (Severity.Error, RuleFindings.Parameter.Id, $"policies/settings0.yaml:{place}", message),
            (finding.Severity, finding.RuleId, finding.Span.ToString(), finding.Message)
        );
        Assert.Equal(("T2", "T1"), (Assert.Single(bundle.Rules).Header.Id, Assert.Single(bundle.Withheld).Header.Id));
        Assert.True(SettingsInForce.IsOfSetting(finding));
        Assert.True(RuleJudgement.Settle(bundle, [], [], [], 0, DateTimeOffset.UnixEpoch).Rejected);
    }

    [Fact]
    public void Read_OfASettingOfAnUnknownRule_SuggestsTheOneThatIsMeant()
    {
        var finding = Assert.Single(Read(One("max: 2d", "T11")).Broken);
        Assert.Equal(
            (
                RuleFindings.UnknownRule.Id,
                "policies/settings0.yaml:6:13",
                "rule T11, which is set here, is not in the bundle (did you mean 'T1'?)"
            ),
            (finding.RuleId, finding.Span.ToString(), finding.Message)
        );
    }

    [Fact]
    public void Read_OfOneRuleSetInTwoDocuments_NamesBothPlaces()
    {
        var bundle = Read(One("max: 2d"), One("count: 4").Replace("name: rules", "name: more", StringComparison.Ordinal));
        Assert.Equal(
            [
                "policies/settings0.yaml:6:13 rule T1 is set twice; again at policies/settings1.yaml:6:13",
                "policies/settings1.yaml:6:13 rule T1 is set twice; first at policies/settings0.yaml:6:13",
            ],
            bundle.Broken.Select(d => $"{d.Span} {d.Message}")
        );
        Assert.Equal("T1", Assert.Single(bundle.Withheld).Header.Id);
    }

    [Fact]
    public void Read_WhenSettingsCannotBeRead_RunsNoRule()
    {
        foreach (
            var broken in new[]
            {
                One("max: 2d") + "      x: 1\n",
                One("max: 2d").Replace("}\nspec", "\nspec", StringComparison.Ordinal),
            }
        )
        {
            var bundle = Read(broken);
            Assert.Empty(bundle.Rules);
            Assert.Equal(2, bundle.Withheld.Count);
            Assert.Equal(RuleFindings.Parameter.Id, Assert.Single(bundle.Broken).RuleId);
        }
    }

    [Fact]
    public void Settle_OfAWaiverOfAWithheldRule_SaysNothingOfTheWaiver()
    {
        var waiver = new Waiver(
            new DocumentHead("Waiver", "w", "team", new SourceSpan("policies/w.yaml", 3, 9, 10)),
            "T1",
            "Cluster/a",
            "1",
            "dba",
            "x",
            null,
            DateTimeOffset.UnixEpoch.AddYears(1)
        );
        Assert.Single(RuleJudgement.Settle(Read(One("max: 40d")), [], [], [waiver], 0, DateTimeOffset.UnixEpoch).Diagnostics);
    }
}

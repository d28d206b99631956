using PgGitOps.Core.Proofs.Commit;
using PgGitOps.Core.Proofs.Faults;
using PgGitOps.Core.Proofs.Verdicts;
using static PgGitOps.Tests.Proofs.Fleets;

namespace PgGitOps.Tests.Proofs;

/// <summary>The rejection that the product is named for: zero loss across sites on asynchronous replication.</summary>
[Trait("Requirement", "R-07")]
public sealed class NamedRuleTests
{
    private const string TwoSites = "core-1@oslo/a core-2@oslo/b core-3@bergen/a";

    [Fact]
    public void Judge_WhenReplicationIsAsynchronous_RejectsZeroAcrossSites()
    {
        var judged = ClaimRules.Judge(Fleet(Cluster(TwoSites), Policy()));

        var finding = Assert.Single(judged.Diagnostics, d => d.RuleId == "PGC001" && d.Field == "spec.crossSite.dataLossWindow");
        Assert.Contains(
            "a commit acknowledged by core-1 alone is gone when oslo is lost, since replication is asynchronous",
            finding.Message,
            StringComparison.Ordinal
        );
        Assert.Contains("declare a synchronous rule: ANY 1 of core-3", finding.Hint, StringComparison.Ordinal);
        Assert.Contains("claim 30s", finding.Hint, StringComparison.Ordinal);
    }

    [Fact]
    public void Judge_WhenALocalStandbySuffices_NamesTheTwoThatAreLostTogether()
    {
        var judged = ClaimRules.Judge(Fleet(Cluster(TwoSites, Any(1, "core-2", "core-3")), Policy()));

        var finding = Assert.Single(judged.Diagnostics, d => d.RuleId == "PGC003");
        Assert.Contains(
            "a commit acknowledged by core-2 only is gone when oslo is lost, since core-1 and core-2 are both there",
            finding.Message,
            StringComparison.Ordinal
        );
        Assert.StartsWith("list only core-3", finding.Hint, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("any", 1, "core-3")]
    [InlineData("any", 2, "core-2,core-3")]
    [InlineData("first", 1, "core-3")]
    [InlineData("first", 2, "core-2,core-3")]
    public void Judge_WhenTheOtherSiteMustAcknowledge_AcceptsZero(string method, int count, string standbys)
    {
        var names = standbys.Split(',');
        var rule = method == "any" ? Any(count, names) : First(count, names);

        var judged = ClaimRules.Judge(Fleet(Cluster(TwoSites, rule), Policy()));

        Assert.DoesNotContain(judged.Diagnostics, d => d.Severity == Core.Sources.Severity.Error);
        Assert.Equal(LossKind.None, judged.Proof.Find("tenancy")!.Find(FailureScenario.SiteLoss)!.Guaranteed.Kind);
    }

    [Fact]
    public void Judge_WhenFirstMaySlide_RejectsZeroThoughNominalStrengthHolds()
    {
        var judged = ClaimRules.Judge(Fleet(Cluster(TwoSites, First(1, "core-3", "core-2")), Policy()));

        var finding = Assert.Single(judged.Diagnostics, d => d.RuleId == "PGC006");
        Assert.Contains("FIRST 1 slides to core-2 while core-3 is disconnected", finding.Message, StringComparison.Ordinal);
        var cell = judged.Proof.Find("tenancy")!.Find(FailureScenario.SiteLoss)!;
        Assert.Equal((LossKind.Unbounded, LossKind.None), (cell.Guaranteed.Kind, cell.Nominal.Kind));
    }
}

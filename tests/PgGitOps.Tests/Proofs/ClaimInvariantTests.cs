using PgGitOps.Core.Desired;
using PgGitOps.Core.Proofs.Faults;
using PgGitOps.Core.Proofs.Verdicts;
using PgGitOps.Core.Settings;
using static PgGitOps.Tests.Proofs.Fleets;

namespace PgGitOps.Tests.Proofs;

[Trait("Requirement", "R-07")]
public sealed class ClaimInvariantTests
{
    private static readonly ClaimInvariant Invariant = new(
        Fleet(Cluster("core-1@oslo/a core-2@oslo/b core-3@bergen/a", Any(1, "core-3")), Policy())
    );

    private static SynchronousState State(SynchronousReplication? declared, params string[] unavailable) =>
        new(declared?.Rule ?? SynchronousRule.None, CommitLevel.On, [.. unavailable]);

    [Fact]
    public void Broken_WhenTheListGrowsBeforeTheCount_NamesTheClaim()
    {
        var broken = Invariant.Broken("core", State(Any(1, "core-3")), State(Any(1, "core-2", "core-3")));

        Assert.Contains(
            broken,
            b => b is { Context: "tenancy", Scenario: FailureScenario.SiteLoss, Before: Verdict.Holds, After: Verdict.Impossible }
        );
        Assert.Contains(
            "core-1 and core-2 are both there",
            broken.Single(b => b.Scenario == FailureScenario.SiteLoss).Because,
            StringComparison.Ordinal
        );
    }

    [Fact]
    public void Broken_WhenTheCountGrowsWithTheList_IsEmpty() =>
        Assert.Empty(Invariant.Broken("core", State(Any(1, "core-3")), State(Any(2, "core-2", "core-3"))));

    [Fact]
    public void Broken_WhenTheRuleIsDropped_NamesTheClaim() =>
        Assert.NotEmpty(Invariant.Broken("core", State(Any(1, "core-3")), State(null)));

    [Fact]
    public void Broken_WhenTheClaimNeverHeld_SaysNothing() =>
        Assert.Empty(Invariant.Broken("core", State(null), State(Any(1, "core-2"))));

    [Fact]
    public void Broken_WhenTheCommitLevelSinks_NamesTheClaim() =>
        Assert.NotEmpty(
            Invariant.Broken("core", State(Any(1, "core-3")), State(Any(1, "core-3")) with { Commit = CommitLevel.RemoteWrite })
        );
}

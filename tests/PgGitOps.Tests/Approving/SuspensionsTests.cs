using PgGitOps.Core.Approving;
using PgGitOps.Core.Desired;
using PgGitOps.Core.Observed;
using PgGitOps.Core.Planning;
using PgGitOps.Core.Sources;
using PgGitOps.Tests.Builders;
using static PgGitOps.Tests.Builders.Fleets;

namespace PgGitOps.Tests.Approving;

/// <summary>Every place that suspends a cluster counts by itself; the one that ends last is told, with every place.</summary>
public class SuspensionsTests
{
    private static readonly Suspension Earlier = new("test", "ola", Now, Now.AddHours(1));
    private static readonly Suspension Later = new("migration", "kari", Now, Now.AddHours(2));

    [Fact]
    public void InForce_OfSeveralPlaces_TellsTheOneThatEndsLastAndEveryPlace()
    {
        const string Expected = "suspended by kari until 2026-03-01 14:00:00Z: migration (in a, b, z)";

        Assert.Equal(Expected, Suspensions.InForce([new("z", Earlier), new("b", Later), new("a", Later), new("a", Later)], Now));
        Assert.Equal(Expected, Suspensions.InForce([new("a", Later), new("b", Later), new("z", Earlier)], Now));
    }

    [Fact]
    public void InForce_OnceTheyHaveEnded_IsNull()
    {
        Assert.Null(Suspensions.InForce([], Now));
        Assert.Null(Suspensions.InForce([new("a", Earlier)], Earlier.Expires));
        Assert.NotNull(Suspensions.InForce([new("a", Earlier)], Earlier.Expires.AddTicks(-1)));
    }

    [Theory]
    [InlineData(null, "Git")]
    [InlineData("team-a", "team-a")]
    public void Of_ADocument_NamesItsOwnerOrGit(string? owner, string expected)
    {
        var cluster = Cluster("core-1") with
        {
            Head = new DocumentHead("Cluster", "core", owner, At),
            Suspended = new DeclaredSuspension("move", Now.AddHours(1), At),
        };

        var placed = Assert.Single(Suspensions.Of(cluster, null));

        Assert.Equal((Suspensions.Git, expected), (placed.Place, placed.Suspension.Owner));
    }

    [Fact]
    public void Decide_WhileOnlyAPlaceBesideTheRecordSuspends_RunsNothing()
    {
        var fleet = Fleet(Cluster("core-1") with { Roles = [Role("app")] });
        var live = Snapshots.Fleet(Snapshots.Cluster(Snapshots.Seen("core-1", Snapshots.Primary())));
        var plan = Planner.Plan(fleet, live, Plans.Options);
        var beside = new Dictionary<string, EquatableArray<PlacedSuspension>> { ["core"] = [new("host h1", Later)] };

        var approval = Approval.Decide(plan, fleet, live, Consent.Enforced, Now, beside: beside).Clusters[0];

        Assert.Equal("suspended by kari until 2026-03-01 14:00:00Z: migration (in host h1)", approval.Barred);
        Assert.True(Approval.Decide(plan, fleet, live, Consent.Enforced, Now).Clusters[0].RunsSomething);
    }
}

using PgGitOps.Core.Facets;
using PgGitOps.Core.Observed;
using PgGitOps.Core.Planning;
using PgGitOps.Core.Planning.Checking;
using PgGitOps.Core.Sources;
using PgGitOps.Tests.Builders;
using static PgGitOps.Tests.Builders.Fleets;

namespace PgGitOps.Tests.Planning;

/// <summary>A step that needs a primary never comes before the step that gives one.</summary>
public class PrimaryFirstTests
{
    private static readonly AccessListFacts Edited = new(
        true,
        [.. AccessList.LinesOf(Fleets.Environment()), "host all all 127.0.0.9/32 md5"],
        true
    );

    private static ClusterSnapshot PrimaryDown(AccessListFacts list) =>
        Snapshots.Cluster(
            Snapshots.Stopped("core-1", standby: false),
            Snapshots.Seen("core-2", Snapshots.Standby() with { AccessList = list })
        );

    [Fact]
    public void Plan_WhenThePrimaryIsDownAndAStandbysAccessListDiffers_StartsThePrimaryFirst()
    {
        var plan = Plans.Of(Cluster("core-1", "core-2"), PrimaryDown(Edited));

        Assert.Equal(["core/member/core-1/start", "core/member/core-2/accessList/write"], plan.Ids());
        Assert.Contains(plan.Steps[1].DependsOn, d => d.On == "core/member/core-1/start");
    }

    [Fact]
    public void Plan_WhenAStandbysListWasNeverLoaded_StartsThePrimaryFirstToo()
    {
        var plan = Plans.Of(
            Cluster("core-1", "core-2"),
            PrimaryDown(new AccessListFacts(true, AccessList.LinesOf(Fleets.Environment()), false))
        );

        Assert.Equal(["core/member/core-1/start", "core/member/core-2/accessList/load"], plan.Ids());
    }

    [Fact]
    public void Plan_WhenNobodyMayBeStartedAsThePrimary_LeavesTheListAloneAndSaysWhy()
    {
        var live = PrimaryDown(Edited);

        var plan = Plans.Of(Cluster(), live with { Members = [.. live.Members, Snapshots.Unreachable("core-3")] });

        Assert.Empty(plan.Steps);
        Assert.Equal(PlanRule.NoPrimary, Assert.Single(plan.Refusals).RuleId);
        Assert.Contains("no primary", plan.Changes.Single(c => c.Key.Field == Field.Lines).NotActedOn, StringComparison.Ordinal);
    }

    [Fact]
    public void Check_OfStepsInTheWrongOrder_RefusesThem()
    {
        var plan = Plans.Of(Cluster("core-1", "core-2"), PrimaryDown(Edited));
        var problem = PlanningInputBuilder.Read(
            Fleets.Environment(),
            Cluster("core-1", "core-2"),
            PrimaryDown(Edited),
            Plans.PasswordsMatch,
            Now
        );
        // As they were ordered once: the list's step asked for nothing but its own server.
        var list = plan.Steps[1] with
        {
            DependsOn = [],
            Preconditions = plan.Steps[1]
                .Preconditions.Where(p => p.Key.Object != ObjectPath.Parse("member/core-1"))
                .ToEquatableArray(),
        };

        Assert.Empty(PlanChecker.Check(problem, [plan.Steps[0], list], StateInvariants.All));
        Assert.Contains(
            PlanChecker.Check(problem, [list, plan.Steps[0]], StateInvariants.All),
            f => f.Contains("needs a primary", StringComparison.Ordinal)
        );
    }
}

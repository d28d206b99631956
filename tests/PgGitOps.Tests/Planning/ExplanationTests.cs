using PgGitOps.Core.Facets;
using PgGitOps.Core.Observed;
using PgGitOps.Core.Planning;
using PgGitOps.Tests.Builders;
using static PgGitOps.Tests.Builders.Fleets;

namespace PgGitOps.Tests.Planning;

/// <summary>What a plan says of a difference that it does not act on.</summary>
public class ExplanationTests
{
    [Fact]
    public void Plan_WhenADatabaseIsGivenUp_SaysOfItsSettingThatItGoesWithIt()
    {
        var world = Snapshots
            .Healthy(p =>
                p with
                {
                    Databases = [.. p.Databases, Snapshots.Database("shop", "postgres")],
                    ScopedSettings = [new ScopedSettingFact("shop", null, "work_mem", "8MB")],
                }
            )
            .WithRecord(["database/shop"], ("database/shop/setting/work_mem", "value", "8192"));
        world = world with { Databases = [Snapshots.Inside("shop", Snapshots.Contents())] };

        var plan = Plans.Of(Cluster(), world);

        Assert.Equal(["core/database/shop/drop"], plan.Ids());
        var setting = Assert.Single(plan.Changes, c => c.Key.Object == ObjectPath.Parse("database/shop/setting/work_mem"));
        Assert.Equal("it goes with database/shop, which Git gave up", setting.NotActedOn);
    }

    [Fact]
    public void Plan_WhenTheRecordIsUnreadable_DoesNotCallAStoppedPrimaryNew()
    {
        var world = Snapshots.Healthy();
        var stopped = world with
        {
            Members = [Snapshots.Stopped("core-1", standby: false), world.Members[1], world.Members[2]],
            Record = new Observation<ClusterRecord>.Unreadable(UnreadableKind.Unreachable, "no primary", Snapshots.At),
        };

        var running = Assert.Single(
            Plans.Of(Cluster(), stopped).Changes,
            c => c.Key.Object == ObjectPath.Parse("member/core-1") && c.Key.Field == Field.Running
        );

        Assert.Equal(ChangeCause.Unknown, running.Cause);
        Assert.Contains("cause unknown", Core.Reporting.Plans.PlanWords.Word(running.Cause), StringComparison.Ordinal);
    }
}

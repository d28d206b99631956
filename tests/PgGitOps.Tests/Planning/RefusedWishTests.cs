using PgGitOps.Core.Desired;
using PgGitOps.Core.Observed;
using PgGitOps.Core.Planning;
using PgGitOps.Tests.Builders;
using static PgGitOps.Tests.Builders.Fleets;

namespace PgGitOps.Tests.Planning;

/// <summary>What a document asks for and nobody can read is unknown, not given up: all that we made of it stays as it is.</summary>
public sealed class RefusedWishTests
{
    private const string WorkMem = "member/core-1/parameter/work_mem";

    /// <summary>work_mem = 64MB, written by us.</summary>
    private static ServerFacts Applied { get; } =
        Snapshots.Primary().WithSetting("work_mem", s => s with { Value = "65536", Source = "configuration file" }) with
        {
            FileSettings = [new FileSettingFact("/data/postgresql.auto.conf", 3, "work_mem", "64MB", true, null)],
        };

    private static ClusterSnapshot Recorded(ServerFacts facts) =>
        Snapshots
            .Cluster(Snapshots.Seen("core-1", facts))
            .WithRecord([], (WorkMem, "value", "65536"), (WorkMem, "configured", "65536"));

    [Fact]
    public void Plan_OfAParameterThatGitGaveUp_TakesItBack() =>
        Assert.Contains("ALTER SYSTEM RESET \"work_mem\"", Plans.Of(Cluster("core-1"), Recorded(Applied)).Sql());

    [Theory]
    [InlineData("64 MBB")]
    [InlineData("64mb")]
    [InlineData("")]
    [InlineData("much")]
    public void Plan_OfAParameterWhoseValueIsRefused_LeavesItAsItIs(string mistyped) =>
        IsOnlyRefused(Plans.Of(Cluster("core-1") with { Parameters = [Setting("work_mem", mistyped)] }, Recorded(Applied)));

    [Fact]
    public void Plan_OfARoleSettingWhoseValueIsRefused_LeavesItAsItIs()
    {
        var cluster = Cluster("core-1") with { Roles = [Role("app") with { Settings = [Setting("work_mem", "8 MBB")] }] };
        var facts = Snapshots.Primary() with
        {
            Roles = [.. Snapshots.Primary().Roles, Snapshots.Role("app")],
            ScopedSettings = [new ScopedSettingFact(null, "app", "work_mem", "8MB")],
        };
        var snapshot = Snapshots
            .Cluster(Snapshots.Seen("core-1", facts))
            .WithRecord(["role/app"], ("role/app/setting/work_mem", "value", "8192"));

        IsOnlyRefused(Plans.Of(cluster, snapshot));
    }

    [Fact]
    public void Plan_OfAClusterThatIsHandedToPatroni_TakesNothingBack()
    {
        var cluster = Cluster("core-1") with { Manager = new ClusterManager.Patroni("core", []) };

        Assert.Empty(Plans.Of(cluster, Recorded(Applied)).Steps);
    }

    private static void IsOnlyRefused(ClusterPlan plan)
    {
        Assert.NotEmpty(plan.Refusals);
        Assert.Empty(plan.Steps);
        Assert.Empty(plan.Changes);
    }
}

using PgGitOps.Core.Planning.Checking;
using PgGitOps.Tests.Builders;
using static PgGitOps.Tests.Builders.Fleets;

namespace PgGitOps.Tests.Planning;

/// <summary>A cluster that is not there yet, of a major version that the built-in table is not of.</summary>
public sealed class SettingOfOtherVersionTests
{
    [Theory]
    // Of 17, and in no table: the server's own binary judges it when it is made.
    [InlineData(17, "summarize_wal", false)]
    [InlineData(15, "summarize_wal", true)]
    // Mistyped, whatever the version.
    [InlineData(17, "work_memm", true)]
    [InlineData(15, "work_memm", true)]
    public void Plan_OfAClusterThatIsNotThere_RefusesOnlyWhatIsKnownToBeNoParameter(int major, string name, bool refused)
    {
        var cluster = Cluster("core-1") with { PostgresMajor = major, Parameters = [Setting(name, "on")] };

        var plan = Plans.Of(cluster, Snapshots.Cluster(Snapshots.Absent("core-1")));

        Assert.Equal(refused, plan.Refusals.Any(r => r.RuleId == PlanRule.UnknownParameter));
        Assert.Contains("core/member/core-1/initialise", plan.Ids());
    }
}

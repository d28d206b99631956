using PgGitOps.Core.Desired;
using PgGitOps.Core.Observed;
using PgGitOps.Core.Planning;
using PgGitOps.Core.Planning.Checking;
using PgGitOps.Tests.Builders;
using static PgGitOps.Tests.Builders.Fleets;

namespace PgGitOps.Tests.Planning;

/// <summary>Plans where something stands in the way, or only part may be done.</summary>
public class PartialPlanTests
{
    [Theory]
    [InlineData("parameter/work_mem", true)]
    [InlineData("member/core-1/parameter/work_mem", true)]
    [InlineData("parameter/*", true)]
    [InlineData("parameter/work_mem.value", true)]
    [InlineData("parameter/work", false)]
    [InlineData("role/work_mem", false)]
    public void Plan_WithAFieldIgnored_LeavesItUntilTheExceptionExpires(string field, bool matches)
    {
        var exception = new FieldException(field, FieldTreatment.Ignore, "being tuned", Now.AddDays(1), At);
        var cluster = Cluster("core-1") with { Parameters = [Setting("work_mem", "8MB")], Exceptions = [exception] };
        var snapshot = Snapshots.Cluster(Snapshots.Seen("core-1", Snapshots.Primary()));

        Assert.Equal(matches, Plans.Of(cluster, snapshot).Steps.Count == 0);
        Assert.NotEmpty(Plans.Of(cluster, snapshot, options: Plans.Options with { Now = Now.AddDays(1) }).Steps);
    }

    [Fact]
    public void Plan_WithACascade_ClonesItFromItsUpstreamAfterThat()
    {
        var cluster = Cluster();
        cluster = cluster with
        {
            Members = [cluster.Members[0], cluster.Members[1] with { From = Name("core-3") }, cluster.Members[2]],
        };

        var plan = Plans.Of(cluster, Snapshots.Empty("core-1", "core-2", "core-3"));

        Assert.Empty(plan.Refusals);
        Assert.Equal(
            ["core/member/core-1/initialise", "core/member/core-3/clone", "core/member/core-3/slots", "core/member/core-2/clone"],
            plan.Ids()
        );
        Assert.Equal("core-3", Assert.IsType<StepAction.CloneStandby>(plan.Steps[3].Action).Source);
    }

    [Fact]
    public void Plan_WhenTheCommandLineHoldsAParameter_RefusesAndNamesTheSource()
    {
        var cluster = Cluster("core-1") with { Parameters = [Setting("work_mem", "8MB")] };
        var snapshot = Snapshots.Cluster(
            Snapshots.Seen("core-1", Snapshots.Primary().WithSetting("work_mem", s => s with { Source = "command line" }))
        );

        var plan = Plans.Of(cluster, snapshot);

        Assert.Empty(plan.Steps);
        Assert.Contains(
            "command line",
            Assert.Single(plan.Refusals, r => r.RuleId == PlanRule.Overridden).Message,
            StringComparison.Ordinal
        );
    }

    [Fact]
    public void Plan_WhenAChangeWaitsForARestart_OnlyRestarts()
    {
        var cluster = Cluster("core-1") with { Parameters = [Setting("max_connections", "200")] };
        var facts = Snapshots.Primary().WithSetting("max_connections", s => s with { PendingRestart = true }) with
        {
            FileSettings =
            [
                new FileSettingFact(
                    "/data/postgresql.auto.conf",
                    3,
                    "max_connections",
                    "200",
                    false,
                    "setting could not be applied"
                ),
            ],
        };

        var plan = Plans.Of(cluster, Snapshots.Cluster(Snapshots.Seen("core-1", facts)));

        Assert.Equal(["core/member/core-1/restart"], plan.Ids());
    }

    [Fact]
    public void Plan_WhenAPasswordCannotBeFound_RefusesThatAloneAndStillMakesTheRole()
    {
        var cluster = Cluster("core-1") with
        {
            Roles =
            [
                Role("app", "login", "password") with
                {
                    Login = true,
                    Password = new SecretReference.FromEnvironment("APP", At),
                },
            ],
        };
        PasswordCheck missing = (_, _) => new PasswordFinding.Unknown("environment variable APP is not set");

        var plan = Plans.Of(
            cluster,
            Snapshots.Cluster(Snapshots.Seen("core-1", Snapshots.Primary())),
            options: Plans.Options with
            {
                Passwords = missing,
            }
        );

        Assert.Equal(["core/role/app/create"], plan.Ids());
        Assert.Contains(plan.Refusals, r => r.RuleId == PlanRule.SecretMissing);
    }

    [Fact]
    public void Plan_WhenWhatWeMadeIsGoneAlready_OnlyForgetsIt()
    {
        var snapshot = Snapshots.Cluster(Snapshots.Seen("core-1", Snapshots.Primary())).WithRecord(["role/made"]);

        var step = Assert.Single(Plans.Of(Cluster("core-1"), snapshot).Steps);

        Assert.Equal(["role/made"], step.Removes.Select(r => r.ToString()));
        Assert.Empty(Assert.IsType<StepAction.ExecuteSql>(step.Action).Statements);
    }

    [Fact]
    public void Plan_WhenTheEncodingDiffers_RefusesIt()
    {
        var cluster = Cluster("core-1") with { Databases = [Database("postgres") with { Encoding = "LATIN1" }] };

        var plan = Plans.Of(cluster, Snapshots.Cluster(Snapshots.Seen("core-1", Snapshots.Primary())));

        Assert.Empty(plan.Steps);
        Assert.Contains(plan.Refusals, r => r.RuleId == PlanRule.Immutable);
    }

    [Fact]
    public void Plan_WithAParameterOfALibraryThatIsNotLoaded_LoadsTheLibraryFirst()
    {
        var cluster = Cluster("core-1") with
        {
            Parameters = [Setting("auto_explain.log_min_duration", "5s"), Setting("shared_preload_libraries", "auto_explain")],
        };

        var plan = Plans.Of(cluster, Snapshots.Cluster(Snapshots.Seen("core-1", Snapshots.Primary())));

        Assert.Equal(["core/member/core-1/parameters", "core/member/core-1/restart"], plan.Ids());
        Assert.DoesNotContain(plan.Sql(), s => s.Contains("log_min_duration", StringComparison.Ordinal));
        Assert.Contains(
            "library",
            plan.Changes.Single(c => c.Key.Object.ToString().EndsWith("log_min_duration", StringComparison.Ordinal)).NotActedOn,
            StringComparison.Ordinal
        );
    }
}

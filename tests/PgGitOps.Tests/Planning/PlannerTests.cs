using PgGitOps.Core.Desired;
using PgGitOps.Core.Facets;
using PgGitOps.Core.Planning;
using PgGitOps.Core.Planning.Checking;
using PgGitOps.Tests.Builders;
using static PgGitOps.Tests.Builders.Fleets;

namespace PgGitOps.Tests.Planning;

public class PlannerTests
{
    private static readonly Cluster Rich = Cluster() with
    {
        Parameters = [Setting("max_connections", "100"), Setting("work_mem", "4MB")],
        Replication = new Replication(Synchronous(1, "core-2", "core-3"), At),
        Roles =
        [
            Role("app", "login", "memberOf", "password") with
            {
                Login = true,
                MemberOf = [Name("owner")],
                Password = new SecretReference.FromEnvironment("APP_PASSWORD", At),
            },
            Role("owner"),
        ],
        Databases =
        [
            Database("tenancy", "owner") with
            {
                Encoding = "UTF8",
                Locale = "C",
                Schemas = [new Schema("tenancy", Name("owner"), At)],
                Extensions = [new Extension("pg_stat_statements", null, null, At)],
                Grants =
                [
                    new Grant(GrantTarget.Schema, "tenancy", null, Name("app"), ["USAGE"], At),
                    new Grant(GrantTarget.AllTables, "tenancy", null, Name("app"), ["SELECT"], At),
                ],
                DefaultPrivileges =
                [
                    new DefaultPrivilege(Name("owner"), "tenancy", DefaultPrivilegeTarget.Tables, Name("app"), ["SELECT"], At),
                ],
                Settings = [Setting("search_path", "tenancy, public")],
            },
        ],
    };

    [Fact]
    [Trait("Requirement", "R-16")]
    public void Plan_WhenNothingExists_BuildsServersThenRolesThenDatabases()
    {
        var plan = Plans.Of(Rich, Snapshots.Empty("core-1", "core-2", "core-3"));

        Assert.Empty(plan.Refusals);
        Assert.Equal(
            [
                "core/member/core-1/initialise",
                "core/member/core-2/clone",
                "core/member/core-3/clone",
                "core/member/core-2/synchronous",
                "core/member/core-3/synchronous",
                "core/member/core-1/synchronous",
                "core/role/owner/create",
                "core/role/app/create",
                "core/role/app/password",
                "core/database/tenancy/create",
                "core/database/tenancy/alter",
                "core/database/tenancy/schema/tenancy/create",
                "core/database/tenancy/extension/pg_stat_statements/create",
                "core/database/tenancy/grants",
                "core/database/tenancy/default-privileges",
            ],
            plan.Ids()
        );
    }

    [Fact]
    public void Plan_WhenSettingsAreSpeltDifferently_ChangesNothing()
    {
        var cluster = Cluster() with { Parameters = [Setting("shared_buffers", "131072kB"), Setting("work_mem", "4MB")] };

        var plan = Plans.Of(cluster, Snapshots.Healthy());

        Assert.Empty(plan.Steps);
        Assert.Empty(plan.Changes);
    }

    [Fact]
    [Trait("Requirement", "R-04")]
    public void Plan_WhenMaxConnectionsRises_RestartsStandbysFirstAndOneAtATime()
    {
        var cluster = Cluster() with { Parameters = [Setting("max_connections", "200")] };

        var plan = Plans.Of(cluster, Snapshots.Healthy());

        Assert.Equal(
            [
                "core/member/core-2/parameters",
                "core/member/core-2/restart",
                "core/member/core-3/parameters",
                "core/member/core-3/restart",
                "core/member/core-1/parameters-raise",
                "core/member/core-1/restart",
            ],
            plan.Ids()
        );
        Assert.All(plan.Steps.Where(s => s.Action is StepAction.RestartServer), s => Assert.Equal("restart", s.Window));
    }

    [Fact]
    public void Plan_WhenMaxConnectionsFalls_LowersThePrimaryFirst()
    {
        var cluster = Cluster() with { Parameters = [Setting("max_connections", "50")] };

        var plan = Plans.Of(cluster, Snapshots.Healthy());

        Assert.Equal(
            ["core/member/core-1/parameters", "core/member/core-1/restart", "core/member/core-2/parameters-lower"],
            plan.Ids().Take(3)
        );
    }

    [Fact]
    public void Plan_WhenAStandbyIsUnreadable_DoesNotRaiseWhatItMustFollow()
    {
        var cluster = Cluster() with { Parameters = [Setting("max_connections", "200"), Setting("work_mem", "8MB")] };
        var snapshot = Snapshots.Healthy();
        snapshot = snapshot with { Members = [snapshot.Members[0], snapshot.Members[1], Snapshots.Unreachable("core-3")] };

        var plan = Plans.Of(cluster, snapshot);

        Assert.Contains(plan.Refusals, r => r.RuleId == PlanRule.StandbyFirst);
        Assert.DoesNotContain("core/member/core-1/restart", plan.Ids());
        Assert.Contains("core/member/core-1/parameters", plan.Ids());
        Assert.DoesNotContain(plan.Steps, s => s.Id.Contains("core-3", StringComparison.Ordinal));
        Assert.Contains(plan.Unknowns, u => u.Contains("core-3", StringComparison.Ordinal));
    }

    [Fact]
    [Trait("Requirement", "R-08")]
    public void Plan_WhenSomeMembersAreAbsentAndNoPrimaryIsSeen_NeverInitialises()
    {
        var plan = Plans.Of(
            Cluster(),
            Snapshots.Cluster(Snapshots.Absent("core-1"), Snapshots.Unreachable("core-2"), Snapshots.Absent("core-3"))
        );

        Assert.Empty(plan.Steps);
        Assert.Contains(plan.Refusals, r => r.RuleId == PlanRule.WouldForkCluster);
    }

    [Fact]
    [Trait("Requirement", "R-08")]
    public void Plan_WhenTwoPrimariesAnswer_RefusesEverything()
    {
        var cluster = Rich;
        var snapshot = Snapshots.Cluster(
            Snapshots.Seen("core-1", Snapshots.Primary()),
            Snapshots.Seen("core-2", Snapshots.Primary()),
            Snapshots.Seen("core-3", Snapshots.Standby())
        );

        var plan = Plans.Of(cluster, snapshot);

        Assert.Empty(plan.Steps);
        Assert.Contains(plan.Refusals, r => r.RuleId == PlanRule.TwoPrimaries);
    }

    [Fact]
    public void Plan_WhenOneStandbyIsAbsent_ClonesItOverItsSlot()
    {
        var snapshot = Snapshots.Cluster(
            Snapshots.Seen("core-1", Snapshots.Primary("core-2")),
            Snapshots.Seen("core-2", Snapshots.Standby()),
            Snapshots.Absent("core-3")
        );

        var plan = Plans.Of(Cluster(), snapshot);

        Assert.Equal(["core/member/core-1/slots", "core/member/core-3/clone"], plan.Ids());
        Assert.Equal("core/member/core-1/slots", Assert.Single(plan.Steps[1].DependsOn).On);
    }

    [Fact]
    public void Plan_WhenTooFewStandbysStream_RefusesTheRuleThatWouldBlockCommits()
    {
        var cluster = Cluster() with { Replication = new Replication(Synchronous(2, "core-2", "core-3"), At) };
        var snapshot = Snapshots.Cluster(
            Snapshots.Seen("core-1", Snapshots.Primary("core-2")),
            Snapshots.Seen("core-2", Snapshots.Standby()),
            Snapshots.Unreachable("core-3")
        );

        var plan = Plans.Of(cluster, snapshot);

        Assert.Contains(plan.Refusals, r => r.RuleId == PlanRule.WouldBlockCommits);
        Assert.DoesNotContain(plan.Steps, s => s.Id.EndsWith("/synchronous", StringComparison.Ordinal));
    }

    [Fact]
    public void Plan_WhenAHandChangedAnAppliedValue_CallsItDrift()
    {
        var cluster = Cluster("core-1") with { Parameters = [Setting("work_mem", "16MB")] };
        var snapshot = Snapshots
            .Cluster(Snapshots.Seen("core-1", Snapshots.Primary()))
            .WithRecord(null, ("member/core-1/parameter/work_mem", "value", "16384"));

        var change = Assert.Single(Plans.Of(cluster, snapshot).Changes);

        Assert.Equal(ChangeCause.Drift, change.Cause);
        Assert.Equal("4MB", change.Live!.Display);
    }

    [Fact]
    public void Plan_WhenAParameterWasDroppedFromGit_ResetsIt()
    {
        var snapshot = Snapshots
            .Cluster(Snapshots.Seen("core-1", Snapshots.Primary()))
            .WithRecord(
                null,
                ("member/core-1/parameter/work_mem", "value", "4096"),
                ("member/core-1/parameter/work_mem", "configured", "4096")
            );

        var plan = Plans.Of(Cluster("core-1"), snapshot);

        Assert.Contains("""ALTER SYSTEM RESET "work_mem" """.Trim(), plan.Sql());
    }

    [Fact]
    public void Plan_WhenMoreIsGoneThanTheBudget_RemovesNothingAndNamesAll()
    {
        string[] made = ["role/a", "role/b", "role/c", "role/d"];
        var snapshot = Snapshots
            .Cluster(
                Snapshots.Seen(
                    "core-1",
                    Snapshots.Primary() with
                    {
                        Roles = [Snapshots.Role("postgres"), .. "abcd".Select(c => Snapshots.Role(c.ToString()))],
                    }
                )
            )
            .WithRecord(made);

        var plan = Plans.Of(Cluster("core-1"), snapshot);

        Assert.Empty(plan.Steps);
        var refusal = Assert.Single(plan.Refusals, r => r.RuleId == PlanRule.RemovalBudget);
        Assert.All(made, m => Assert.Contains(m, refusal.Message, StringComparison.Ordinal));
    }

    [Fact]
    public void Plan_WhenARoleWeMadeIsGoneFromGit_DropsItAndNeverOneWeDidNotMake()
    {
        var snapshot = Snapshots
            .Cluster(
                Snapshots.Seen(
                    "core-1",
                    Snapshots.Primary() with
                    {
                        Roles = [Snapshots.Role("postgres"), Snapshots.Role("made"), Snapshots.Role("theirs")],
                    }
                )
            )
            .WithRecord(["role/made"]);

        var plan = Plans.Of(Cluster("core-1"), snapshot);

        var step = Assert.Single(plan.Steps);
        Assert.Equal(["role/made"], step.Removes.Select(r => r.ToString()));
    }
}

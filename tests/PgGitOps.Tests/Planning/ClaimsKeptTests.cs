using PgGitOps.Core.Desired;
using PgGitOps.Core.Observed;
using PgGitOps.Core.Planning;
using PgGitOps.Core.Planning.Checking;
using PgGitOps.Core.Settings;
using PgGitOps.Tests.Builders;
using static PgGitOps.Tests.Proofs.Fleets;

namespace PgGitOps.Tests.Planning;

/// <summary>core-1 and core-2 in oslo, core-3 in bergen; context tenancy promises no loss with a site unless said otherwise.</summary>
[Trait("Requirement", "R-07")]
public sealed class ClaimsKeptTests
{
    private const string Sync = "core/member/core-1/synchronous";

    private static Cluster Core(SynchronousReplication? rule, string? ofDatabase = null)
    {
        var cluster = Cluster("core-1@oslo/a core-2@oslo/b core-3@bergen/a", rule).Cluster;
        var database = cluster.Databases[0] with
        {
            Settings = ofDatabase is null ? [] : [new Parameter("synchronous_commit", ofDatabase, Nowhere)],
        };
        return cluster with { Databases = [database] };
    }

    private static ClusterPlan Plan(Cluster desired, Cluster live, string liveLevel = "on", TimeSpan? window = null)
    {
        var environment = Cluster("core-1@oslo/a core-2@oslo/b core-3@bergen/a").Environment;
        var policy = Policy() with
        {
            RpoClass = At("hours"),
            CrossSite = Policy().CrossSite with { DataLossWindow = At(window ?? TimeSpan.Zero) },
        };
        var fleet = Fleet((environment, desired), policy);
        var seen = Materialised.Of(live);
        seen = seen with
        {
            Members =
            [
                .. seen.Members.Select(m =>
                    m with
                    {
                        Server = new Observation<ServerFacts>.Seen(
                            Level(((Observation<ServerFacts>.Seen)m.Server).Value, liveLevel),
                            Builders.Fleets.Now
                        ),
                    }
                ),
            ],
        };
        return Assert.Single(
            Planner
                .Plan(
                    fleet,
                    Snapshots.Fleet(seen),
                    Plans.Options with
                    {
                        Invariants = [.. StateInvariants.All, new ClaimsKept(fleet)],
                    }
                )
                .Clusters
        );
    }

    private static ServerFacts Level(ServerFacts facts, string level) =>
        facts with
        {
            Settings =
            [
                .. facts
                    .Settings.Where(s => s.Name != "synchronous_commit")
                    .Append(
                        new SettingFact(
                            "synchronous_commit",
                            level,
                            null,
                            "enum",
                            "user",
                            level == "on" ? "default" : "configuration file",
                            null,
                            null,
                            "on",
                            false,
                            ["local", "remote_write", "remote_apply", "on", "off"]
                        )
                    )
                    .OrderBy(s => s.Name, StringComparer.Ordinal),
            ],
        };

    [Fact]
    public void Plan_ThatLowersTheClusterAndRaisesTheDatabase_RaisesFirst()
    {
        var plan = Plan(Core(Any(1, "core-3") with { Commit = CommitLevel.Local }, ofDatabase: "on"), Core(Any(1, "core-3")));

        Assert.Empty(plan.Refusals);
        var ids = plan.Ids();
        Assert.True(
            Array.IndexOf(ids, "core/database/tenancy/alter") is >= 0 and var raise && raise < Array.IndexOf(ids, Sync),
            string.Join('\n', ids)
        );
    }

    [Fact]
    public void Plan_ThatRaisesTheCluster_KeepsTheUsualOrder() =>
        Assert.Contains(Sync, Plan(Core(Any(1, "core-3")), Core(Any(1, "core-3"), ofDatabase: "on"), liveLevel: "local").Ids());

    [Fact]
    public void Plan_ThatEndsRefuted_IsRefusedWithTheCounterexample()
    {
        var plan = Plan(Core(Any(1, "core-2")), Core(Any(1, "core-3")));

        Assert.Empty(plan.Steps);
        var refusal = Assert.Single(plan.Refusals);
        Assert.Contains("tenancy: the objective for site loss is not met", refusal.Message, StringComparison.Ordinal);
        Assert.Contains("core-1 and core-2 are both there", refusal.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Plan_ThatGivesUpWhatTheDocumentsGiveUp_IsNotRefused()
    {
        var plan = Plan(Core(Any(1, "core-2")), Core(Any(1, "core-3")), window: TimeSpan.FromMinutes(5));

        Assert.Empty(plan.Refusals);
        Assert.Contains(Sync, plan.Ids());
    }
}

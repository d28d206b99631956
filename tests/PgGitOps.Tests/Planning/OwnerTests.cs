using System.Text.Json;
using PgGitOps.Core.Approving;
using PgGitOps.Core.Desired;
using PgGitOps.Core.Facets;
using PgGitOps.Core.Ownership;
using PgGitOps.Core.Planning;
using PgGitOps.Core.Planning.Kinds;
using PgGitOps.Core.Reporting.Drift;
using PgGitOps.Core.Reporting.Plans;
using PgGitOps.Tests.Builders;
using static PgGitOps.Tests.Builders.Fleets;

namespace PgGitOps.Tests.Planning;

/// <summary>Who writes what, and what is said of that which nobody here writes.</summary>
public class OwnerTests
{
    private static readonly ClusterManager Patroni = new ClusterManager.Patroni("core", []);

    private static Cluster WithBackup(Cluster cluster) =>
        cluster with
        {
            Backup = new BackupPlan("pgbackrest", [], "0 1 * * 0", null, 2, null, cluster.Members[0].At),
        };

    [Fact]
    public void Table_OfOwners_IsWholeForEveryManager() =>
        Assert.Equal(
            [
                "backup: PgBackRest, PgBackRest",
                "database: Native, Native",
                "default privileges: Native, Native",
                "extension: Native, Native",
                "grant: Native, Native",
                "membership: Native, Native",
                "parameter: Native, Patroni",
                "Patroni's configuration: Patroni, Patroni",
                "pg_hba.conf: Native, Patroni",
                "publication: Native, Native",
                "replication slot: Native, Patroni",
                "role: Native, Native",
                "schema: Native, Native",
                "server: Native, Patroni",
                "setting of a database: Native, Native",
                "setting of a role: Native, Native",
                "unmanaged object: Native, Native",
            ],
            ObjectKinds
                .All.Select(k => (k.Words.Noun, k.WrittenBy))
                .Concat(OwnedPart.All.Select(p => (p.Name, p.WrittenBy)))
                .Select(r => $"{r.Item1}: {r.WrittenBy.Of(new ClusterManager.Native())}, {r.WrittenBy.Of(Patroni)}")
                .Order(StringComparer.OrdinalIgnoreCase)
        );

    [Fact]
    public void Plan_OfADeclaredBackup_SaysThatNobodyKeepsIt()
    {
        var plan = Plans.Of(WithBackup(Cluster("core-1")), Snapshots.Cluster(Snapshots.Seen("core-1", Snapshots.Primary())));

        Assert.Equal(["backup"], plan.NotManaged.Select(p => p.What));
        Assert.Equal("nothing planned, 1 part is declared and not managed", PlanWords.Summary(plan));
    }

    [Fact]
    public void Plan_UnderPatroni_NamesWhatIsPatronis_AndStillPlansWhatIsOurs()
    {
        var cluster = Cluster("core-1") with
        {
            Manager = Patroni,
            Parameters = [new Parameter("work_mem", "16MB", At)],
            Roles = [Role("app")],
        };

        var plan = Plans.Of(cluster, Snapshots.Cluster(Snapshots.Seen("core-1", Snapshots.Primary())));

        Assert.Equal(["servers", "parameters", "Patroni's configuration"], plan.NotManaged.Select(p => p.What));
        Assert.All(plan.NotManaged, p => Assert.Equal(Owner.Patroni, p.Owner));
        Assert.Equal(["core/role/app/create"], plan.Ids());
        Assert.Empty(plan.Refusals);
    }

    [Fact]
    public void Plan_UnderPatroni_NeverDropsASlotThatTheRecordNames()
    {
        var facts = Snapshots.Primary() with { Slots = [new("core_2", "physical", false, null, null)] };

        var plan = Plans.Of(
            Cluster("core-1") with
            {
                Manager = Patroni,
            },
            Snapshots.Cluster(Snapshots.Seen("core-1", facts)).WithRecord(["member/core-1/slot/core_2"])
        );

        Assert.Empty(plan.Steps);
        Assert.Contains(plan.Changes, c => c.Key.Object is ObjectPath.Slot && c.NotActedOn == "it is for Patroni to remove");
    }

    [Fact]
    public void PlanFile_KeepsWhatNobodyManages()
    {
        var one = Plans.Of(WithBackup(Cluster("core-1")), Snapshots.Cluster(Snapshots.Seen("core-1", Snapshots.Primary())));
        var plan = new Plan(new string('a', 64), "c", DateTimeOffset.UnixEpoch, [one with { Alert = null, Found = [] }]);

        Assert.Equal(
            one.NotManaged,
            Assert.IsType<PlanFile.Sealed>(PlanFile.Read(PlanJson.Write(plan))).Plan.Clusters[0].NotManaged
        );
    }

    [Fact]
    public void DriftSarif_TellsWhatNobodyManagesAtItsPlace()
    {
        var fleet = Fleet(WithBackup(Cluster("core-1")));
        var live = Snapshots.Fleet(Snapshots.Cluster(Snapshots.Seen("core-1", Snapshots.Primary())));
        var approved = Approval.Decide(Planner.Plan(fleet, live, Plans.Options), fleet, live, Consent.None, Now);
        var part = Assert.Single(approved.Plan.Clusters[0].NotManaged);

        using var sarif = JsonDocument.Parse(DriftSarif.Write(DriftReport.Of(approved, live, _ => null)));

        var run = sarif.RootElement.GetProperty("runs")[0];
        Assert.Contains(
            run.GetProperty("tool").GetProperty("driver").GetProperty("rules").EnumerateArray(),
            r => r.GetProperty("id").GetString() == "PGD007"
        );
        var result = Assert.Single(
            run.GetProperty("results").EnumerateArray(),
            r => r.GetProperty("ruleId").GetString() == "PGD007"
        );
        Assert.Equal($"core: {part}.", result.GetProperty("message").GetProperty("text").GetString());
        var place = result.GetProperty("locations")[0].GetProperty("physicalLocation");
        Assert.Equal(
            (part.At.Path, part.At.Line),
            (
                place.GetProperty("artifactLocation").GetProperty("uri").GetString(),
                place.GetProperty("region").GetProperty("startLine").GetInt32()
            )
        );
    }
}

using System.Text;
using PgGitOps.Core.Desired;
using PgGitOps.Core.Facets;
using PgGitOps.Core.Observed;
using PgGitOps.Core.Planning;
using PgGitOps.Core.Reporting.Plans;
using PgGitOps.Tests.Builders;
using static PgGitOps.Tests.Builders.Fleets;

namespace PgGitOps.Tests.Planning;

/// <summary>A world with every kind of object under names that a path has to escape, as a plan file.</summary>
/// <remarks>
/// One file was written before objects had types and is never written again: what is read has to stay readable. The other one is
/// what the world gives now; it changes with what a plan says, never with how the engine holds it.
/// </remarks>
public class StoredPlanTests
{
    private const string Nasty = "a/b%2F*%";

    private const string File = "Plans/stored-plan-v1.json";

    [Fact]
    public void Read_OfAStoredPlan_IsSealedAndWritesTheSameBytes()
    {
        var stored = System.IO.File.ReadAllBytes(
            Golden.InRepository("tests/PgGitOps.Tests/Planning/Stored/plan-v1-before-objects-had-types.json")
        );

        var plan = Assert.IsType<PlanFile.Sealed>(PlanFile.Read(stored)).Plan;

        Assert.Equal(Encoding.UTF8.GetString(stored), Encoding.UTF8.GetString(PlanJson.Write(plan).Span));
    }

    [Fact]
    public void Plan_OfTheStoredWorld_GivesTheStoredBytes() =>
        Golden.Check(File, Encoding.UTF8.GetString(PlanJson.Write(Planned()).Span));

    private static Plan Planned()
    {
        var cluster = Cluster("core-1", "core-2", "core-3") with
        {
            Parameters = [Setting("work_mem", "8MB"), Setting("max_connections", "200")],
            Replication = new Replication(Synchronous(1, "core-2", "core-3"), At),
            Roles =
            [
                Role(Nasty, "login", "memberOf") with
                {
                    Login = true,
                    MemberOf = [Name("group/1")],
                    Settings = [Setting("Work_Mem", "64kB")],
                },
                Role("group/1"),
                Role("line\nbreak", "connectionLimit", "validUntil") with
                {
                    ConnectionLimit = 7,
                    ValidUntil = Now.AddDays(9),
                },
                Role("*"),
            ],
            Databases =
            [
                Database("d%2Fb", Nasty) with
                {
                    ConnectionLimit = 5,
                    Settings = [Setting("work_mem", "1MB")],
                    Schemas = [new Schema("*", Name(Nasty), At), new Schema("s/1", null, At)],
                    Extensions = [new Extension("ext/1", "1.1", "s/1", At)],
                    Grants =
                    [
                        new Grant(GrantTarget.Database, null, null, Name("public"), ["temp"], At),
                        new Grant(GrantTarget.Schema, "*", null, Name(Nasty), ["usage"], At),
                        new Grant(GrantTarget.AllTables, "s/1", null, Name(Nasty), ["select"], At),
                        new Grant(GrantTarget.Table, "s/1", "t/%", Name(Nasty), ["insert"], At),
                    ],
                    DefaultPrivileges =
                    [
                        new DefaultPrivilege(Name(Nasty), null, DefaultPrivilegeTarget.Tables, Name("group/1"), ["select"], At),
                        new DefaultPrivilege(Name(Nasty), "*", DefaultPrivilegeTarget.Sequences, Name("group/1"), ["usage"], At),
                    ],
                },
                Database("lost") with
                {
                    Schemas = [new Schema("app", null, At)],
                },
                Database("gone/again"),
            ],
            Exceptions =
            [
                new FieldException("role/group%2F1.exists", FieldTreatment.Observe, "kept by hand", null, At),
                new FieldException("parameter/max_connections", FieldTreatment.Ignore, "tuned", Now.AddDays(1), At),
            ],
        };
        var primary = Snapshots.Primary("core-2", "stranger/1") with
        {
            Roles =
            [
                .. Snapshots.Server(false).Roles,
                Snapshots.Role("old/role"),
                Snapshots.Role("power/%") with
                {
                    Superuser = true,
                },
                Snapshots.Role(Nasty),
            ],
            Memberships = [new MembershipFact("postgres", Nasty, false)],
            Databases =
            [
                Snapshots.Database("postgres", "postgres"),
                Snapshots.Database("old/db", "postgres"),
                Snapshots.Database("lost", "postgres"),
            ],
            ScopedSettings =
            [
                new ScopedSettingFact(null, null, "row_security", "off"),
                new ScopedSettingFact("old/db", "power/%", "row_security", "off"),
                new ScopedSettingFact("old/db", null, "search_path", "x"),
                new ScopedSettingFact(null, Nasty, "lock_timeout", "0"),
            ],
            FileSettings = [new FileSettingFact("/data/postgresql.auto.conf", 3, "log_connections", "on", true, null)],
            AccessList = AccessList.Read(AccessList.Mark + "\nhost all all 10.9.0.0/16 trust\n", true),
        };
        var live = Snapshots.Cluster(
            Snapshots.Seen("core-1", primary),
            Snapshots.Seen("core-2", Snapshots.Standby() with { Roles = primary.Roles, Databases = primary.Databases }),
            Snapshots.Absent("core-3")
        ) with
        {
            Databases = [Snapshots.Inside("lost", Snapshots.Contents())],
        };
        live = live.WithRecord(
            [
                "role/old%2Frole",
                "database/old%2Fdb",
                "database/old%2Fdb/schema/x",
                "database/old%2Fdb/publication/feed",
                "member/core-1/slot/of_nobody",
                "member/core-9",
                "publication/feed",
                "role/made%252F",
            ],
            ("database/lost/schema/app", "exists", "true"),
            ("database/gone%2Fagain", "exists", "true"),
            ("role/a%2Fb%252F*%25/setting/lock_timeout", "value", "0"),
            ("role/a%2Fb%252F*%25/memberOf/postgres", "exists", "true"),
            ("member/core-1/parameter/work_mem", "value", "4096"),
            ("publication/feed", "privileges", "SELECT"),
            ("approval/early%2F1", "database/gone%2Fagain", "J. Hansen until 2026-03-02T12:00:00Z")
        );
        var approval = new ApprovalDocument(
            new DocumentHead("Approval", "anew/1", null, At),
            null,
            null,
            "core",
            "K. Berg",
            Now.AddHours(2),
            At
        )
        {
            Recreates = [Name("database/gone%2Fagain"), Name("member/core-3")],
        };
        return Planner.Plan(Fleet(cluster) with { Approvals = [approval] }, Snapshots.Fleet(live), Plans.Options);
    }
}

using System.Net;
using PgGitOps.Core.Desired;
using PgGitOps.Core.Facets;
using PgGitOps.Core.Observed;
using PgGitOps.Core.Planning;
using PgGitOps.Core.Sources;
using PgGitOps.Tests.Builders;
using static PgGitOps.Tests.Builders.Fleets;

namespace PgGitOps.Tests.Planning;

public class AccessListTests
{
    private static readonly SourceSpan ClientsAt = new("environments/test/environment.yaml", 20, 5, 12);

    [Fact]
    [Trait("Requirement", "R-05")]
    public void Plan_WhenClientRangesChange_WritesTheListOfEachMemberInOneStep()
    {
        var plan = Plan(With("10.1.0.0/16", "10.2.0.0/16"), _ => Ours("10.1.0.0/16", "10.3.0.0/16"));

        Assert.Equal(
            ["core/member/core-1/accessList/write", "core/member/core-2/accessList/write", "core/member/core-3/accessList/write"],
            plan.Ids().Order(StringComparer.Ordinal)
        );
        var step = plan.Steps[0];
        Assert.Equal("write pg_hba.conf of core-1: 1 line more, 1 less", step.Title);
        Assert.Equal(ClientsAt, step.Because);
        Assert.Equal(
            AccessList.LinesOf(With("10.1.0.0/16", "10.2.0.0/16")),
            Assert.IsType<StepAction.WriteAccessList>(step.Action).Lines
        );
        Assert.Contains(
            step.Hazards,
            h =>
                h.Kind == HazardKind.AccessLoss
                && h.Text.Contains("host all all 10.3.0.0/16 scram-sha-256", StringComparison.Ordinal)
        );
        var change = Assert.Single(plan.Changes, c => c.Key.Object == ObjectPath.Parse("member/core-1/accessList"));
        Assert.Equal(
            "lacks host all all 10.2.0.0/16 scram-sha-256; has host all all 10.3.0.0/16 scram-sha-256",
            change.Live!.Display
        );
    }

    [Fact]
    public void Plan_WhenOnlyALineIsAdded_TakesNothingFromAnybody()
    {
        var plan = Plan(With("10.1.0.0/16"), _ => Ours());

        Assert.All(plan.Steps, s => Assert.DoesNotContain(s.Hazards, h => h.Kind == HazardKind.AccessLoss));
        Assert.Equal("write pg_hba.conf of core-1: 1 line more", plan.Steps[0].Title);
    }

    [Fact]
    public void Plan_WhenTheListIsAsDeclared_ChangesNothing()
    {
        var plan = Plan(With("10.1.0.0/16"), _ => Ours("10.1.0.0/16"));

        Assert.Empty(plan.Steps);
        Assert.Empty(plan.Changes);
    }

    [Fact]
    public void Plan_WhenTheListWasNeverLoaded_LoadsItAndWritesNothing()
    {
        var plan = Plan(With("10.1.0.0/16"), m => Ours("10.1.0.0/16") with { IsLoaded = m != "core-2" });

        Assert.Equal(["core/member/core-2/accessList/load"], plan.Ids());
        Assert.Equal(["SELECT pg_catalog.pg_reload_conf()"], plan.Sql());
    }

    [Fact]
    public void Plan_WhenForeignLinesAreExemptAndNotLoaded_DoesNotLoadThem()
    {
        var cluster = Cluster() with
        {
            Exceptions =
            [
                new FieldException(
                    "accessList.lines",
                    FieldTreatment.Ignore,
                    "the network team tries a range",
                    Now.AddDays(1),
                    At
                ),
            ],
        };
        var foreign = Ours() with
        {
            Lines = ["local all all peer", "host all all 10.9.0.0/16 ldap ldapbindpasswd=(redacted)"],
            IsLoaded = false,
        };

        var plan = Plan(With("10.1.0.0/16"), m => m == "core-1" ? foreign : Ours("10.1.0.0/16"), cluster);

        Assert.Empty(plan.Steps);
        Assert.Contains(
            "load them by hand",
            Assert.Single(plan.Changes, c => c.Key.Field == Field.Loaded).NotActedOn,
            StringComparison.Ordinal
        );
    }

    [Fact]
    public void Plan_WhenTheListBelongsToPeople_PromisesNothingAboutIt()
    {
        var theirs = new AccessListFacts(false, ["local all all peer", "host all all 10.0.0.0/8 md5"], true);

        var plan = Plan(With("10.1.0.0/16"), _ => theirs);

        Assert.Empty(plan.Steps);
        Assert.Empty(plan.Changes);
    }

    [Fact]
    public void Plan_WhenOurListLostItsFirstLine_LeavesItAloneAndSaysSo()
    {
        var plan = Plan(
            With("10.1.0.0/16"),
            m => Ours() with { IsOurs = m != "core-3" },
            record: [("member/core-3/accessList", "lines", "whatever")]
        );

        Assert.DoesNotContain(plan.Steps, s => s.Id.Contains("core-3", StringComparison.Ordinal));
        var danger = Assert.Single(plan.Changes, c => c.Danger is not null);
        Assert.Equal("member/core-3/accessList", danger.Key.Object.ToString());
        Assert.Contains(AccessList.Mark, danger.NotActedOn, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("host all all 0.0.0.0/0 trust", true)]
    [InlineData("host all all 10.0.0.0 255.0.0.0 trust", true)]
    [InlineData("HOSTSSL \"my db\" all db.example.org trust", true)]
    [InlineData("hostnossl replication all samenet trust", true)]
    [InlineData("host all all 127.0.0.1/32 trust", false)]
    [InlineData("host all all ::1/128 trust", false)]
    [InlineData("host all all localhost trust", false)]
    [InlineData("local all all trust", false)]
    [InlineData("host all trust 10.0.0.0/8 scram-sha-256", false)]
    [InlineData("host all all 10.0.0.0/8", false)]
    public void Plan_WhenAListOfPeopleTrustsStrangers_CallsItDangerous(string line, bool isDangerous)
    {
        var plan = Plan(With(), m => new AccessListFacts(false, m == "core-1" ? [line] : [], true));

        Assert.Equal(isDangerous ? [line] : [], plan.Changes.Select(c => c.Live!.Display));
    }

    [Fact]
    public void Plan_WhenAListIsUnreadableThatWeWroteOnce_SaysUnknown()
    {
        var plan = Plan(With(), m => m == "core-2" ? null : Ours(), record: [("member/core-2/accessList", "lines", "whatever")]);

        Assert.Empty(plan.Steps);
        Assert.Contains(plan.Unknowns, u => u.Contains("pg_hba.conf of core-2 could not be read", StringComparison.Ordinal));
    }

    [Fact]
    public void Plan_WhenAHostAndItsMemberAreNew_AdmitsItBeforeItsClone()
    {
        var environment = With();
        var older = environment with
        {
            Sites =
            [
                environment.Sites[0] with
                {
                    FailureDomains = [environment.Sites[0].FailureDomains[0] with { Hosts = [.. environment.Hosts.Take(2)] }],
                },
            ],
        };
        var healthy = Snapshots.Healthy(p => p with { AccessList = Facts(older) }, s => s with { AccessList = Facts(older) });

        var plan = Plans.Of(
            Cluster(),
            healthy with
            {
                Members = [healthy.Members[0], healthy.Members[1], Snapshots.Absent("core-3")],
            },
            environment
        );

        var clone = Assert.Single(plan.Steps, s => s.Id == "core/member/core-3/clone");
        Assert.Contains(
            clone.DependsOn,
            a =>
                a.On == "core/member/core-1/accessList/write"
                && a.Reason.Contains("admit the host of core-3", StringComparison.Ordinal)
        );
        Assert.DoesNotContain("core/member/core-3/accessList/write", plan.Ids());
    }

    [Fact]
    public void Plan_OnAClusterOfAnotherManager_LeavesAccessToIt()
    {
        var cluster = Cluster() with { Manager = new ClusterManager.Patroni("core", []) };

        Assert.DoesNotContain(
            Plan(With("10.1.0.0/16"), _ => Ours(), cluster).Changes,
            c => c.Key.Object.ToString().Contains("accessList", StringComparison.Ordinal)
        );
    }

    [Fact]
    public void Read_OfAFile_GivesItsLinesWithoutComments()
    {
        var list = AccessList.Read(
            AccessList.Mark + "\n\n  # nobody\nlocal\tall   all peer # us\r\nhost \"a # b\" \"it's\" ::1/128 trust\n",
            isLoaded: true
        );

        Assert.True(list.IsOurs);
        Assert.Equal(["local all all peer", "host \"a # b\" \"it's\" ::1/128 trust"], list.Lines);
        Assert.False(AccessList.Read("\n" + AccessList.Mark, isLoaded: true).IsOurs);
    }

    [Fact]
    public void Text_ReadAgain_IsOursAndTheSame()
    {
        var lines = AccessList.LinesOf(With("10.1.0.0/16", "fd00::/8"));

        Assert.Equal(new AccessListFacts(true, lines, false), AccessList.Read(AccessList.Text(lines), isLoaded: false));
    }

    [Theory]
    [InlineData("10.0.0.2", true)]
    [InlineData("::ffff:10.0.0.2", true)]
    // Bits beyond the mask do not count in PostgreSQL.
    [InlineData("10.7.200.1", true)]
    [InlineData("10.8.0.1", false)]
    [InlineData("fd00::7", true)]
    [InlineData("fe80::7", false)]
    [InlineData("127.0.0.1", false)]
    public void Admits_OfAnAddress_IsWhatPostgresqlWouldSay(string address, bool admits) =>
        Assert.Equal(
            admits,
            AccessList.Admits(AccessList.LinesOf(With("10.7.3.0/16", "fd00::/8")), "postgres", IPAddress.Parse(address))
        );

    [Fact]
    public void Admits_OfSomebodyElse_AsksTheClientRanges()
    {
        var lines = AccessList.LinesOf(With());

        Assert.True(AccessList.Admits(lines, "postgres", IPAddress.Parse("10.0.0.1")));
        Assert.False(AccessList.Admits(lines, "replicator", IPAddress.Parse("10.0.0.1")));
    }

    private static ClusterPlan Plan(
        FleetEnvironment environment,
        Func<string, AccessListFacts?> lists,
        Cluster? cluster = null,
        (string, string, string)[]? record = null
    )
    {
        var healthy = Snapshots.Healthy();
        var snapshot = healthy with
        {
            Members =
            [
                .. healthy.Members.Select(m =>
                    Snapshots.Seen(m.Name, ((Observation<ServerFacts>.Seen)m.Server).Value with { AccessList = lists(m.Name) })
                ),
            ],
        };
        return Plans.Of(cluster ?? Cluster(), record is null ? snapshot : snapshot.WithRecord(applied: record), environment);
    }

    private static FleetEnvironment With(params string[] clients)
    {
        var environment = Environment();
        return environment with { Access = environment.Access with { Clients = [.. clients], ClientsAt = ClientsAt } };
    }

    private static AccessListFacts Ours(params string[] clients) => Facts(With(clients));

    private static AccessListFacts Facts(FleetEnvironment environment) => new(true, AccessList.LinesOf(environment), true);
}

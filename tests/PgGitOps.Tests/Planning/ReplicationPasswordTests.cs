using PgGitOps.Core.Desired;
using PgGitOps.Core.Facets;
using PgGitOps.Core.Observed;
using PgGitOps.Core.Planning;
using PgGitOps.Core.Planning.Settings;
using PgGitOps.Tests.Builders;
using static PgGitOps.Tests.Builders.Fleets;

namespace PgGitOps.Tests.Planning;

/// <summary>Another password for the role that the standbys log in with.</summary>
public class ReplicationPasswordTests
{
    private const string ByFile =
        "user='replicator' host='10.0.0.1' passfile='/var/lib/postgresql/core/core-2/replication.pgpass'";

    private static readonly PasswordVerifier Stored = new("SCRAM-SHA-256$4096:c2FsdA==$a:b");

    private static readonly string[] Whole =
    [
        "core/member/core-2/password-file/prepare",
        "core/member/core-3/password-file/prepare",
        "core/role/replicator/password",
        "core/member/core-2/password-file/use",
        "core/member/core-3/password-file/use",
    ];

    [Fact]
    public void Plan_WhenThePasswordDiffers_PreparesEveryHost_ThenChangesTheRole_ThenPutsItToUse()
    {
        var plan = Plan(World(ByFile), matches: false);

        Assert.Equal(Whole, plan.Ids());
        Assert.Equal(
            ["core/member/core-2/password-file/prepare", "core/member/core-3/password-file/prepare"],
            plan.Steps[2].DependsOn.Select(d => d.On)
        );
        Assert.All(plan.Steps.Skip(3), s => Assert.Contains("core/role/replicator/password", s.DependsOn.Select(d => d.On)));
        Assert.Empty(plan.Refusals);
    }

    [Theory]
    [InlineData(false, "prepared", null, new[] { 1, 2, 3, 4 })]
    [InlineData(false, "prepared", "prepared", new[] { 2, 3, 4 })]
    [InlineData(true, "prepared", "prepared", new[] { 3, 4 })]
    [InlineData(true, null, "prepared", new[] { 4 })]
    [InlineData(true, null, null, new int[0])]
    [Trait("Requirement", "R-16")]
    public void Plan_AfterAnInterruption_GoesOnWithWhatIsLeft(bool matches, string? first, string? second, int[] left)
    {
        (string, string, string)[] applied =
        [
            .. new[] { ("member/core-2", first), ("member/core-3", second) }
                .Where(p => p.Item2 is not null)
                .Select(p => (p.Item1, "passwordFile", p.Item2!)),
        ];

        Assert.Equal(left.Select(i => Whole[i]), Plan(World(ByFile).WithRecord(null, applied), matches).Ids());
    }

    [Theory]
    [InlineData("user=replicator password=(redacted) host=10.0.0.1", "password file")]
    [InlineData("user=replicator passfile=/root/.pgpass", "password file")]
    [InlineData("", "could not be read")]
    public void Plan_WhenAStandbyLogsInByOtherMeans_LeavesThePasswordAlone(string conninfo, string why)
    {
        var plan = Plan(World(conninfo), matches: false);

        Assert.Empty(plan.Steps);
        Assert.Contains(
            why,
            Assert.Single(plan.Changes, c => c.Key.Field == Field.Password).NotActedOn,
            StringComparison.Ordinal
        );
    }

    [Fact]
    public void Plan_WhenStandbysLogInAsAnotherRole_LeavesTheirHostsAlone()
    {
        Assert.Equal(["core/role/replicator/password"], Plan(World("user=streamer password=(redacted)"), matches: false).Ids());
    }

    [Fact]
    public void Plan_WhenAStandbyCannotBeRead_ChangesNoPassword()
    {
        var world = World(ByFile);
        Assert.Empty(
            Plan(
                world with
                {
                    Members = [world.Members[0], world.Members[1], Snapshots.Unreachable("core-3")],
                },
                matches: false
            ).Steps
        );
    }

    [Fact]
    public void Plan_WhenAStandbyIsToBeCloned_ClonesItWithThePasswordTheServerKnowsThen()
    {
        var world = World(ByFile);
        var plan = Plan(
            world with
            {
                Members = [world.Members[0], world.Members[1], Snapshots.Absent("core-3")],
            },
            matches: false
        );

        var clone = Assert.Single(plan.Steps, s => s.Action is StepAction.CloneStandby);
        Assert.Contains("core/role/replicator/password", clone.DependsOn.Select(d => d.On));
        Assert.DoesNotContain("core/member/core-3/password-file/prepare", plan.Ids());
    }

    [Fact]
    public void Conninfo_IsReadAsLibpqReadsIt()
    {
        var words = Conninfo.Parse(@"host = 'a b' user=re\'pl passfile='/x/it\'s \\ here' port=1");
        Assert.Equal(
            ["a b", "re'pl", @"/x/it's \ here", "1"],
            new[] { "host", "user", "passfile", "port" }.Select(w => words[w])
        );
        Assert.Empty(Conninfo.Parse("postgresql://a:b@c/d"));
    }

    private static ClusterPlan Plan(ClusterSnapshot world, bool matches)
    {
        var environment = Environment();
        environment = environment with
        {
            Access = environment.Access with
            {
                ReplicationPassword = new SecretReference.FromEnvironment("REPLICATION_PASSWORD", At),
            },
        };
        PasswordCheck check = (_, _) => matches ? new PasswordFinding.Matches() : new PasswordFinding.Differs();
        return Plans.Of(Cluster(), world, environment, new PlanOptions(Fleets.Now, check));
    }

    private static ClusterSnapshot World(string conninfo) =>
        Snapshots.Healthy(
            p => p with { Roles = [.. p.Roles.Select(r => r.Name == "replicator" ? r with { PasswordVerifier = Stored } : r)] },
            s =>
                conninfo.Length == 0
                    ? s
                    : s with
                    {
                        Settings =
                        [
                            .. s.Settings,
                            Snapshots.Setting("primary_conninfo", conninfo, "string", null, "sighup", "configuration file"),
                        ],
                    }
        );
}

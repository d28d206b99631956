using PgGitOps.Core.Desired;
using PgGitOps.Core.Evidence;
using PgGitOps.Core.Facets;
using PgGitOps.Core.Observed;
using PgGitOps.Core.Planning;
using PgGitOps.Core.Planning.Checking;
using PgGitOps.Core.Sources;
using PgGitOps.Tests.Builders;
using static PgGitOps.Tests.Builders.Fleets;

namespace PgGitOps.Tests.Lineage;

/// <summary>Absent is not never existed, and what was found is not replaced.</summary>
public sealed class MissingTests
{
    private static readonly string[] Members = ["core-1", "core-2"];

    private static ApprovalDocument Recreates(string path) =>
        new(new DocumentHead("Approval", "anew", null, At), null, null, "core", "dba", Snapshots.At.AddHours(1), At)
        {
            Recreates = [new Located<string>(path, At)],
        };

    private static RememberedMember Known(string name, bool made) =>
        new(name, "host-1", "10.0.0.1", 5432, "/data/" + name, made, Snapshots.At.AddMinutes(-1));

    [Fact]
    [Trait("Requirement", "R-08")]
    public void Plan_WhenEveryDataDirectoryOfAKnownClusterIsGone_MakesNoEmptyOne()
    {
        var snapshot = Snapshots.Empty(Members) with
        {
            Remembered = Histories.Remembered("3 0/900 1@0/100,2@0/200", "core-2", Known("core-1", true)),
        };

        var plan = Plans.Of(Cluster(Members), snapshot);

        Assert.Empty(plan.Steps);
        var refusal = Assert.Single(plan.Refusals, r => r.RuleId == PlanRule.ClusterMissing);
        Assert.Contains("7001", refusal.Message, StringComparison.Ordinal);
        Assert.Contains("recreate: cluster", refusal.Hint, StringComparison.Ordinal);
        Assert.Equal(ClusterAlertKind.Missing, plan.Alert!.Kind);
    }

    [Fact]
    public void Plan_WhenOnlyWhatWasLeftOnAHostTellsOfTheCluster_MakesNone()
    {
        var left = Snapshots.Absent("core-1") with
        {
            Host = new Observation<DataDirectoryFacts>.Absent("no directory, where a log tells of a server", Snapshots.At)
            {
                WasThere = true,
            },
        };

        var plan = Plans.Of(Cluster(Members), Snapshots.Cluster(left, Snapshots.Absent("core-2")));

        Assert.Empty(plan.Steps);
        Assert.Contains(
            plan.Refusals,
            r => r.RuleId == PlanRule.ClusterMissing && r.Message.Contains("a log tells of a server", StringComparison.Ordinal)
        );
        Assert.Contains("core/member/core-1/initialise", Plans.Of(Cluster(Members), Snapshots.Empty(Members)).Ids());
    }

    [Fact]
    public void Plan_WhenNobodyKnowsWhetherTheClusterExisted_MakesNone()
    {
        var plan = Plans.Of(Cluster(Members), Snapshots.Empty(Members) with { MemoryProblem = "the file is torn" });

        Assert.Empty(plan.Steps);
        Assert.Contains(
            plan.Refusals,
            r => r.RuleId == PlanRule.ClusterMissing && r.Message.Contains("the file is torn", StringComparison.Ordinal)
        );
    }

    [Fact]
    public void Plan_WithAnApprovalThatNamesTheCluster_MakesItAnew_AndTheMemoryFollows()
    {
        var remembered = Histories.Remembered("1 0/900", "core-1", Known("core-1", true), Known("core-2", true));
        var plan = Plans.Of(
            Cluster(Members),
            Snapshots.Empty(Members) with
            {
                Remembered = remembered,
            },
            approvals: [Recreates("cluster")]
        );

        Assert.Contains("core/member/core-1/initialise", plan.Ids());
        // The approval is used up by the step, and its trace in the new cluster's record tells that it is the same cluster's successor.
        var use = Assert.Single(
            plan.Steps[0].Effects,
            e => e.Key.Object.ToString().StartsWith("approval/", StringComparison.Ordinal)
        );
        var made = Snapshots
            .Cluster(Snapshots.Seen("core-1", Snapshots.Primary() with { SystemIdentifier = "8002" }), Snapshots.Absent("core-2"))
            .WithRecord(["member/core-1"], (use.Key.Object.ToString(), use.Key.Field.ToString(), use.Value!.Canonical)) with
        {
            Remembered = remembered,
        };
        Assert.DoesNotContain(
            Plans.Of(Cluster(Members), made).Refusals,
            r => r.RuleId is PlanRule.WrongServer or PlanRule.FoundMember
        );
        Assert.Equal("8002", Learn(made).SystemIdentifier);
        // One that was made anew by hand is another cluster, until a person says so.
        var stranger = made.WithRecord(["member/core-1"]) with
        {
            Remembered = remembered,
        };
        Assert.Contains(Plans.Of(Cluster(Members), stranger).Refusals, r => r.RuleId == PlanRule.WrongServer);
        Assert.Equal("7001", Learn(stranger).SystemIdentifier);
    }

    [Fact]
    public void Plan_WhenAFoundMemberLostItsData_DoesNotCloneOverIt()
    {
        var snapshot = Snapshots.Cluster(Snapshots.Seen("core-1", Snapshots.Primary()), Snapshots.Absent("core-2")) with
        {
            Remembered = Histories.Remembered("1 0/900", "core-1", Known("core-2", made: false)),
        };

        var plan = Plans.Of(Cluster(Members), snapshot);

        Assert.DoesNotContain(plan.Ids(), id => id.EndsWith("/clone", StringComparison.Ordinal));
        Assert.Contains(
            plan.Refusals,
            r => r.RuleId == PlanRule.FoundMember && r.Hint!.Contains("recreate: member/core-2", StringComparison.Ordinal)
        );
        Assert.Contains(
            "core/member/core-2/clone",
            Plans.Of(Cluster(Members), snapshot, approvals: [Recreates("member/core-2")]).Ids()
        );
    }

    [Fact]
    public void Plan_WhenADeclaredDataDirectoryIsGone_InitialisesNothing_AlsoWithoutAnyMemory()
    {
        var cluster = Cluster("core-1");
        cluster = cluster with
        {
            Members = [cluster.Members[0] with { DataDirectory = new Located<string>("/var/lib/postgresql/15/main", At) }],
        };

        var plan = Plans.Of(cluster, Snapshots.Empty("core-1"));

        Assert.Empty(plan.Steps);
        Assert.Contains(plan.Refusals, r => r.RuleId == PlanRule.FoundMember);
    }

    [Fact]
    public void Plan_WhenAStoppedServerLiesElsewhere_DoesNotStartIt()
    {
        var stopped = Histories.Stopped("core-1", false, "1 0/500");
        var directory = ((Observation<DataDirectoryFacts>.Seen)stopped.Host!).Value with
        {
            IsManaged = false,
            Path = "/old/core-1/data",
        };

        var plan = Plans.Of(
            Cluster(Members),
            Snapshots.Cluster(
                stopped with
                {
                    Host = new Observation<DataDirectoryFacts>.Seen(directory, Snapshots.At),
                },
                Snapshots.Absent("core-2")
            )
        );

        Assert.Empty(plan.Steps);
        Assert.Contains(
            plan.Refusals,
            r => r.RuleId == PlanRule.FoundMember && r.Message.Contains("/old/core-1/data", StringComparison.Ordinal)
        );
    }

    [Theory]
    [InlineData("/srv/pg", "/srv/pg/core/core-1/data", false)]
    [InlineData("/srv/pg/", "/srv/pg/core/core-1/data", false)]
    [InlineData("~/pg", "/var/lib/postgresql/pg/core/core-1/data", false)]
    [InlineData("/srv/new", "/srv/pg/core/core-1/data", true)]
    [InlineData("~/new", "/var/lib/postgresql/pg/core/core-1/data", true)]
    [InlineData("/srv/new", null, false)]
    public void Plan_WhenDataRootIsNotWhereARunningServerHasItsData_ShowsTheDifference(
        string root,
        string? directory,
        bool differs
    )
    {
        var environment = Environment();
        environment = environment with { Access = environment.Access with { DataRoot = root } };
        var snapshot = Snapshots
            .Cluster(Snapshots.Seen("core-1", Snapshots.Primary() with { DataDirectory = directory }))
            .WithRecord(["member/core-1"]);

        var plan = Plans.Of(Cluster("core-1"), snapshot, environment);

        Assert.Equal(
            differs,
            plan.Changes.Any(c =>
                c.Key.Object == ObjectPath.Parse("member/core-1")
                && c.Key.Field == Field.DataDirectory
                && c.NotActedOn is not null
            )
        );
        Assert.Equal(differs, Shortfall.Of(plan).Any(c => c.Key.Field == Field.DataDirectory));
    }

    [Fact]
    public void Learn_KeepsTheNewestHistory_WhoeverAnswers()
    {
        var first = Learn(
            Snapshots.Cluster(Histories.Running("core-1", true, "1 0/500"), Histories.Running("core-2", false, "1 0/500"))
        );
        var promoted = Learn(
            Snapshots.Cluster(Snapshots.Unreachable("core-1"), Histories.Running("core-2", true, "2 0/600 1@0/450")),
            first
        );
        var old = Learn(
            Snapshots.Cluster(Histories.Running("core-1", true, "1 0/900"), Snapshots.Unreachable("core-2")),
            promoted
        );

        Assert.Equal((1, "core-1"), (first.Furthest.Timeline, first.Primary));
        Assert.Equal((2, "core-2", "core-2"), (promoted.Furthest.Timeline, promoted.FurthestBy, promoted.Primary));
        Assert.Equal(promoted.Furthest, old.Furthest);
        Assert.Equal("core-2", old.Primary);
        Assert.Equal(nameof(Primacy.Outdated), old.Standing);
        // Since when it stands so is kept while it stands so.
        Assert.Equal(
            old.StandingSince,
            Learn(
                Snapshots.Cluster(Histories.Running("core-1", true, "1 0/950"), Snapshots.Unreachable("core-2")),
                old,
                Snapshots.At.AddHours(1)
            ).StandingSince
        );
    }

    [Fact]
    public void Learn_TellsWhatWasFoundFromWhatWasMade()
    {
        var found = Learn(
            Snapshots.Cluster(
                Snapshots.Seen("core-1", Snapshots.Primary() with { DataDirectory = "/var/lib/postgresql/15/main" })
            )
        );
        var made = Learn(Snapshots.Cluster(Snapshots.Seen("core-1", Snapshots.Primary())).WithRecord(["member/core-1"]), found);
        // While the primary is away nobody can read the record: then the earlier word stands.
        var blind = Learn(
            Snapshots.Cluster(Snapshots.Seen("core-1", Snapshots.Standby())) with
            {
                Record = new Observation<ClusterRecord>.Unreadable(UnreadableKind.Unreachable, "no primary", Snapshots.At),
            },
            made
        );

        Assert.Equal(("/var/lib/postgresql/15/main", false), (found.Members[0].DataDirectory, found.Members[0].Made));
        Assert.True(made.Members[0].Made);
        Assert.True(blind.Members[0].Made);
        Assert.Equal("/var/lib/postgresql/15/main", blind.Members[0].DataDirectory);
    }

    private static RememberedCluster Learn(ClusterSnapshot seen, RememberedCluster? before = null, DateTimeOffset? at = null)
    {
        var beside = seen with { Remembered = before ?? seen.Remembered };
        return ClusterMemory.Learn(
            beside.Remembered,
            beside,
            Cluster(Members),
            Environment(),
            Primacy.Of(beside, new HashSet<string>()),
            new HashSet<string>(),
            at ?? Snapshots.At
        )!;
    }
}

using PgGitOps.Core.Desired;
using PgGitOps.Core.Proofs.Commit;
using PgGitOps.Core.Proofs.Faults;
using PgGitOps.Core.Proofs.Verdicts;
using PgGitOps.Core.Sources;
using static PgGitOps.Tests.Proofs.Fleets;

namespace PgGitOps.Tests.Proofs;

/// <summary>What is said of loss and outage is each its own worst, no figure is smaller than the world allows, and what is kept is not refused.</summary>
[Trait("Requirement", "R-07")]
public sealed class HonestNumberTests
{
    private const string TwoSites = "core-1@oslo/a core-2@oslo/b core-3@bergen/a";

    private static readonly PlanningFigures Declared = new()
    {
        Detection = TimeSpan.FromSeconds(10),
        Decision = TimeSpan.FromMinutes(5),
        Promotion = TimeSpan.FromSeconds(10),
        Reconnect = TimeSpan.FromSeconds(10),
    };

    private static RecoveryPolicy Window(TimeSpan window, string rpo = "minutes") =>
        Policy() with
        {
            RpoClass = At(rpo),
            CrossSite = Policy().CrossSite with { DataLossWindow = At(window) },
        };

    private static ClaimJudgement JudgeLinked(RecoveryPolicy policy, TimeSpan? roundTrip, SynchronousReplication? rule = null)
    {
        var (environment, cluster) = Cluster(TwoSites, rule);
        return ClaimRules.Judge(
            Fleet((environment with { Links = [new SiteLink("oslo", "bergen", roundTrip, null, Nowhere)] }, cluster), policy)
        );
    }

    [Theory]
    [InlineData(1, 40, true)]
    [InlineData(19, 40, true)]
    [InlineData(20, 40, false)]
    [InlineData(1, null, false)]
    public void Judge_AWindowBelowTheLinksOneWayLatency_IsRefused(int windowMs, int? roundTripMs, bool refused)
    {
        TimeSpan? roundTrip = roundTripMs is { } ms ? TimeSpan.FromMilliseconds(ms) : null;
        var judged = JudgeLinked(Window(TimeSpan.FromMilliseconds(windowMs)), roundTrip);

        Assert.Equal(
            refused ? Verdict.Impossible : Verdict.Unproven,
            judged.Proof.Find("tenancy")!.Find(FailureScenario.SiteLoss)!.LossVerdict
        );
        var findings = judged.Diagnostics.Where(d => d.RuleId == "PGC010").ToArray();
        Assert.Equal(refused ? 1 : 0, findings.Length);
        Assert.All(findings, f => Assert.Contains("less than 20ms before oslo is lost", f.Message, StringComparison.Ordinal));
    }

    [Fact]
    public void Judge_ASynchronousWindowBelowTheLatency_IsKept() =>
        Assert.DoesNotContain(
            JudgeLinked(
                Window(TimeSpan.FromMilliseconds(1)),
                TimeSpan.FromMilliseconds(40),
                Any(2, "core-1", "core-2", "core-3")
            ).Diagnostics,
            d => d.Severity == Severity.Error
        );

    [Theory]
    [InlineData("zero", 1, true)]
    [InlineData("Zero-Loss", 1, true)]
    [InlineData("zero", 0, false)]
    [InlineData("near-zero", 1, false)]
    public void Judge_AClassCalledZeroThatIsNot_IsRefusedOnce(string name, int milliseconds, bool refused)
    {
        var fleet = Fleet(
            Cluster(TwoSites, Any(2, "core-1", "core-2", "core-3")),
            Window(TimeSpan.Zero, name),
            Window(TimeSpan.Zero, name) with
            {
                Head = Policy("other").Head,
            }
        );
        fleet = fleet with
        {
            Classes = Classes with { Rpo = [new RecoveryClass(name, TimeSpan.FromMilliseconds(milliseconds), Nowhere)] },
        };

        Assert.Equal(refused ? 1 : 0, ClaimRules.Judge(fleet).Diagnostics.Count(d => d.RuleId == "PGC036"));
    }

    /// <summary>An outage that is refuted while the primary is at home hid a loss that is refuted while it is elsewhere.</summary>
    [Fact]
    public void Judge_WhenLossAndOutageAreRefutedByDifferentHistories_TellsBoth()
    {
        var policy = Policy() with { CrossSite = Policy().CrossSite with { RtoClass = At("seconds") }, Planning = Declared };
        var judged = ClaimRules.Judge(
            Fleet(Cluster("core-1@oslo/a core-2@oslo/b core-3@bergen/a core-4@bergen/b", Any(1, "core-3", "core-4")), policy)
        );

        var cell = judged.Proof.Find("tenancy")!.Find(FailureScenario.SiteLoss)!;
        Assert.Equal((Verdict.Impossible, Verdict.Impossible), (cell.LossVerdict, cell.OutageVerdict));
        Assert.Equal(LossKind.Unbounded, cell.Guaranteed.Kind);
        Assert.Contains(
            judged.Diagnostics,
            d => d.Field == "spec.crossSite.dataLossWindow" && d.Message.Contains("bergen is lost", StringComparison.Ordinal)
        );
        Assert.Contains(
            judged.Diagnostics,
            d => d.RuleId == "PGC011" && d.Message.Contains("oslo is lost", StringComparison.Ordinal)
        );
        Assert.Contains("bergen is lost", cell.Counterexample!.Text, StringComparison.Ordinal);
        Assert.Contains("oslo is lost", cell.OtherCounterexample!.Text, StringComparison.Ordinal);
        // Limits of the home site stand beside the home site's outage.
        Assert.DoesNotContain(cell.Outage.Terms, t => t.Name == "rewriting the synchronous rule");
    }

    [Theory]
    [InlineData("0 1 * * 0", null, 26, Severity.Error)]
    [InlineData("0 1 * * 0", "0 1 * * 1-6", 26, null)]
    [InlineData("0 1 * * 0", "0 1 * * 1-6", 23, Severity.Error)]
    [InlineData("0 1 * * 0", "0 1 * * 1-5", 26, Severity.Error)]
    [InlineData(null, null, 26, Severity.Warning)]
    public void Judge_MaxAge_IsHeldToTheSchedule(string? full, string? differential, int hours, Severity? expected)
    {
        var plan = Backup("oslo-repo", "bergen-repo") with { FullSchedule = full, DifferentialSchedule = differential };
        var policy = Policy() with
        {
            Backup = new BackupPolicy(null, At(TimeSpan.FromHours(hours)), At(TimeSpan.FromDays(7)), Nowhere),
        };

        var judged = ClaimRules.Judge(Fleet(Cluster(TwoSites, Any(2, "core-1", "core-2", "core-3"), backup: plan), policy));

        Assert.Equal(expected, judged.Diagnostics.FirstOrDefault(d => d.RuleId == "PGC037")?.Severity);
    }

    [Fact]
    public void Judge_MaxAgeWithoutBackups_IsRefused()
    {
        var policy = Policy() with { Backup = new BackupPolicy(null, At(TimeSpan.FromHours(26)), null, Nowhere) };

        var judged = ClaimRules.Judge(Fleet(Cluster(TwoSites, Any(2, "core-1", "core-2", "core-3")), policy));

        Assert.Equal(Severity.Error, Assert.Single(judged.Diagnostics, d => d.RuleId == "PGC037").Severity);
    }

    /// <summary>What the proof calls impossible is refused, at a place.</summary>
    [Fact]
    public void Judge_WhenTheOnlyRepositoryIsLost_RefusesTheWindowAsTheProofDoes()
    {
        var policy = Policy() with
        {
            Backup = new BackupPolicy(At(TimeSpan.FromDays(7)), null, At(TimeSpan.FromDays(7)), Nowhere),
        };

        var judged = ClaimRules.Judge(
            Fleet(Cluster(TwoSites, Any(2, "core-1", "core-2", "core-3"), backup: Backup("bergen-repo")), policy)
        );

        Assert.Equal(Verdict.Impossible, judged.Proof.Find("tenancy")!.Find(FailureScenario.RepositoryLoss)!.Verdict);
        Assert.Equal(Severity.Error, Assert.Single(judged.Diagnostics, d => d.RuleId == "PGC027").Severity);
    }

    [Fact]
    public void Judge_AContextThatAssumesNothingElsewhere_IsNotRefusedForAPrimaryThere()
    {
        var home = Policy() with
        {
            CrossSite = new CrossSitePolicy(At(CrossSiteReplication.NotAssumed), null, null, null, Nowhere),
            FailoverCrossSite = At(FailoverMode.Manual),
        };
        var fleet = Fleet(Cluster(TwoSites, Any(1, "core-1", "core-2")), home);

        var judged = ClaimRules.Judge(fleet);
        Assert.DoesNotContain(judged.Diagnostics, d => d.Severity == Severity.Error);
        Assert.Equal(Verdict.Holds, judged.Proof.Find("tenancy")!.Find(FailureScenario.NodeLoss)!.LossVerdict);

        // At home it is held to every word: alone there, a lost node leaves nothing.
        var alone = ClaimRules.Judge(Fleet(Cluster("core-1@oslo/a core-3@bergen/a", Any(1, "core-1", "core-3")), home));
        Assert.Contains(alone.Diagnostics, d => d.Severity == Severity.Error && d.Field == "spec.rpoClass");
    }

    [Theory]
    [InlineData("e1:2379", "oslo")]
    [InlineData("https://e1:2379/", "oslo")]
    [InlineData("e1", "oslo")]
    [InlineData("[fd00::1]:2379", "bergen")]
    [InlineData("http://[fd00::1]:2379", "bergen")]
    [InlineData("fd00::1", "bergen")]
    [InlineData("10.0.0.7:2379", "bergen")]
    [InlineData("host-core-1:2379", "oslo")]
    [InlineData("elsewhere:2379", null)]
    [InlineData("127.0.0.1:2379", null)]
    public void TryOf_PlacesMembersOfTheQuorum_ByObserverOrHost(string member, string? site)
    {
        var (environment, cluster) = Cluster(TwoSites, manager: new ClusterManager.Patroni("core", [member]));
        var bergen = environment.Sites.Single(s => s.Name == "bergen");
        var host = bergen.FailureDomains[0].Hosts[0] with { Address = "10.0.0.7" };
        environment = environment with
        {
            Sites =
            [
                bergen with
                {
                    FailureDomains = [bergen.FailureDomains[0] with { Hosts = [host] }],
                },
                .. environment.Sites.Where(s => s.Name != "bergen"),
            ],
            Observers = [new Observer("e1", "oslo", null, Nowhere), new Observer("fd00::1", "bergen", null, Nowhere)],
        };

        var topology = Core.Proofs.Layout.Topology.TryOf(cluster, environment)!;

        Assert.Equal(site, topology.Observers.Select(o => topology.Sites[o.Site].Name).SingleOrDefault());
        Assert.Equal(site is null ? 1 : 0, topology.ObserversWithoutPlace);
    }

    /// <summary>1 MB of allowed lag is 1000 s of commits in an hour that writes 1 kB/s.</summary>
    [Fact]
    public void Judge_ALagThatOnlyBytesBound_IsUnproven()
    {
        var patroni = new ClusterManager.Patroni("core", []) { Version = "4.2.0", Watchdog = true };
        var policy = Policy() with
        {
            RpoClass = At("minutes"),
            FailoverLocal = At(FailoverMode.Automatic),
            CrossSite = new CrossSitePolicy(At(CrossSiteReplication.NotAssumed), null, null, null, Nowhere),
            FailoverCrossSite = At(FailoverMode.Manual),
        };

        var cell = ClaimRules
            .Judge(Fleet(Cluster("core-1@oslo/a core-2@oslo/b", manager: patroni), policy))
            .Proof.Find("tenancy")!
            .Find(FailureScenario.NodeLoss)!;

        Assert.Equal((Verdict.Unproven, LossKind.Bounded), (cell.LossVerdict, cell.Guaranteed.Kind));
        Assert.Null(cell.Guaranteed.Duration);
        Assert.Equal(new ByteCount((1 + 2 * 30) * 1024 * 1024), cell.Guaranteed.Bytes);
    }
}

using PgGitOps.Core.Desired;
using PgGitOps.Core.Proofs;
using PgGitOps.Core.Proofs.Faults;
using PgGitOps.Core.Proofs.Verdicts;
using PgGitOps.Core.Sources;
using static PgGitOps.Tests.Proofs.Fleets;

namespace PgGitOps.Tests.Proofs;

/// <summary>What cannot be computed, laid out or acknowledged keeps no objective, and ends no command.</summary>
[Trait("Requirement", "R-07")]
public sealed class UnknownNeverPassesTests
{
    private static readonly TimeSpan Century = TimeSpan.FromDays(36_500);

    [Fact]
    public void Prove_WithTheLargestAmountsADocumentCanDeclare_AnswersWithoutOverflow()
    {
        var most = new ByteCount(long.MaxValue);
        var plan = Backup("oslo-repo", "bergen-repo") with { RetentionFull = int.MaxValue, ArchiveTimeout = Century };
        var manager = new ClusterManager.Patroni("core", [])
        {
            Ttl = Century,
            LoopWait = Century,
            MaximumLagOnFailover = most,
        };
        var policy = Policy() with
        {
            FailoverLocal = At(FailoverMode.Automatic),
            Writes = new WriteFigures(most, most, Nowhere),
            Backup = new BackupPolicy(At(Century), null, null, Nowhere),
            Planning = new PlanningFigures
            {
                Detection = Century,
                Decision = Century,
                Promotion = Century,
                Reconnect = Century,
                ArchivePush = Century,
                MistakeDetection = Century,
                RestoreBytesPerSecond = new ByteCount(1),
                ReplayBytesPerSecond = new ByteCount(1),
            },
        };
        var (environment, cluster) = Cluster("core-1@oslo/a core-2@oslo/b core-3@bergen/a", null, manager, plan);
        environment = environment with { Links = [new SiteLink("oslo", "bergen", Century, new ByteCount(1), Nowhere)] };

        var judged = ClaimRules.Judge(Fleet((environment, cluster), policy, policy with { Head = Policy("second").Head }));

        Assert.True(judged.Rejected);
        // What was cut at the largest amount is beyond every limit, and so keeps none.
        var restart = judged.Proof.Find("tenancy")!.Find(FailureScenario.NodeLoss)!;
        Assert.Equal(Verdict.Impossible, restart.Verdict);
        Assert.DoesNotContain(
            judged.Diagnostics,
            d => d.Message.Contains('-') && d.Message.Contains("-9", StringComparison.Ordinal)
        );
    }

    [Fact]
    public void Saturating_StopsAtTheLargest_AndRoundsBoundsUp()
    {
        var largest = new ByteCount(long.MaxValue);
        Assert.Equal(TimeSpan.MaxValue, Saturating.Quotient(largest, new ByteCount(1)));
        Assert.Null(Saturating.Quotient(largest, new ByteCount(0)));
        Assert.Equal(TimeSpan.FromTicks(3_333_334), Saturating.Quotient(new ByteCount(1), new ByteCount(3)));
        Assert.Equal(largest, Saturating.Times(largest, TimeSpan.FromSeconds(2)));
        Assert.Equal(new ByteCount(2), Saturating.Times(new ByteCount(3), TimeSpan.FromMilliseconds(500)));
        Assert.Equal(largest, Saturating.Add(largest, new ByteCount(1)));
        Assert.Equal(TimeSpan.MaxValue, Saturating.Add(TimeSpan.MaxValue, TimeSpan.FromTicks(1)));
        Assert.Equal(TimeSpan.MaxValue, Saturating.Seconds(double.NaN));
        Assert.Equal(TimeSpan.MaxValue, Saturating.Seconds(double.PositiveInfinity));
        Assert.Equal(TimeSpan.FromSeconds(1.5), Saturating.Seconds(1.5));
        Assert.Equal("more than 36500d", Amounts.Round(TimeSpan.MaxValue));
        Assert.Equal("8388608TB", Amounts.Round(largest));
    }

    public static TheoryData<string, string> TooMuch =>
        new()
        {
            { "members", "it has 65 members" },
            { "sites", "its environment has 65 sites" },
            { "repositories", "its backups go to 65 repositories" },
            { "observers", "its quorum has 65 members" },
            { "hosts", "member core-0 is on host 'nowhere', which its environment does not know" },
        };

    [Theory]
    [MemberData(nameof(TooMuch))]
    public void Judge_WhenAProofCannotHoldTheTopology_IsAnErrorWithItsPlace(string what, string message)
    {
        var members = Enumerable.Range(0, what == "members" ? 65 : 2).Select(i => $"core-{i}@oslo/a");
        var (environment, cluster) = Cluster(string.Join(' ', members));
        string[] names = [.. Enumerable.Range(0, 65).Select(i => $"x{i}")];
        switch (what)
        {
            case "sites":
                environment = environment with
                {
                    Sites = [.. environment.Sites, .. names.Skip(1).Select(n => new Site(n, [], Nowhere))],
                };
                break;
            case "repositories":
                environment = environment with
                {
                    Repositories = [.. names.Select(n => new BackupRepository(n, "oslo", "posix", "/b", Nowhere))],
                };
                cluster = cluster with { Backup = Backup(names) };
                break;
            case "observers":
                environment = environment with { Observers = [.. names.Select(n => new Observer(n, "oslo", null, Nowhere))] };
                break;
            case "hosts":
                cluster = cluster with { Members = [cluster.Members[0] with { Host = "nowhere" }, cluster.Members[1]] };
                break;
        }

        var judged = ClaimRules.Judge(Fleet((environment, cluster), Policy()));

        var finding = Assert.Single(judged.Diagnostics, d => d.RuleId == "PGC028");
        Assert.Equal((Severity.Error, "spec.store.cluster"), (finding.Severity, finding.Field));
        Assert.Contains(message, finding.Message, StringComparison.Ordinal);
        Assert.Equal(Verdict.Unknown, judged.Proof.Verdict);
    }

    /// <summary>A cascade acknowledges to its own upstream: core-1 waits for ever.</summary>
    [Theory]
    [InlineData("core-1@oslo/a core-2@oslo/b core-3<core-2@bergen/a", 1, "core-3")]
    [InlineData("core-1@oslo/a core-2@oslo/b core-3<core-2@bergen/a core-4@bergen/b", 2, "core-3,core-4")]
    [InlineData("core-1@oslo/a core-2@bergen/a core-3<core-2@bergen/b", 2, "core-2,core-3")]
    public void Judge_WhenNoCommitEverEnds_RefusesIt_AndNoObjectiveHoldsByIt(string members, int count, string standbys)
    {
        var judged = ClaimRules.Judge(Fleet(Cluster(members, Any(count, standbys.Split(','))), Policy()));

        var finding = Assert.Single(judged.Diagnostics, d => d.RuleId == "PGC035");
        Assert.Equal(Severity.Error, finding.Severity);
        Assert.StartsWith("no commit ever ends while core-1 is primary", finding.Message, StringComparison.Ordinal);
        var proof = judged.Proof.Find("tenancy")!;
        foreach (
            var scenario in (FailureScenario[])
                [FailureScenario.ProcessCrash, FailureScenario.NodeLoss, FailureScenario.Maintenance]
        )
        {
            Assert.Equal(Verdict.Impossible, proof.Find(scenario)!.OutageVerdict);
            Assert.NotNull(proof.Find(scenario)!.Outage.Endless);
        }
        Assert.NotEqual(Verdict.Holds, proof.Find(FailureScenario.SiteLoss)!.LossVerdict);
    }

    /// <summary>A list that is made for the present primary is rewritten after a promotion, which the promotion's outage counts.</summary>
    [Fact]
    public void Judge_WhenOnlyAPromotedMemberWouldWait_WarnsAsBefore()
    {
        var judged = ClaimRules.Judge(Fleet(Cluster("core-1@oslo/a core-2@oslo/b core-3@bergen/a", Any(1, "core-3")), Policy()));

        Assert.DoesNotContain(judged.Diagnostics, d => d.Severity == Severity.Error);
        Assert.Single(judged.Diagnostics, d => d.RuleId == "PGC032");
    }

    /// <summary>Asking for fewer faults at once than an objective covers must not let it pass.</summary>
    [Fact]
    public void Prove_AtALowerDepthThanIsTolerated_StillTriesThatMany()
    {
        var policy = Policy() with { Tolerates = 2 };
        var fleet = Fleet(
            Cluster("core-1@oslo/a core-2@oslo/b core-3@oslo/c core-4@bergen/a", Any(1, "core-1", "core-2", "core-3")),
            policy
        );

        Assert.Equal(Verdict.Impossible, Prover.Prove(fleet, 1).Find("tenancy")!.Find(FailureScenario.DomainsLoss)?.LossVerdict);
    }
}

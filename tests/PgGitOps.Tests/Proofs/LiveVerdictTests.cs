using PgGitOps.Core.Desired;
using PgGitOps.Core.Proofs;
using PgGitOps.Core.Proofs.Faults;
using PgGitOps.Core.Proofs.Live;
using PgGitOps.Core.Proofs.Paths;
using PgGitOps.Core.Proofs.Verdicts;
using PgGitOps.Core.Settings;
using static PgGitOps.Tests.Proofs.Fleets;

namespace PgGitOps.Tests.Proofs;

public sealed class LiveVerdictTests
{
    private static readonly DateTimeOffset Now = new(2026, 3, 1, 12, 0, 0, TimeSpan.Zero);

    private static readonly PlanningFigures Declared = new()
    {
        Detection = TimeSpan.FromSeconds(30),
        Decision = TimeSpan.FromMinutes(5),
        Promotion = TimeSpan.FromSeconds(5),
        Reconnect = TimeSpan.FromSeconds(5),
        ArchivePush = TimeSpan.FromSeconds(5),
    };

    private static ScenarioProof Cell(FailureScenario scenario, TimeSpan window, SynchronousReplication? rule = null)
    {
        var policy = Policy() with
        {
            RpoClass = At("seconds"),
            Planning = Declared,
            CrossSite = Policy().CrossSite with { DataLossWindow = At(window) },
            Backup = new BackupPolicy(At(TimeSpan.FromDays(14)), null, null, Nowhere),
        };
        return Prover
            .Prove(
                Fleet(
                    Cluster("core-1@oslo/a core-2@oslo/b core-3@bergen/a", rule, backup: Backup("oslo-repo", "bergen-repo")),
                    policy
                )
            )
            .Contexts[0]
            .Find(scenario)!;
    }

    private static Measurement Lag(double seconds, int ageSeconds = 5) =>
        new(seconds, "s", "pg_stat_replication on core-1", Now.AddSeconds(-ageSeconds), TimeSpan.FromSeconds(30));

    [Fact]
    public void AsynchronousWindow_IsUnprovenFromDocumentsAlone() =>
        Assert.Equal(Verdict.Unproven, Cell(FailureScenario.NodeLoss, TimeSpan.FromSeconds(30)).LossVerdict);

    [Theory]
    [InlineData(2, Verdict.Met)]
    [InlineData(31, Verdict.AtRisk)]
    public void Lag_AgainstTheWindow_DecidesWithinOneLoop(double lag, Verdict expected) =>
        Assert.Equal(
            expected,
            LiveVerdicts
                .Of(
                    Cell(FailureScenario.NodeLoss, TimeSpan.FromSeconds(30)),
                    LiveEvidence.Nothing with
                    {
                        LocalLag = Lag(lag),
                    },
                    Now
                )
                .Verdict
        );

    [Fact]
    public void UnreadableLag_IsUnknownNeverAPass() =>
        Assert.Equal(
            Verdict.Unknown,
            LiveVerdicts.Of(Cell(FailureScenario.NodeLoss, TimeSpan.FromSeconds(30)), LiveEvidence.Nothing, Now).Verdict
        );

    [Fact]
    public void StaleLag_FreezesAnAlertInsteadOfClearingIt()
    {
        var cell = Cell(FailureScenario.NodeLoss, TimeSpan.FromSeconds(30));
        var alert = LiveVerdicts.Of(cell, LiveEvidence.Nothing with { LocalLag = Lag(31) }, Now);

        var later = LiveVerdicts.Of(cell, LiveEvidence.Nothing with { LocalLag = Lag(1, ageSeconds: 300) }, Now, alert);

        Assert.Equal(Verdict.AtRisk, later.Verdict);
        Assert.Contains("no fresh evidence", later.Because, StringComparison.Ordinal);
    }

    [Fact]
    public void WeakCommitFoundLive_PutsZeroAtRisk()
    {
        var cell = Cell(FailureScenario.SiteLoss, TimeSpan.Zero, Any(1, "core-3"));
        Assert.Equal(Verdict.Holds, cell.LossVerdict);

        var live = LiveVerdicts.Of(
            cell,
            LiveEvidence.Nothing with
            {
                WeakestCommit = new Measurement(
                    (int)CommitLevel.Local,
                    "level",
                    "role tenancy_app in database tenancy",
                    Now,
                    TimeSpan.FromMinutes(1)
                ),
            },
            Now
        );

        Assert.Equal(Verdict.AtRisk, live.Verdict);
        Assert.Contains("synchronous_commit = local was found: role tenancy_app", live.Because, StringComparison.Ordinal);
    }

    [Theory]
    [Trait("Requirement", "R-10")]
    [InlineData(true, "same", 100, 1, Verdict.Met)]
    [InlineData(true, "other", 100, 1, Verdict.Unproven)]
    [InlineData(true, "same", 79, 1, Verdict.Unproven)]
    [InlineData(true, "same", 80, 1, Verdict.Met)]
    [InlineData(true, "same", 100, 40, Verdict.Unproven)]
    [InlineData(false, "same", 100, 1, Verdict.Breached)]
    public void Drill_CountsOnlyWhileItSpeaksForToday(bool succeeded, string digest, long restored, int ageDays, Verdict expected)
    {
        var drill = new DrillEvidence(
            succeeded,
            TimeSpan.FromMinutes(3),
            TimeSpan.FromSeconds(4),
            restored,
            digest,
            5,
            "drill 7",
            Now.AddDays(-ageDays),
            TimeSpan.FromDays(31)
        );

        var live = LiveVerdicts.Of(
            Cell(FailureScenario.OperatorMistake, TimeSpan.FromSeconds(30)),
            LiveEvidence.Nothing with
            {
                Drill = drill,
                ConfigurationDigest = "same",
                SizeBytes = 100,
            },
            Now
        );

        Assert.Equal(expected, live.Verdict);
    }

    [Fact]
    public void WeakestTermWins() =>
        Assert.Equal(
            EvidenceClass.Assumed,
            EvidenceClasses.Weakest([EvidenceClass.Proven, EvidenceClass.Assumed, EvidenceClass.Measured])
        );

    [Theory]
    [InlineData("0 1 * * 0", 7)]
    [InlineData("0 1 1 * *", 31)]
    [InlineData("0 1 29 2 *", 1461)]
    [InlineData("0 1 * * 1-5", 3)]
    [InlineData("0 1 13 * 5", 7)] // either day field
    [InlineData("0 1 */2 * 5", 21)] // Fridays on odd days: the 23rd of a month of 31, then the 13th
    [InlineData("0 1 L * *", 31)]
    public void CronGap_IsTheLongestWait(string schedule, int days) =>
        Assert.Equal(
            schedule.Contains("29 2", StringComparison.Ordinal) ? null : TimeSpan.FromDays(days),
            CronGap.Longest(schedule)
        );
}

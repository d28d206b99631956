using PgGitOps.Core.Desired;
using PgGitOps.Core.Proofs.Commit;
using PgGitOps.Core.Proofs.Faults;
using PgGitOps.Core.Proofs.Layout;
using PgGitOps.Core.Proofs.Paths;
using PgGitOps.Core.Proofs.Verdicts;
using PgGitOps.Core.Settings;
using static PgGitOps.Tests.Proofs.Fleets;

namespace PgGitOps.Tests.Proofs;

/// <summary>Where a bound just meets its limit, and what damage costs that replication copies.</summary>
[Trait("Requirement", "R-07")]
public sealed class RecoveryPathTests
{
    private static readonly TimeSpan Minute = TimeSpan.FromMinutes(1);

    private static RecoveryPath Losing(Loss loss, bool watchable = false, TimeSpan declared = default, bool byDefault = false) =>
        new(PathKind.RestoreFromRepository, "", false, loss, loss, Outage.None, declared, byDefault, watchable);

    private static Verdict Judge(RecoveryPath path, double minutes) => path.JudgeLoss(minutes * Minute);

    [Fact]
    public void JudgeLoss_AtTheLimit_Holds_AndOneTickAboveDoesNot()
    {
        var path = Losing(Loss.OfDuration(Minute, null), declared: Minute);

        Assert.Equal(Verdict.NotClaimed, path.JudgeLoss(null));
        Assert.Equal(Verdict.Holds, Judge(path, 1));
        Assert.Equal(Verdict.Impossible, path.JudgeLoss(Minute - TimeSpan.FromTicks(1)));
        Assert.Equal(Verdict.Impossible, Judge(path, 0));
        Assert.Equal(Verdict.Holds, Judge(Losing(Loss.None), 0));
    }

    [Fact]
    public void JudgeLoss_OfWhatOnlyDefaultsBound_IsUnproven()
    {
        Assert.Equal(Verdict.Unproven, Judge(Losing(Loss.OfDuration(Minute, null), byDefault: true), 1));
        // What the documents themselves say fits; the rest is measured.
        Assert.Equal(Verdict.Unproven, Judge(Losing(Loss.OfDuration(2 * Minute, null), declared: Minute), 1));
        Assert.Equal(Verdict.Impossible, Judge(Losing(Loss.OfDuration(3 * Minute, null), declared: 2 * Minute), 1));
    }

    [Fact]
    public void JudgeLoss_OfWhatTheLoopWatches_IsUnproven_AboveZeroOnly()
    {
        Assert.Equal(Verdict.Unproven, Judge(Losing(Loss.OfDuration(3 * Minute, null), true, 2 * Minute), 1));
        Assert.Equal(Verdict.Unproven, Judge(Losing(Loss.Unbounded, true), 1));
        Assert.Equal(Verdict.Impossible, Judge(Losing(Loss.Unbounded, true), 0));
        Assert.Equal(Verdict.Impossible, Judge(Losing(Loss.Unbounded), 1));
        Assert.Equal(Verdict.Unproven, Judge(Losing(new Loss(LossKind.Bounded, null, null), true), 1));
        Assert.Equal(Verdict.Unknown, Judge(Losing(Loss.OfBytes(new ByteCount(1))), 1));
        Assert.Equal(Verdict.Impossible, Judge(Losing(Loss.OfBytes(new ByteCount(1)), true), 0));
    }

    [Fact]
    public void LosingLeast_PrefersLessLoss_AndTheFirstAmongEquals()
    {
        var (none, some, same) = (
            Losing(Loss.None),
            Losing(Loss.OfDuration(Minute, null)),
            Losing(Loss.None) with
            {
                Automatic = true,
            }
        );

        Assert.Same(none, RecoveryPath.LosingLeast([some, none, same]));
        Assert.Same(same, RecoveryPath.BackFirst([some, same, none]));
    }

    private static RecoveryPath Worst(FailureScenario scenario, Func<Cluster, Cluster> change, params string[] repositories)
    {
        var (environment, cluster) = Cluster(
            "core-1@oslo/a core-2@bergen/a",
            backup: repositories.Length > 0 ? Backup(repositories) : null
        );
        var topology = Topology.TryOf(change(cluster), environment)!;
        var policy = Policy() with
        {
            Planning = new PlanningFigures { ArchivePush = Minute, MistakeDetection = TimeSpan.FromHours(1) },
        };
        var book = new RecoveryPaths(topology, policy, CommitLevel.On, SynchronousRule.None, WhenShort.Block);
        var fault = Fault.Enumerate(topology, 1).First(f => f.Scenario == scenario);
        return Assert.Single(book.Of(0, fault));
    }

    [Fact]
    public void Mistake_WithinTheWindowOfBackups_CostsTheTimeUntilItIsNoticed()
    {
        var path = Worst(FailureScenario.OperatorMistake, c => c, "oslo-repo");

        Assert.Equal((PathKind.PointInTimeRestore, false), (path.Kind, path.Automatic));
        Assert.Equal("recover to the moment before the mistake", path.Description);
        Assert.Equal(Loss.OfDuration(TimeSpan.FromHours(1), Policy().Writes!.WalBytesPerSecond), path.Guaranteed);
        Assert.Equal((TimeSpan.FromHours(1), false), (path.LossDeclared, path.LossByDefault));
    }

    [Theory]
    [InlineData(1, null)]
    [InlineData(4, null)]
    [InlineData(null, "0 1 * * 0")]
    public void Mistake_WhereNobodyKnowsThatABackupReachesBack_IsUnbounded(int? retention, string? schedule) =>
        Assert.Equal(
            Loss.Unbounded,
            Worst(
                FailureScenario.OperatorMistake,
                c =>
                    c with
                    {
                        Backup = c.Backup! with
                        {
                            RetentionFull = retention,
                            FullSchedule = retention == 1 ? "0 1 * * 0" : schedule,
                        },
                    },
                "oslo-repo"
            ).Guaranteed
        );

    [Fact]
    public void Mistake_WithoutBackups_LosesAll()
    {
        var path = Worst(FailureScenario.OperatorMistake, c => c);

        Assert.Equal((PathKind.Nothing, false, Loss.Unbounded), (path.Kind, path.Automatic, path.Guaranteed));
        Assert.Equal("no backup, and every standby repeats the mistake at once", path.Description);
        Assert.Equal("somebody rebuilds the data", path.Outage.Endless);
    }

    [Fact]
    public void Corruption_WithChecksums_CostsWhatIsNotArchived()
    {
        var path = Worst(
            FailureScenario.SilentCorruption,
            c => c with { Storage = new Storage("durable", true, null, Nowhere) },
            "oslo-repo"
        );

        Assert.Equal("restore the last clean backup and replay the archive", path.Description);
        Assert.Equal((LossKind.Bounded, 2 * Minute), (path.Guaranteed.Kind, path.Guaranteed.Duration));
    }

    [Fact]
    public void Corruption_WithoutChecksums_OrWithTooFewBackups_IsUnbounded()
    {
        var without = Worst(
            FailureScenario.SilentCorruption,
            c => c with { Storage = new Storage("durable", false, null, Nowhere) },
            "oslo-repo"
        );
        var single = Worst(
            FailureScenario.SilentCorruption,
            c => c with { Storage = new Storage("durable", true, null, Nowhere), Backup = c.Backup! with { RetentionFull = 1 } },
            "oslo-repo"
        );

        Assert.StartsWith(
            "restore a backup from before the damage, if one is left",
            without.Description,
            StringComparison.Ordinal
        );
        Assert.Equal((Loss.Unbounded, Loss.Unbounded), (without.Guaranteed, single.Guaranteed));
        Assert.Equal("no backup to go back to", Worst(FailureScenario.SilentCorruption, c => c).Description);
    }
}

using System.Collections.Immutable;
using PgGitOps.Core.Proofs.Commit;
using PgGitOps.Core.Proofs.Faults;
using PgGitOps.Core.Proofs.Layout;
using PgGitOps.Core.Proofs.Verdicts;

namespace PgGitOps.Core.Proofs.Paths;

/// <summary>Ways out of damage that replication copies faithfully.</summary>
public static class PointInTimePaths
{
    public static ImmutableArray<RecoveryPath> Mistake(Topology topology, Figures figures, OutageTerms terms, BackupReach backups)
    {
        var paths = ImmutableArray.CreateBuilder<RecoveryPath>(2);
        var noticed = figures.MistakeDetection.Value;
        if (noticed is { } delay && topology.Members.Any(m => m.Declared.ReplayDelay is { } replay && replay.Value >= delay))
        {
            paths.Add(
                new RecoveryPath(
                    PathKind.DelayedStandby,
                    "stop the delayed standby before it replays the mistake and take the data from it",
                    false,
                    Loss.OfDuration(delay, figures.WalBytesPerSecond),
                    Loss.OfDuration(delay, figures.WalBytesPerSecond),
                    terms.TakeFromDelayed(),
                    LossByDefault: figures.MistakeDetection.ByDefault
                )
            );
        }
        if (backups.HasPlan && !topology.Repositories.IsEmpty)
        {
            // Without a schedule and a retention nobody knows how far back the backups reach.
            var reaches = noticed is not null && backups.GuaranteedWindow is { } window && noticed <= window;
            // In-place recovery to the moment before the mistake gives up everything committed since.
            var loss = reaches ? Loss.OfDuration(noticed!.Value, figures.WalBytesPerSecond) : Loss.Unbounded;
            paths.Add(
                new RecoveryPath(
                    PathKind.PointInTimeRestore,
                    "recover to the moment before the mistake",
                    false,
                    loss,
                    loss,
                    terms.RestoreAfterMistake(),
                    LossDeclared: figures.MistakeDetection.ByDefault ? TimeSpan.Zero : noticed ?? TimeSpan.Zero,
                    LossByDefault: figures.MistakeDetection.ByDefault
                )
            );
        }
        return paths.Count > 0 ? paths.ToImmutable() : [Nothing("no backup, and every standby repeats the mistake at once")];
    }

    public static ImmutableArray<RecoveryPath> Corruption(
        Topology topology,
        Figures figures,
        OutageTerms terms,
        BackupReach backups,
        Loss archiveLoss
    )
    {
        if (!backups.HasPlan || topology.Repositories.IsEmpty)
            return [Nothing("no backup to go back to")];
        // With checksums a full backup reads, and so checks, every page; without them damage can outlive every backup that is kept.
        var found = topology.Cluster.Storage is { DataChecksums: true } ? backups.FullGap : null;
        var loss = found is { } gap && backups.GuaranteedWindow is { } window && gap <= window ? archiveLoss : Loss.Unbounded;
        var description = found is null
            ? "restore a backup from before the damage, if one is left: without checksums nobody knows since when"
            : "restore the last clean backup and replay the archive";
        return
        [
            new RecoveryPath(
                PathKind.PointInTimeRestore,
                description,
                false,
                loss,
                loss,
                terms.Restore(),
                LossByDefault: figures.ArchivePush.ByDefault
            ),
        ];
    }

    private static RecoveryPath Nothing(string why) =>
        new(PathKind.Nothing, why, false, Loss.Unbounded, Loss.Unbounded, Outage.Never("somebody rebuilds the data"));
}

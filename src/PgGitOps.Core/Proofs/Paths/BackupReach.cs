using PgGitOps.Core.Desired;

namespace PgGitOps.Core.Proofs.Paths;

/// <summary>What the declared schedule and retention can give back.</summary>
public sealed class BackupReach
{
    public BackupReach(Cluster cluster)
    {
        if (cluster.Backup is not { } plan)
            return;
        HasPlan = true;
        ArchiveTimeout = plan.ArchiveTimeout is { } timeout && timeout > TimeSpan.Zero ? timeout : null;
        FullGap = plan.FullSchedule is null ? null : GapOf(plan.FullSchedule, null);
        AnyGap = plan.FullSchedule is null ? null : GapOf(plan.FullSchedule, plan.DifferentialSchedule);
        // At the worst moment a new full backup has just pushed the oldest one out.
        GuaranteedWindow =
            FullGap is { } gap && plan.RetentionFull is { } count ? Saturating.Times(gap, Math.Max(0, count - 1)) : null;
    }

    public bool HasPlan { get; }

    /// <summary>Null when WAL of a quiet context may wait for ever.</summary>
    public TimeSpan? ArchiveTimeout { get; }

    /// <summary>Longest time between two full backups, or null where no schedule says.</summary>
    public TimeSpan? FullGap { get; }

    /// <summary>Longest time between two backups of any kind.</summary>
    public TimeSpan? AnyGap { get; }

    /// <summary>How far back a restore is always possible, given that every backup succeeds and no WAL is missing. Null where it cannot be said.</summary>
    public TimeSpan? GuaranteedWindow { get; }

    private static readonly System.Collections.Concurrent.ConcurrentDictionary<(string, string?), TimeSpan?> Gaps = new();

    // A fleet has few distinct schedules and walking four years of days costs a millisecond; the answer depends on the text alone.
    private static TimeSpan? GapOf(string full, string? differential) =>
        Gaps.Count > 10_000
            ? CronGap.Longest(full, differential)
            : Gaps.GetOrAdd((full, differential), key => CronGap.Longest(key.Item1, key.Item2));
}

using System.Collections.Immutable;
using PgGitOps.Core.Proofs.Commit;
using PgGitOps.Core.Proofs.Faults;
using PgGitOps.Core.Proofs.Verdicts;

namespace PgGitOps.Core.Proofs.Paths;

public enum PathKind
{
    /// <summary>The primary goes on; nobody notices.</summary>
    Undisturbed,

    /// <summary>The primary lives, but commits wait for standbys that are gone.</summary>
    WritesWait,

    /// <summary>No commit ends, before any fault and after it.</summary>
    Blocked,

    RestartInPlace,
    PromoteLocal,
    PromoteCrossSite,
    Switchover,
    RestoreFromRepository,
    PointInTimeRestore,

    /// <summary>Take the data from a standby that replays with a delay.</summary>
    DelayedStandby,

    /// <summary>Two primaries may acknowledge at once.</summary>
    SplitBrain,

    /// <summary>No copy is left.</summary>
    Nothing,
}

/// <summary>One way out of a fault.</summary>
/// <param name="Automatic">It happens without anybody being asked, so the claim is judged on it.</param>
/// <param name="Guaranteed">Loss in the worst permitted state.</param>
/// <param name="Nominal">Loss when every standby was connected and caught up.</param>
/// <param name="LossDeclared">The part of a bounded loss that follows from declared figures alone: what can refute a claim.</param>
/// <param name="Watchable">The loss of this path is a lag the live loop can measure, so a window on it is an objective, not a falsehood.</param>
/// <param name="LossAtLeast">What no lag can be below: one way over the declared link to the nearest standby that is left. Null where no link is declared or nothing is lost.</param>
/// <param name="HeldByPolicy">The wait is what the policy asks for (onPartition: holdWrites).</param>
public sealed record RecoveryPath(
    PathKind Kind,
    string Description,
    bool Automatic,
    Loss Guaranteed,
    Loss Nominal,
    Outage Outage,
    TimeSpan LossDeclared = default,
    bool LossByDefault = false,
    bool Watchable = false,
    bool HeldByPolicy = false,
    TimeSpan? LossAtLeast = null
)
{
    public Verdict JudgeLoss(TimeSpan? limit)
    {
        if (limit is not { } most)
            return Verdict.NotClaimed;
        // Nothing is lost because nothing is ever acknowledged.
        if (Kind == PathKind.Blocked)
            return Verdict.Unknown;
        if (Guaranteed.Kind == LossKind.None)
            return Verdict.Holds;
        if (LossAtLeast > most)
            return Verdict.Impossible;
        switch (Guaranteed.Kind)
        {
            case LossKind.Unbounded:
                return most > TimeSpan.Zero && Watchable ? Verdict.Unproven : Verdict.Impossible;
            default:
                if (most == TimeSpan.Zero)
                    return Verdict.Impossible;
                // Bytes bound no time; how old they are is a lag that the live loop measures.
                if (Guaranteed.Duration is not { } duration)
                    return Watchable ? Verdict.Unproven : Verdict.Unknown;
                if (duration <= most)
                    return LossByDefault ? Verdict.Unproven : Verdict.Holds;
                return Watchable || LossDeclared <= most ? Verdict.Unproven : Verdict.Impossible;
        }
    }

    public Verdict JudgeOutage(TimeSpan? limit)
    {
        if (limit is not { } most)
            return Verdict.NotClaimed;
        if (Outage.IsNone || HeldByPolicy)
            return Verdict.Holds;
        if (Outage.Endless is not null || Outage.Declared > most)
            return Verdict.Impossible;
        if (Outage.Total is not { } total)
            return Verdict.Unknown;
        // Configuration cannot prove the speed of a restore; only a drill can.
        if (Kind is PathKind.RestoreFromRepository or PathKind.PointInTimeRestore)
            return Verdict.Unproven;
        if (total > most)
            return Verdict.Unproven;
        return Outage.Terms.Any(t => t.ByDefault) ? Verdict.Unproven : Verdict.Holds;
    }

    /// <summary>The path that loses least; among equals the one that is back first.</summary>
    public static RecoveryPath LosingLeast(ImmutableArray<RecoveryPath> paths) =>
        Best(paths, (a, b) => a.Guaranteed.CompareTo(b.Guaranteed) is not 0 and var order ? order : a.Outage.CompareTo(b.Outage));

    /// <summary>The path that is back first; among equals the one that loses least.</summary>
    public static RecoveryPath BackFirst(ImmutableArray<RecoveryPath> paths) =>
        Best(paths, (a, b) => a.Outage.CompareTo(b.Outage) is not 0 and var order ? order : a.Guaranteed.CompareTo(b.Guaranteed));

    private static RecoveryPath Best(ImmutableArray<RecoveryPath> paths, Comparison<RecoveryPath> compare)
    {
        var best = paths[0];
        foreach (var path in paths)
        {
            if (compare(path, best) < 0)
                best = path;
        }
        return best;
    }

    public Verdict Judge(Claim claim) => VerdictScale.Worse(JudgeLoss(claim.LossLimit), JudgeOutage(claim.OutageLimit));
}

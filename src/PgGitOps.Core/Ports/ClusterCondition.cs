using PgGitOps.Core.Sources;

namespace PgGitOps.Core.Ports;

/// <summary>How a cluster stands.</summary>
public enum ConditionState
{
    /// <summary>As declared.</summary>
    Ready,

    /// <summary>It differs, and a step that waits, or a person, would end that.</summary>
    Drifted,

    /// <summary>It differs, and no step of ours helps.</summary>
    Degraded,

    /// <summary>People work on it: nothing is done.</summary>
    Suspended,

    /// <summary>Work on it fails or is refused.</summary>
    Stalled,

    /// <summary>It was not seen. Never taken for good.</summary>
    Unknown,
}

/// <summary>Why it stands so. A reason belongs to one state.</summary>
public enum ConditionReason
{
    InSync,
    NotEnforced,
    Undeclared,
    WaitsForWindow,
    WaitsForApproval,
    StepsLeft,
    LockHeld,
    PlanStale,
    NotAsDeclared,
    NotManaged,
    NoEffect,
    Suspended,
    StepFailed,
    RunBrokenOff,
    PlanRefused,
    NoPrimary,
    TwoHistories,
    ClusterMissing,
    InternalError,
    Unreachable,
    NotObserved,
}

/// <summary>How a cluster stands, why, and since when.</summary>
/// <param name="Message">For people; never compared.</param>
/// <param name="Concerns">What it speaks of, ordered: ids of steps, rules or members, or names of values.</param>
/// <param name="Since">When the state began, whatever its reason was then.</param>
public sealed record ClusterCondition(
    ConditionReason Reason,
    string Message,
    EquatableArray<string> Concerns,
    DateTimeOffset Since
)
{
    public ConditionState State => StateOf(Reason);

    /// <summary>Of a cluster that no pass has ended on yet.</summary>
    public static ClusterCondition NotObserved(DateTimeOffset now) =>
        new(ConditionReason.NotObserved, "not observed yet", [], now);

    /// <summary>Nothing has changed from the one to the other that anybody would have to hear of.</summary>
    public bool Says(ClusterCondition other) => Reason == other.Reason && Concerns == other.Concerns;

    public static ConditionState StateOf(ConditionReason reason) =>
        reason switch
        {
            ConditionReason.InSync => ConditionState.Ready,
            ConditionReason.NotEnforced
            or ConditionReason.Undeclared
            or ConditionReason.WaitsForWindow
            or ConditionReason.WaitsForApproval
            or ConditionReason.StepsLeft
            or ConditionReason.LockHeld
            or ConditionReason.PlanStale => ConditionState.Drifted,
            ConditionReason.NotAsDeclared or ConditionReason.NotManaged or ConditionReason.NoEffect => ConditionState.Degraded,
            ConditionReason.Suspended => ConditionState.Suspended,
            ConditionReason.StepFailed
            or ConditionReason.RunBrokenOff
            or ConditionReason.PlanRefused
            or ConditionReason.NoPrimary
            or ConditionReason.TwoHistories
            or ConditionReason.ClusterMissing
            or ConditionReason.InternalError => ConditionState.Stalled,
            ConditionReason.Unreachable or ConditionReason.NotObserved => ConditionState.Unknown,
        };
}

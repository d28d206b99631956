using PgGitOps.Core.Planning;
using PgGitOps.Core.Ports;

namespace PgGitOps.Core.Passes;

/// <summary>How the work on one cluster came to its end.</summary>
public enum ClusterEnding
{
    /// <summary>There was nothing to do.</summary>
    InSync,

    /// <summary>Every step holds.</summary>
    Applied,

    /// <summary>Steps wait for a window, an approval or the end of a suspension; the others hold.</summary>
    Waiting,

    /// <summary>A step failed, was refused or stayed uncertain; what rests on it was not tried.</summary>
    Stopped,

    /// <summary>No step is left to do, and still a value is not as declared: a standby does not stream, commits wait, a field nothing can change.</summary>
    Short,

    /// <summary>A step was done and its effect did not show; it is not repeated with the same input.</summary>
    Degraded,

    /// <summary>Another writer has the cluster, or it is suspended.</summary>
    Locked,

    /// <summary>The plan itself refuses: nothing of it is safe to do.</summary>
    Refused,

    /// <summary>What the plan rests on moved before the first step.</summary>
    Stale,

    /// <summary>It could not be reached, or not read.</summary>
    Unreachable,

    /// <summary>The run was told to stop.</summary>
    Interrupted,
}

public sealed record StepResult(Step Step, StepOutcome Outcome)
{
    /// <summary>The step had an effect, or may have had one, whatever came of recording it.</summary>
    public bool Acted { get; init; } = Outcome is StepOutcome.Done or StepOutcome.Uncertain;
}

/// <param name="Reason">Why it ended so, where the steps do not say it.</param>
public sealed record ClusterResult(string Cluster, ClusterEnding Ending, IReadOnlyList<StepResult> Steps, string? Reason)
{
    /// <summary>True when an approval would let at least one of the waiting steps run.</summary>
    public bool WaitsForApproval { get; init; }

    /// <summary>It was found suspended.</summary>
    public bool IsSuspended { get; init; }

    /// <summary>Ids of steps that were done and whose effect did not show.</summary>
    public IReadOnlyList<string> InVain { get; init; } = [];

    /// <summary>Number of values that were found as declared and are recorded now.</summary>
    public int Recorded { get; init; }

    public bool ChangedSomething => Steps.Any(s => s.Acted);

    public IEnumerable<StepResult> Unsuccessful => Steps.Where(s => !OutcomeText.Holds(s.Outcome));
}

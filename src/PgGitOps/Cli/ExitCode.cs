namespace PgGitOps.Cli;

/// <summary>What a run ends with. One kind of failure never borrows another's code.</summary>
internal enum ExitCode
{
    /// <summary>Done, or nothing to do.</summary>
    Done = 0,

    /// <summary>Wrong usage, an unreachable repository or cluster, or a bug of ours.</summary>
    Error = 1,

    /// <summary>Changes or drift, where the caller asked to be told by the exit code.</summary>
    Changes = 2,

    /// <summary>The documents do not hold.</summary>
    InvalidDocuments = 3,

    /// <summary>A rule, a claim or the plan checker says no.</summary>
    Rejected = 4,

    /// <summary>The world moved since the plan was sealed.</summary>
    StalePlan = 5,

    ApprovalNeeded = 6,

    /// <summary>Another writer, a suspension, or no open window: nothing was done, later it may be.</summary>
    Locked = 7,

    /// <summary>What is declared holds in part: some steps were done and others not, or none is left and a value is still not as declared.</summary>
    PartlyApplied = 8,

    Interrupted = 130,
}

using PgGitOps.Cli;
using PgGitOps.Core.Passes;

namespace PgGitOps.Wiring;

/// <summary>From what happened to the clusters to the one code of the run.</summary>
internal static class PassExit
{
    public static ExitCode Of(PassResult pass)
    {
        if (pass.IsSettled)
            return ExitCode.Done;
        if (pass.Clusters.Any(c => c.Ending == ClusterEnding.Interrupted))
            return ExitCode.Interrupted;
        // Something was done and something else was not: neither success nor any of the single reasons.
        if (pass.ChangedSomething)
            return ExitCode.PartlyApplied;
        var open = pass.Clusters.Where(c => c.Ending is not (ClusterEnding.InSync or ClusterEnding.Applied)).ToList();
        // With several reasons the one that most needs a person wins.
        if (open.Any(c => c.Ending is ClusterEnding.Stopped or ClusterEnding.Unreachable))
            return ExitCode.Error;
        if (open.Any(c => c.Ending == ClusterEnding.Refused))
            return ExitCode.Rejected;
        if (open.Any(c => c.Ending == ClusterEnding.Stale))
            return ExitCode.StalePlan;
        if (open.Any(c => c.WaitsForApproval))
            return ExitCode.ApprovalNeeded;
        // What is declared holds in part.
        if (open.Any(c => c.Ending is ClusterEnding.Short or ClusterEnding.Degraded))
            return ExitCode.PartlyApplied;
        return open.Count > 0 ? ExitCode.Locked : ExitCode.PartlyApplied;
    }
}

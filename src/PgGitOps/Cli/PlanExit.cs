using PgGitOps.Core.Planning;

namespace PgGitOps.Cli;

/// <summary>How a look that changed nothing ends.</summary>
internal static class PlanExit
{
    /// <param name="differs">What <c>--detailed-exitcode</c> reports.</param>
    public static ExitCode Of(Plan plan, bool detailed, bool differs)
    {
        // What could not be read may differ: never the code of "nothing differs". Most refusals beside it only follow from it.
        if (plan.Clusters.Any(c => c.Unknowns.Count > 0))
            return ExitCode.Error;
        if (plan.Clusters.Any(c => c.Refusals.Count > 0))
            return ExitCode.Rejected;
        return detailed && differs ? ExitCode.Changes : ExitCode.Done;
    }
}

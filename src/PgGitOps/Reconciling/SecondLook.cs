using PgGitOps.Core.Planning;

namespace PgGitOps.Reconciling;

internal enum SecondLookVerdict
{
    Happened,
    DidNotHappen,
    Unknown,
}

/// <summary>What a doubtful step came to, told by planning its cluster again: a plan that still asks for the step says that it did not happen.</summary>
internal static class SecondLook
{
    /// <param name="plan">The new plan of the step's cluster, or null when it could not be read.</param>
    public static SecondLookVerdict At(string stepId, ClusterPlan? plan)
    {
        if (plan is null)
            return SecondLookVerdict.Unknown;
        if (plan.Steps.Any(s => s.Id == stepId))
            return SecondLookVerdict.DidNotHappen;
        // A part that could not be read plans nothing: its silence is no proof.
        return plan.Unknowns.Count == 0 ? SecondLookVerdict.Happened : SecondLookVerdict.Unknown;
    }

    public static string Word(SecondLookVerdict verdict) => verdict switch
    {
        SecondLookVerdict.Happened => "it happened",
        SecondLookVerdict.DidNotHappen => "it did not happen",
        SecondLookVerdict.Unknown => "unknown",
    };
}

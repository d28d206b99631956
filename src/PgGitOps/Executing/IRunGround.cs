using PgGitOps.Core.Approving;
using PgGitOps.Core.Observed;
using PgGitOps.Core.Planning;

namespace PgGitOps.Executing;

/// <summary>What a run is told of the world while it holds a cluster's lock.</summary>
internal interface IRunGround
{
    /// <summary>The cluster observed and planned anew, with every step decided by the time of now; null when it could not be read.</summary>
    Task<ClusterWork?> LookAgainAsync(ClusterWork work, CancellationToken cancel);

    /// <summary>The verdict on one step by the time of now.</summary>
    StepVerdict Decide(ClusterWork work, Step step);

    /// <summary>A suspension in force now, in words, or null.</summary>
    /// <param name="recorded">What the cluster's record says, read by the writer a moment ago.</param>
    ValueTask<string?> SuspendedAsync(ClusterWork work, Step step, Suspension? recorded, CancellationToken cancel);
}

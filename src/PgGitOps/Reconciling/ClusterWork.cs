using PgGitOps.Core.Approving;
using PgGitOps.Core.Desired;
using PgGitOps.Core.Observed;
using PgGitOps.Core.Planning;

namespace PgGitOps.Reconciling;

/// <summary>What may be done to one cluster now.</summary>
internal sealed record ClusterWork(Cluster Cluster, ClusterSnapshot Snapshot, ClusterPlan Plan, ClusterApproval Approval)
{
    public bool RunsSomething => Approval.RunsSomething;

    /// <summary>Values found as declared are to be recorded, and the caller lets this run write.</summary>
    public bool Records { get; init; }

    public bool Writes => RunsSomething || Records;
}

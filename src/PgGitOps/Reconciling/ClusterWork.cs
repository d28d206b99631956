using PgGitOps.Core.Approving;
using PgGitOps.Core.Desired;
using PgGitOps.Core.Observed;
using PgGitOps.Core.Planning;

namespace PgGitOps.Reconciling;

/// <summary>What may be done to one cluster now.</summary>
internal sealed record ClusterWork(Cluster Cluster, ClusterSnapshot Snapshot, ClusterPlan Plan, ClusterApproval Approval)
{
    public bool RunsSomething => Approval.RunsSomething;
}

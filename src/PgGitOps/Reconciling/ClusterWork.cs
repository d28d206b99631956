using PgGitOps.Core.Desired;
using PgGitOps.Core.Observed;
using PgGitOps.Core.Planning;

namespace PgGitOps.Reconciling;

/// <summary>What may be done to one cluster now.</summary>
/// <param name="HeldBack">Steps that wait, by id, with the reason: a window, an approval. Steps that depend on them wait too.</param>
internal sealed record ClusterWork(Cluster Cluster, ClusterSnapshot Snapshot, ClusterPlan Plan, IReadOnlyDictionary<string, HeldStep> HeldBack);

internal enum HoldKind
{
    Window,
    Approval,
    Dependency,
}

internal sealed record HeldStep(HoldKind Kind, string Why);

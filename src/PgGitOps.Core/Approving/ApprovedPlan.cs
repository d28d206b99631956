using PgGitOps.Core.Planning;
using PgGitOps.Core.Sources;

namespace PgGitOps.Core.Approving;

/// <summary>A plan with a verdict on every step. Only <c>Approval.Decide</c> makes one.</summary>
public sealed record ApprovedPlan
{
    internal ApprovedPlan(Plan plan, EquatableArray<ClusterApproval> clusters) => (Plan, Clusters) = (plan, clusters);

    public Plan Plan { get; }

    /// <summary>In the plan's order.</summary>
    public EquatableArray<ClusterApproval> Clusters { get; }

    public ClusterApproval? Find(string cluster) => Clusters.FirstOrDefault(c => c.Cluster == cluster);
}

/// <param name="Barred">Why nothing at all runs on the cluster, such as a suspension with who, why and until; null when steps are judged one by one.</param>
/// <param name="Steps">In the plan's order; empty when barred.</param>
public sealed record ClusterApproval(string Cluster, string? Barred, EquatableArray<StepApproval> Steps)
{
    public StepVerdict? Of(string stepId) => Steps.FirstOrDefault(s => s.Step.Id == stepId)?.Verdict;

    public bool RunsSomething => Steps.Any(s => s.Verdict is StepVerdict.Go);
}

public sealed record StepApproval(Step Step, StepVerdict Verdict);

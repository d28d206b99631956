using PgGitOps.Core.Approving;
using PgGitOps.Core.Desired;
using PgGitOps.Core.Observed;
using PgGitOps.Core.Planning;
using PgGitOps.Executing;
using PgGitOps.State;

namespace PgGitOps.Reconciling;

/// <inheritdoc/>
/// <param name="decided">The plan that the run was begun for.</param>
internal sealed class RunGround(Route route, SuspensionWatch suspensions, ValidFleet fleet, Plan decided, PassOrder order)
    : IRunGround
{
    // Consent that names the plan of before the lock goes on for those of its steps that are still wanted.
    private readonly AgreedPlan agreed = order.Agreed ?? new AgreedPlan(decided, Alone: false);

    public async Task<ClusterWork?> LookAgainAsync(ClusterWork work, CancellationToken cancel)
    {
        var snapshot = await route.ObserveAsync(fleet, [work.Cluster.Name], cancel);
        return (await route.DecideAsync(fleet, snapshot, route.PlanOf(fleet, snapshot), order, agreed, cancel)).Single();
    }

    public StepVerdict Decide(ClusterWork work, Step step) =>
        Approval.DecideStep(work.Whole ?? decided, work.Plan, step, fleet, order.Consent, route.Time.GetUtcNow(), agreed);

    public ValueTask<string?> SuspendedAsync(ClusterWork work, Step step, Suspension? recorded, CancellationToken cancel) =>
        suspensions.InForceAsync(
            fleet,
            work.Cluster,
            recorded,
            actsOnHost: step.Action is not (StepAction.ExecuteSql or StepAction.SetPassword),
            cancel
        );
}

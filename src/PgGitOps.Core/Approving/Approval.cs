using PgGitOps.Core.Desired;
using PgGitOps.Core.Observed;
using PgGitOps.Core.Planning;
using PgGitOps.Core.Sources;

namespace PgGitOps.Core.Approving;

/// <summary>Decides what of a plan may run now: suspension, consent, approvals from Git, change windows, dependencies.</summary>
public static class Approval
{
    /// <param name="snapshot">The one the plan was made from: it holds the suspensions.</param>
    /// <param name="agreed">An earlier plan that consent was given to; null when consent speaks of this one.</param>
    /// <param name="beside">Suspensions by cluster that are kept beside the record.</param>
    public static ApprovedPlan Decide(
        Plan plan,
        ValidFleet fleet,
        FleetSnapshot snapshot,
        Consent consent,
        DateTimeOffset now,
        AgreedPlan? agreed = null,
        IReadOnlyDictionary<string, EquatableArray<PlacedSuspension>>? beside = null
    ) => new(plan, plan.Clusters.Select(c => Decide(plan, c, fleet, snapshot, consent, now, agreed, beside)).ToEquatableArray());

    /// <summary>The verdict on one step by itself, a moment before it is done: a window may have closed and an approval ended since its plan was decided.</summary>
    public static StepVerdict DecideStep(
        Plan plan,
        ClusterPlan cluster,
        Step step,
        ValidFleet fleet,
        Consent consent,
        DateTimeOffset now,
        AgreedPlan? agreed = null
    ) =>
        fleet.FindCluster(cluster.Cluster) is { } document
            ? Judge(
                step,
                fleet,
                fleet.EnvironmentOf(document),
                consent,
                new PlanConsent(plan, cluster, fleet, consent, now, agreed),
                now
            )
            : new StepVerdict.NeedsApproval("no document declares the cluster");

    private static ClusterApproval Decide(
        Plan plan,
        ClusterPlan cluster,
        ValidFleet fleet,
        FleetSnapshot snapshot,
        Consent consent,
        DateTimeOffset now,
        AgreedPlan? agreed,
        IReadOnlyDictionary<string, EquatableArray<PlacedSuspension>>? beside
    )
    {
        if (fleet.FindCluster(cluster.Cluster) is not { } document)
            return new ClusterApproval(cluster.Cluster, "no document declares it", []);
        if (
            Suspensions.InForce(
                Suspensions.Of(document, snapshot.Find(cluster.Cluster)).Concat(beside?.GetValueOrDefault(cluster.Cluster) ?? []),
                now
            ) is
            { } suspended
        )
            return new ClusterApproval(cluster.Cluster, suspended, []);
        var environment = fleet.EnvironmentOf(document);
        var ofPlan = new PlanConsent(plan, cluster, fleet, consent, now, agreed);
        var verdicts = new Dictionary<string, StepVerdict>(StringComparer.Ordinal);
        List<StepApproval> steps = [];
        foreach (var step in cluster.Steps)
        {
            var verdict = Judge(step, fleet, environment, consent, ofPlan, now);
            if (
                verdict is StepVerdict.Go
                && step.DependsOn.FirstOrDefault(d => verdicts.GetValueOrDefault(d.On) is not StepVerdict.Go) is { } blocker
            )
                verdict = new StepVerdict.Behind(blocker.On);
            verdicts.Add(step.Id, verdict);
            steps.Add(new StepApproval(step, verdict));
        }
        return new ClusterApproval(cluster.Cluster, null, steps.ToEquatableArray());
    }

    private static StepVerdict Judge(
        Step step,
        ValidFleet fleet,
        FleetEnvironment environment,
        Consent consent,
        PlanConsent ofPlan,
        DateTimeOffset now
    )
    {
        // Consent to a plan is no consent to lose an object: that needs the approval that names it, still in force.
        if (Allowances.Ended(step, fleet.Approvals, now) is { } ended)
            return new StepVerdict.NeedsApproval($"approval {ended} is not in force any more");
        if (ofPlan.LeavesOut(step))
            return new StepVerdict.NeedsApproval("the plan that was agreed to does not hold it");
        var consentOfPlan = ofPlan.By(step);
        if (consentOfPlan is null)
        {
            if (Loss(step) is { } loss)
                return new StepVerdict.NeedsApproval(loss);
            if (!consent.Ordinary)
                return new StepVerdict.NeedsApproval("nobody has agreed to this plan");
        }
        if (step.Window is { } kind && WindowCalendar.At(environment, kind, now) is WindowState.Closed closed)
            return new StepVerdict.Waits(closed.Window, closed.Opens);
        return new StepVerdict.Go(consentOfPlan ?? "mode enforce");
    }

    /// <summary>What a step would take away for good, or null.</summary>
    private static string? Loss(Step step)
    {
        if (step.Hazards.FirstOrDefault(h => h.Kind == HazardKind.DataLoss) is { } hazard)
            return hazard.Text;
        // A step that only forgets what is gone already removes nothing.
        return step.Removes.Count > 0 && step.Effects.Count > 0 ? $"it removes {string.Join(", ", step.Removes)}" : null;
    }
}

/// <summary>Who agreed to steps by the id of a plan that holds them.</summary>
internal sealed class PlanConsent(
    Plan plan,
    ClusterPlan cluster,
    ValidFleet fleet,
    Consent consent,
    DateTimeOffset now,
    AgreedPlan? agreed
)
{
    private readonly string? toThis = WhoAgreed(plan.Id, cluster.Cluster, fleet, consent, now);

    // Only where nothing moved: consent to a removal is consent to remove what was seen.
    private readonly string? toEarlier =
        agreed is not null
        && WhoAgreed(agreed.Plan.Id, cluster.Cluster, fleet, consent, now) is { } who
        && agreed.Moved(cluster).Count == 0
            ? who
            : null;

    public string? By(Step step) => toThis ?? (toEarlier is not null && agreed!.Holds(step) ? toEarlier : null);

    public bool LeavesOut(Step step) => agreed is { Alone: true } && !agreed.Holds(step);

    private static string? WhoAgreed(string planId, string cluster, ValidFleet fleet, Consent consent, DateTimeOffset now)
    {
        if (consent.Covers(planId))
            return "the caller, by plan id";
        foreach (var document in fleet.Approvals)
        {
            if (
                document.Action == "apply"
                && document.PlanId is { } id
                && Consent.Names(id, planId)
                && (document.Cluster is null || document.Cluster == cluster)
                && document.Expires > now
            )
                return $"{document.ApprovedBy}, {document.Head} at {document.At}";
        }
        return null;
    }
}

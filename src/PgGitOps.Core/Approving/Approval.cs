using System.Globalization;
using PgGitOps.Core.Desired;
using PgGitOps.Core.Observed;
using PgGitOps.Core.Planning;
using PgGitOps.Core.Sources;

namespace PgGitOps.Core.Approving;

/// <summary>Decides what of a plan may run now: suspension, consent, approvals from Git, change windows, dependencies.</summary>
public static class Approval
{
    /// <param name="snapshot">The one the plan was made from: it holds the suspensions.</param>
    public static ApprovedPlan Decide(Plan plan, ValidFleet fleet, FleetSnapshot snapshot, Consent consent, DateTimeOffset now) =>
        new(plan, plan.Clusters.Select(c => Decide(plan, c, fleet, snapshot, consent, now)).ToEquatableArray());

    /// <summary>A suspension in force, in words; null when there is none.</summary>
    public static string? Suspended(ClusterSnapshot? snapshot, DateTimeOffset now) =>
        snapshot?.Record is Observation<ClusterRecord>.Seen { Value.Suspension: { } s } && s.Expires > now
            ? string.Create(CultureInfo.InvariantCulture, $"suspended by {s.Owner} until {s.Expires.UtcDateTime:yyyy-MM-dd HH:mm:ss}Z: {s.Reason}")
            : null;

    private static ClusterApproval Decide(Plan plan, ClusterPlan cluster, ValidFleet fleet, FleetSnapshot snapshot, Consent consent, DateTimeOffset now)
    {
        if (fleet.FindCluster(cluster.Cluster) is not { } document)
            return new ClusterApproval(cluster.Cluster, "no document declares it", []);
        if (Suspended(snapshot.Find(cluster.Cluster), now) is { } suspended)
            return new ClusterApproval(cluster.Cluster, suspended, []);
        var environment = fleet.EnvironmentOf(document);
        var consentOfPlan = WhoAgreed(plan, cluster.Cluster, fleet, consent, now);
        var verdicts = new Dictionary<string, StepVerdict>(StringComparer.Ordinal);
        List<StepApproval> steps = [];
        foreach (var step in cluster.Steps)
        {
            var verdict = Judge(step, fleet, environment, consent, consentOfPlan, now);
            if (verdict is StepVerdict.Go && step.DependsOn.FirstOrDefault(d => verdicts.GetValueOrDefault(d.On) is not StepVerdict.Go) is { } blocker)
                verdict = new StepVerdict.Behind(blocker.On);
            verdicts.Add(step.Id, verdict);
            steps.Add(new StepApproval(step, verdict));
        }
        return new ClusterApproval(cluster.Cluster, null, steps.ToEquatableArray());
    }

    private static StepVerdict Judge(Step step, ValidFleet fleet, FleetEnvironment environment, Consent consent, string? consentOfPlan, DateTimeOffset now)
    {
        // Consent to a plan is no consent to lose an object: that needs the approval that names it, still in force.
        if (Allowances.Ended(step, fleet.Approvals, now) is { } ended)
            return new StepVerdict.NeedsApproval($"approval {ended} is not in force any more");
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

    private static string? WhoAgreed(Plan plan, string cluster, ValidFleet fleet, Consent consent, DateTimeOffset now)
    {
        if (consent.Covers(plan.Id))
            return "the caller, by plan id";
        foreach (var document in fleet.Approvals)
        {
            if (document.Action == "apply" && document.PlanId is { } id && Consent.Names(id, plan.Id)
                && (document.Cluster is null || document.Cluster == cluster) && document.Expires > now)
                return $"{document.ApprovedBy}, {document.Head} at {document.At}";
        }
        return null;
    }
}

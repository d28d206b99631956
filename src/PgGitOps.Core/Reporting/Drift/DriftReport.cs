using PgGitOps.Core.Approving;
using PgGitOps.Core.Desired;
using PgGitOps.Core.Facets;
using PgGitOps.Core.Observed;
using PgGitOps.Core.Ownership;
using PgGitOps.Core.Planning;
using PgGitOps.Core.Policies;
using PgGitOps.Core.Reporting.Plans;
using PgGitOps.Core.Sources;

namespace PgGitOps.Core.Reporting.Drift;

/// <summary>What differs between Git and reality, since when, and what will be done about it.</summary>
/// <param name="At">When reality was looked at.</param>
public sealed record DriftReport(DateTimeOffset At, string Commit, EquatableArray<ClusterDrift> Clusters)
{
    /// <summary>What the rules say that speak of live clusters; null where no rule does.</summary>
    public LiveRuleReport? Rules { get; init; }

    public bool HasDrift => Clusters.Any(c => c.Items.Count > 0);

    /// <param name="since">When a difference was first seen, by facet; null for one never noted, which then counts as seen first now.</param>
    public static DriftReport Of(ApprovedPlan approved, FleetSnapshot snapshot, Func<FacetKey, DateTimeOffset?> since) =>
        new(
            snapshot.At,
            approved.Plan.Commit,
            approved.Plan.Clusters.Select(c => Of(c, approved.Find(c.Cluster), snapshot, since)).ToEquatableArray()
        );

    private static ClusterDrift Of(
        ClusterPlan plan,
        ClusterApproval? approval,
        FleetSnapshot snapshot,
        Func<FacetKey, DateTimeOffset?> since
    )
    {
        var healing = new Dictionary<FacetState, Step>();
        foreach (var step in plan.Steps)
        {
            foreach (var effect in step.Effects)
                healing[effect] = step;
        }
        var settings = DriftPlaces.Of(snapshot.Find(plan.Cluster));
        return new ClusterDrift(
            plan.Cluster,
            plan.Mode,
            plan.Changes.Select(c => Item(c, healing.GetValueOrDefault(new FacetState(c.Key, c.Desired)))).ToEquatableArray(),
            plan.Refusals,
            plan.Unknowns
        )
        {
            Alert = plan.Alert,
            NotManaged = plan.NotManaged,
        };

        DriftItem Item(Change change, Step? step)
        {
            var (next, when) = Next(change, step, approval);
            return new DriftItem(change, since(change.Key) ?? snapshot.At, settings.Find(change.Key), next, when, step?.Id);
        }
    }

    private static (string Next, DateTimeOffset? When) Next(Change change, Step? step, ClusterApproval? approval)
    {
        if (change.NotActedOn is { } why)
            return ($"nothing: {why}", null);
        if (step is null)
            return ("nothing: no step of the plan changes it", null);
        if (approval?.Barred is { } barred)
            return ($"nothing for now: {barred}", null);
        var verdict = approval?.Of(step.Id);
        if (PlanWords.Gate(step, verdict) is { } gate)
            return ($"{step.Title}; {gate}", (verdict as StepVerdict.Waits)?.Opens);
        return ($"{step.Title}, at the next pass", null);
    }
}

public sealed record ClusterDrift(
    string Cluster,
    ReconcileMode Mode,
    EquatableArray<DriftItem> Items,
    EquatableArray<Refusal> Refusals,
    EquatableArray<string> Unknowns
)
{
    /// <summary>What has to be read first; null where one proven primary answers.</summary>
    public ClusterAlert? Alert { get; init; }

    /// <summary>What documents ask for and nobody here keeps.</summary>
    public EquatableArray<NotManaged> NotManaged { get; init; } = [];
}

/// <param name="Where">Where the live value was set, as far as PostgreSQL shows it, such as <c>postgresql.auto.conf:3</c>; null otherwise. PostgreSQL does not record who.</param>
/// <param name="Next">What will be done.</param>
/// <param name="When">When, where it waits for a window.</param>
/// <param name="StepId">The step that heals it, or null.</param>
public sealed record DriftItem(
    Change Change,
    DateTimeOffset Since,
    string? Where,
    string Next,
    DateTimeOffset? When,
    string? StepId
)
{
    /// <summary>Ignored differences are listed, and count for nothing.</summary>
    public Severity Severity =>
        Change switch
        {
            { Treatment: FieldTreatment.Ignore } => Severity.Note,
            { Cause: ChangeCause.Undeclared or ChangeCause.Conflict } => Severity.Warning,
            { Cause: ChangeCause.Drift or ChangeCause.Unknown } => Severity.Warning,
            _ => Severity.Note,
        };
}

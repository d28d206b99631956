using PgGitOps.Core.Desired;
using PgGitOps.Core.Facets;
using PgGitOps.Core.Observed;
using PgGitOps.Core.Planning.Checking;
using PgGitOps.Core.Planning.Kinds;
using PgGitOps.Core.Sources;

namespace PgGitOps.Core.Planning;

/// <param name="Now">Decides which exceptions have expired.</param>
public sealed record PlanOptions(DateTimeOffset Now, PasswordCheck Passwords)
{
    /// <summary>Identity of the rules that judged the documents; part of the seal.</summary>
    public string RuleBundle { get; init; } = "";

    /// <summary>Clusters to plan, or null for all.</summary>
    public IReadOnlyCollection<string>? Clusters { get; init; }

    /// <summary>What has to hold between any two steps.</summary>
    public EquatableArray<IStateInvariant> Invariants { get; init; } = StateInvariants.All;
}

/// <summary>Decides what would be done. It changes nothing and asks nobody: all it knows stands in its arguments.</summary>
public static class Planner
{
    public static Plan Plan(ValidFleet fleet, FleetSnapshot live, PlanOptions options)
    {
        List<ClusterPlan> plans = [];
        var seal = new PlanSeal(fleet.Revision.CommitId, options.RuleBundle);
        foreach (var cluster in fleet.Clusters.OrderBy(c => c.Name, StringComparer.Ordinal))
        {
            if (options.Clusters is { } only && !only.Contains(cluster.Name))
                continue;
            if (live.Find(cluster.Name) is not { } snapshot)
            {
                plans.Add(
                    Untouched(cluster.Name, cluster.Mode ?? fleet.EnvironmentOf(cluster).Mode) with
                    {
                        Unknowns = [$"cluster {cluster.Name} was not observed"],
                    }
                );
                continue;
            }
            var problem = PlanningInputBuilder.Read(
                fleet.EnvironmentOf(cluster),
                cluster,
                snapshot,
                options.Passwords,
                options.Now,
                fleet.Approvals
            );
            var plan = PlanCluster(problem, options.Invariants) with { Reads = LiveReads.Of(problem, snapshot) };
            plan = plan with
            {
                Changes = plan
                    .Changes.Concat(UndeclaredDangers.Of(problem, snapshot, plan.Changes))
                    .OrderBy(c => c.Key)
                    .ToEquatableArray(),
            };
            seal.Add(problem.Desired, plan.Reads);
            plans.Add(plan);
        }
        foreach (
            var gone in live.Clusters.Where(c => fleet.FindCluster(c.Name) is null).OrderBy(c => c.Name, StringComparer.Ordinal)
        )
        {
            plans.Add(
                Untouched(gone.Name, ReconcileMode.Observe) with
                {
                    Refusals =
                    [
                        new Refusal(
                            PlanRule.DocumentGone,
                            $"No document declares cluster {gone.Name} any more. It is left as it is: a missing file never removes a cluster.",
                            "Take it down by hand if that is meant.",
                            null
                        ),
                    ],
                }
            );
        }
        plans.Sort((a, b) => string.CompareOrdinal(a.Cluster, b.Cluster));
        return new Plan(seal.Id(), fleet.Revision.CommitId, options.Now, plans.ToEquatableArray());
    }

    internal static ClusterPlan PlanCluster(ClusterProblem problem, EquatableArray<IStateInvariant> invariants)
    {
        var changes = Differ.Compare(problem);
        List<Refusal> refusals = [.. problem.Desired.Refusals, .. problem.Blocks];
        var leftOut = new Dictionary<FacetKey, string>();
        IReadOnlyList<Step> steps = [];
        if (problem.Blocks.Count == 0)
        {
            var draft = Draft(problem);
            steps = StepOrder.Resolve(
                draft,
                (step, why) =>
                {
                    foreach (var effect in step.Effects)
                        leftOut.TryAdd(effect.Key, $"not planned: {why}");
                }
            );
            refusals.AddRange(draft.Refusals);
            foreach (var (key, why) in draft.NotActedOn)
                leftOut[key] = why;
            var flaws = PlanChecker.Check(problem, steps, invariants);
            if (
                flaws.Count > 0
                && PromiseOrder.Find(problem, steps, invariants) is { } better
                && PlanChecker.Check(problem, better, invariants).Count == 0
            )
                (steps, flaws) = (better, []);
            if (flaws.Count > 0)
            {
                refusals.AddRange(flaws.Select(f => new Refusal(PlanRule.Unproven, f, null, problem.Cluster.Head.At)));
                steps = [];
            }
        }
        return new ClusterPlan
        {
            Cluster = problem.Cluster.Name,
            Mode = problem.Mode,
            Changes = Explain(problem, changes, steps, leftOut, refusals.Count > 0).ToEquatableArray(),
            Steps = steps.ToEquatableArray(),
            Refusals = refusals.Distinct().ToEquatableArray(),
            Reads = [],
            Unknowns = Unknowns(problem),
            Found = AdoptedValues.In(problem),
            Alert = problem.Alert,
            NotManaged = problem.NotManaged(),
        };
    }

    private static PlanDraft Draft(ClusterProblem problem)
    {
        var draft = new PlanDraft(problem);
        Drafting.All(draft);
        RemovalSteps.Draft(draft);
        PrimaryFirst.Draft(draft);
        return draft;
    }

    /// <summary>A change that no step brings about says why.</summary>
    private static IEnumerable<Change> Explain(
        ClusterProblem problem,
        List<Change> changes,
        IReadOnlyList<Step> steps,
        Dictionary<FacetKey, string> leftOut,
        bool refused
    )
    {
        if (changes.Count == 0)
            return [];
        var reached = steps.SelectMany(s => s.Effects).ToHashSet();
        return changes.Select(change =>
        {
            if (change.NotActedOn is not null || reached.Contains(new FacetState(change.Key, change.Desired)))
                return change;
            return change with { NotActedOn = leftOut.GetValueOrDefault(change.Key) ?? Default(problem, change, refused) };
        });
    }

    private static string Default(ClusterProblem problem, Change change, bool refused) =>
        change.Key.Field switch
        {
            _ when problem.Blocks.Count > 0 => "nothing is changed on this cluster now: see the refusals",
            var field when field == Field.DataDirectory =>
                "data are moved by people: stop the server, move them and start it, or correct the documents",
            var field when field == Field.Streaming => "a standby reconnects by itself; when it does not, its log says why",
            _ when change.Desired is null && GivenUp(problem, change.Key) is { } whole =>
                $"it goes with {whole}, which Git gave up",
            _ => refused ? "no step of this plan can change it: see the refusals" : "no step of this plan can change it",
        };

    /// <summary>The object of ours that holds a facet and that no document mentions any more, or null.</summary>
    private static ObjectPath? GivenUp(ClusterProblem problem, FacetKey key) =>
        problem
            .Inventory.Where(i => key.Object.IsWithin(i) && problem.IsGivenUp(problem.Key(i, Field.Exists)))
            .Order()
            .FirstOrDefault();

    private static EquatableArray<string> Unknowns(ClusterProblem problem)
    {
        if (problem.Unknown.Count == 0 && problem.RecordProblem is null)
            return problem.UnansweredArchives;
        var reasons = problem
            .Unknown.Where(u => u.Key.Field != Field.Password && !IsInsideUndeclared(problem, u.Key))
            .Select(u => u.Value)
            .ToHashSet(StringComparer.Ordinal);
        if (problem.RecordProblem is { } record && problem.Live.Count > 0)
            reasons.Add($"the record of what was applied could not be read, so nothing is removed: {record}");
        reasons.UnionWith(problem.UnansweredArchives);
        return reasons.Order(StringComparer.Ordinal).ToEquatableArray();
    }

    /// <summary>Nobody looks into a database that Git gave up: what it holds goes with it, and is no gap in what has to be known.</summary>
    private static bool IsInsideUndeclared(ClusterProblem problem, FacetKey key) =>
        key.Object.Parent is ObjectPath.Database database && problem.IsGivenUp(problem.Key(database, Field.Exists));

    private static ClusterPlan Untouched(string cluster, ReconcileMode mode) =>
        new()
        {
            Cluster = cluster,
            Mode = mode,
            Changes = [],
            Steps = [],
            Refusals = [],
            Reads = [],
            Unknowns = [],
        };
}

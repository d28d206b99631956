using PgGitOps.Core.Facets;
using PgGitOps.Core.Sources;

namespace PgGitOps.Core.Planning;

/// <summary>Turns drafts into steps in an order that respects every need.</summary>
internal static class StepOrder
{
    /// <summary>Steps whose needs nobody fulfils are left out, with everything that rests on them.</summary>
    internal static IReadOnlyList<Step> Resolve(PlanDraft draft, Action<StepDraft, string> leftOut)
    {
        var problem = draft.Problem;
        var remaining = draft.Steps.ToList();
        Dictionary<FacetState, StepDraft> providers;
        while (true)
        {
            providers = [];
            foreach (var step in remaining)
            {
                foreach (var effect in step.Effects)
                    providers.TryAdd(effect, step);
            }
            var ids = remaining.Select(s => s.Id).ToHashSet(StringComparer.Ordinal);
            var (orphan, why) = remaining
                .Select(s => (s, Missing(problem, s, providers)))
                .FirstOrDefault(p => p.Item2 is not null);
            if (orphan is null)
                break;
            remaining.Remove(orphan);
            leftOut(orphan, why!);
        }

        var order = new List<Step>(remaining.Count);
        var dependencies = remaining.ToDictionary(
            s => s.Id,
            s => DependenciesOf(problem, s, providers, remaining),
            StringComparer.Ordinal
        );
        var done = new HashSet<string>(StringComparer.Ordinal);
        while (order.Count < remaining.Count)
        {
            // The first ready one in drafting order: the plan reads from servers to roles to databases to removals.
            var next = remaining.FirstOrDefault(s => !done.Contains(s.Id) && dependencies[s.Id].All(d => done.Contains(d.On)));
            if (next is null)
            {
                foreach (var stuck in remaining.Where(s => !done.Contains(s.Id)))
                    leftOut(stuck, "it waits for itself: the steps before it form a circle");
                break;
            }
            done.Add(next.Id);
            order.Add(Finish(problem, next, dependencies[next.Id]));
        }
        return order;
    }

    private static string? Missing(ClusterProblem problem, StepDraft step, Dictionary<FacetState, StepDraft> providers)
    {
        foreach (var need in step.Needs)
        {
            if (
                !HoldsNow(problem, need)
                && !(providers.TryGetValue(new FacetState(need.Key, need.Value), out var provider) && provider != step)
            )
                return need.Reason;
        }
        return null;
    }

    private static bool HoldsNow(ClusterProblem problem, Need need) =>
        !problem.Unknown.ContainsKey(need.Key) && Equals(problem.Live.GetValueOrDefault(need.Key), need.Value);

    private static EquatableArray<StepDependency> DependenciesOf(
        ClusterProblem problem,
        StepDraft step,
        Dictionary<FacetState, StepDraft> providers,
        List<StepDraft> remaining
    )
    {
        var edges = new SortedDictionary<string, string>(StringComparer.Ordinal);
        foreach (var need in step.Needs)
        {
            if (!HoldsNow(problem, need))
                edges.TryAdd(providers[new FacetState(need.Key, need.Value)].Id, need.Reason);
        }
        foreach (var (on, reason) in step.After)
        {
            if (on != step.Id && remaining.Any(s => s.Id == on))
                edges.TryAdd(on, reason);
        }
        return edges.Select(e => new StepDependency(e.Key, e.Value)).ToEquatableArray();
    }

    private static Step Finish(ClusterProblem problem, StepDraft draft, EquatableArray<StepDependency> dependencies)
    {
        var preconditions = new Dictionary<FacetKey, FacetState>();
        foreach (var before in draft.Before)
            preconditions.TryAdd(before.Key, before);
        foreach (var need in draft.Needs)
            preconditions.TryAdd(need.Key, new FacetState(need.Key, need.Value));
        return new Step
        {
            Id = draft.Id,
            Cluster = problem.Cluster.Name,
            Title = draft.Title,
            Action = draft.Action,
            Preconditions = preconditions.Values.OrderBy(p => p.Key).ToEquatableArray(),
            Effects = draft.Effects.OrderBy(e => e.Key).ToEquatableArray(),
            Hazards = draft.Hazards.ToEquatableArray(),
            Timeout = draft.Timeout,
            DependsOn = dependencies,
            Because = draft.Because,
            Creates = draft.Creates.Order().ToEquatableArray(),
            Removes = draft.Removes.Order().ToEquatableArray(),
            Window = draft.Window,
        };
    }
}

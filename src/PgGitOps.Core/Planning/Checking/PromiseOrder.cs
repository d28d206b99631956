using PgGitOps.Core.Sources;

namespace PgGitOps.Core.Planning.Checking;

/// <summary>Another order of the same steps, for a plan whose first order passes through a state that may not be.</summary>
internal static class PromiseOrder
{
    /// <returns>Null when from some state on every step that could come next breaks something.</returns>
    internal static IReadOnlyList<Step>? Find(
        ClusterProblem problem,
        IReadOnlyList<Step> steps,
        EquatableArray<IStateInvariant> invariants
    )
    {
        var remaining = steps.ToList();
        var done = new HashSet<string>(StringComparer.Ordinal);
        var order = new List<Step>(steps.Count);
        var state = new StateSimulator(problem.Live, problem.Unknown);
        var end = new StateSimulator(problem.Live, problem.Unknown);
        foreach (var step in steps)
            end.Apply(step.Effects);
        var (start, last) = (PlanChecker.Snapshot(problem, state), PlanChecker.Snapshot(problem, end));
        var before = start;
        while (remaining.Count > 0)
        {
            Step? next = null;
            foreach (var step in remaining.Where(s => s.DependsOn.All(d => done.Contains(d.On)) && s.Preconditions.All(state.Is)))
            {
                var tried = new StateSimulator(state.Values, state.Unknown);
                tried.Apply(step.Effects);
                var after = PlanChecker.Snapshot(problem, tried);
                if (invariants.Any(v => v.Violation(start, before, step, after, last) is not null))
                    continue;
                (next, state, before) = (step, tried, after);
                break;
            }
            if (next is null)
                return null;
            remaining.Remove(next);
            done.Add(next.Id);
            order.Add(next);
        }
        return order;
    }
}

using PgGitOps.Core.Sources;

namespace PgGitOps.Core.Planning.Checking;

/// <summary>Proves a list of steps by simulating them one after another.</summary>
internal static class PlanChecker
{
    /// <returns>What does not hold; empty when the steps are proven.</returns>
    internal static IReadOnlyList<string> Check(
        ClusterProblem problem,
        IReadOnlyList<Step> steps,
        EquatableArray<IStateInvariant> invariants
    )
    {
        if (steps.Count == 0)
            return [];
        List<string> flaws = [];
        var state = new StateSimulator(problem.Live, problem.Unknown);
        var done = new HashSet<string>(StringComparer.Ordinal);
        var snapshots = new List<PlannedState> { Snapshot(problem, state) };
        foreach (var step in steps)
        {
            foreach (var precondition in step.Preconditions)
            {
                if (!state.Is(precondition))
                    flaws.Add(
                        $"{step.Id} expects {precondition.Key} to be {precondition.Value?.Display ?? "absent"}, but it is {state[precondition.Key]?.Display ?? (state.IsUnknown(precondition.Key) ? "unknown" : "absent")}"
                    );
            }
            foreach (var dependency in step.DependsOn)
            {
                if (!done.Contains(dependency.On))
                    flaws.Add($"{step.Id} comes before {dependency.On}, which it depends on");
            }
            state.Apply(step.Effects);
            done.Add(step.Id);
            snapshots.Add(Snapshot(problem, state));
        }
        foreach (var effect in steps.SelectMany(s => s.Effects))
        {
            if (
                problem.Desired.ByKey.TryGetValue(effect.Key, out var desired)
                && Equals(effect.Value, desired.Value)
                && !Equals(state[effect.Key], desired.Value)
            )
                flaws.Add($"{effect.Key} does not end up {desired.Value.Display}: a later step undoes it");
        }
        if (flaws.Count == 0)
        {
            for (var i = 0; i < steps.Count; i++)
                flaws.AddRange(
                    invariants
                        .Select(v => v.Violation(snapshots[0], snapshots[i], steps[i], snapshots[i + 1], snapshots[^1]))
                        .OfType<string>()
                );
        }
        return flaws;
    }

    internal static PlannedState Snapshot(ClusterProblem problem, StateSimulator state) =>
        new(
            problem.Cluster.Name,
            state.Values.Where(v => v.Key.Object.MemberName is not null || ClaimsKept.IsAboutCommits(v.Key)).ToDictionary()
        );
}

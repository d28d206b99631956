using PgGitOps.Core.Facets;
using PgGitOps.Core.Planning;
using PgGitOps.Core.Planning.Checking;

namespace PgGitOps.Tests.Builders;

/// <summary>What a cluster's problem looks like after steps were carried out and recorded.</summary>
internal static class Steps
{
    internal static ClusterProblem After(this ClusterProblem problem, IEnumerable<Step> steps)
    {
        var state = new StateSimulator(problem.Live, problem.Unknown);
        var applied = new Dictionary<FacetKey, string>(problem.Applied);
        var inventory = new HashSet<ObjectPath>(problem.Inventory);
        foreach (var step in steps)
        {
            state.Apply(step.Effects);
            inventory.UnionWith(step.Creates);
            inventory.ExceptWith(step.Removes);
            foreach (var gone in applied.Keys.Where(k => step.Removes.Any(r => k.Object == r || k.Object.IsWithin(r))).ToArray())
                applied.Remove(gone);
            foreach (var (key, value) in step.Effects)
            {
                if (value is null)
                    applied.Remove(key);
                else
                    applied[key] = value.Canonical;
            }
        }
        return problem with { Live = state.Values, Unknown = state.Unknown, Applied = applied, Inventory = inventory };
    }

    internal static ClusterPlan Plan(this ClusterProblem problem) => Planner.PlanCluster(problem, StateInvariants.All);
}

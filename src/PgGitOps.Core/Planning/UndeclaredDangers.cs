using PgGitOps.Core.Desired;
using PgGitOps.Core.Facets;
using PgGitOps.Core.Observed;
using PgGitOps.Core.Planning.Kinds;

namespace PgGitOps.Core.Planning;

/// <summary>What nobody declared and is dangerous. It is reported, never acted on.</summary>
internal static class UndeclaredDangers
{
    /// <param name="changes">Of the same plan: what Git gave up is told there, and was declared by somebody.</param>
    internal static IEnumerable<Change> Of(ClusterProblem problem, ClusterSnapshot snapshot, IEnumerable<Change> changes)
    {
        var givenUp = changes.Where(c => c.Desired is null).Select(c => c.Key).ToHashSet();
        var seen = new DangerScope(problem, snapshot, Topology.Of(problem.Cluster, snapshot));
        return ObjectKinds
            .All.SelectMany(k => k.Dangers(seen))
            .Where(d => !IsGivenUp(problem, d, givenUp))
            .Select(d => Report(problem, d));
    }

    /// <summary>The value, or the object with all that it has, goes with a change of the plan as soon as that may be done.</summary>
    private static bool IsGivenUp(ClusterProblem problem, Danger danger, HashSet<FacetKey> givenUp)
    {
        if (givenUp.Count == 0)
            return false;
        if (givenUp.Contains(problem.Key(danger.Path, danger.Field)))
            return true;
        for (var at = danger.Path; at is not null; at = at.Parent)
        {
            if (givenUp.Contains(problem.Key(at, Field.Exists)))
                return true;
        }
        return false;
    }

    private static Change Report(ClusterProblem problem, Danger danger)
    {
        ObjectKinds.MustKnow(danger.Path, danger.Field);
        var key = problem.Key(danger.Path, danger.Field);
        var treatment = problem.TreatmentOf(key);
        return new Change(
            key,
            FacetValue.Of(danger.Live),
            null,
            null,
            ChangeCause.Undeclared,
            treatment.Kind == FieldTreatment.Ignore ? FieldTreatment.Ignore : FieldTreatment.Observe,
            null
        )
        {
            NotActedOn = treatment.Kind == FieldTreatment.Ignore ? $"ignored: {treatment.Exception!.Reason}" : danger.Advice,
            Danger = danger.Consequence,
        };
    }
}

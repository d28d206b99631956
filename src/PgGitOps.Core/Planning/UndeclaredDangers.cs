using PgGitOps.Core.Desired;
using PgGitOps.Core.Facets;
using PgGitOps.Core.Observed;
using PgGitOps.Core.Planning.Kinds;

namespace PgGitOps.Core.Planning;

/// <summary>What nobody declared and is dangerous. It is reported, never acted on.</summary>
internal static class UndeclaredDangers
{
    internal static IEnumerable<Change> Of(ClusterProblem problem, ClusterSnapshot snapshot)
    {
        var seen = new DangerScope(problem, snapshot, Topology.Of(problem.Cluster, snapshot));
        return ObjectKinds.All.SelectMany(k => k.Dangers(seen)).Select(d => Report(problem, d));
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

using PgGitOps.Core.Facets;
using PgGitOps.Core.Sources;

namespace PgGitOps.Core.Planning;

/// <summary>Values on which documents and cluster agree, though nothing was applied: those of an adopted cluster, or defaults.</summary>
/// <remarks>
/// Unless they are recorded, a later change of them by hand could not be told from a value that was never as declared.
/// Of a cluster that is not known in full nothing is recorded, and of what is only observed neither.
/// </remarks>
internal static class AdoptedValues
{
    internal static EquatableArray<FacetState> In(ClusterProblem problem)
    {
        if (
            problem.Blocks.Count > 0
            || problem.RecordProblem is not null
            || problem.Unknown.Keys.Any(k => k.Field != Field.Password)
        )
            return [];
        List<FacetState>? found = null;
        // Ordered by key.
        foreach (var facet in problem.Desired.All)
        {
            if (
                facet.Value.Equals(problem.Live.GetValueOrDefault(facet.Key))
                && problem.Applied.GetValueOrDefault(facet.Key) != facet.Value.Canonical
                && problem.TreatmentOf(facet.Key).Kind == Desired.FieldTreatment.Enforce
            )
                (found ??= []).Add(new FacetState(facet.Key, facet.Value));
        }
        return found?.ToEquatableArray() ?? [];
    }
}

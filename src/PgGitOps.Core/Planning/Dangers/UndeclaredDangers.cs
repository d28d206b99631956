using PgGitOps.Core.Desired;
using PgGitOps.Core.Facets;
using PgGitOps.Core.Observed;

namespace PgGitOps.Core.Planning.Dangers;

/// <summary>What nobody declared and is dangerous. It is reported, never acted on.</summary>
internal static class UndeclaredDangers
{
    internal static IEnumerable<Change> Of(ClusterProblem problem, ClusterSnapshot snapshot)
    {
        var topology = Topology.Of(problem.Cluster, snapshot);
        return topology
            .Members.Where(m => m.Facts is not null)
            .SelectMany(m => DangerousMembers.Of(problem, topology, m))
            .Concat(
                topology.PrimaryFacts is { } primary
                    ? DangerousRoles.Of(problem, primary).Concat(DangerousSettings.Scoped(problem, primary))
                    : []
            )
            .Select(d => Report(problem, d));
    }

    private static Change Report(ClusterProblem problem, Danger danger)
    {
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

/// <param name="Consequence">What follows from it.</param>
internal sealed record Danger(ObjectPath Path, Field Field, string Live, string Consequence)
{
    /// <summary>What people can do about it.</summary>
    internal string Advice { get; init; } = "nobody declared it; declare it or remove it";
}

using PgGitOps.Core.Desired;
using PgGitOps.Core.Facets;
using PgGitOps.Core.Observed;
using PgGitOps.Core.Planning.Settings;
using PgGitOps.Core.Sources;

namespace PgGitOps.Core.Planning;

/// <summary>What one cluster's document asks for, flattened into facets.</summary>
/// <param name="All">Ordered by key; one facet a key.</param>
/// <param name="Refusals">Values that cannot be brought about; they have no facet.</param>
/// <param name="Refused">Objects that the refusals speak of. What is wanted of them is unknown: nothing of them was given up.</param>
public sealed record DesiredFacets(
    IReadOnlyList<DesiredFacet> All,
    EquatableArray<Refusal> Refusals,
    IReadOnlySet<ObjectPath> Refused
)
{
    /// <summary>Facets by key.</summary>
    public IReadOnlyDictionary<FacetKey, DesiredFacet> ByKey { get; } = All.ToDictionary(f => f.Key);

    /// <param name="accessLists">Members whose access list is ours to write.</param>
    /// <param name="provisioned">Members that the engine made: their data lie below access.dataRoot.</param>
    /// <param name="objections">What the server said that it would not take.</param>
    /// <param name="primary">Member that carries the slots: the present primary, or the one to be initialised; null when nobody knows.</param>
    public static DesiredFacets Of(
        FleetEnvironment environment,
        Cluster cluster,
        SettingCatalog catalog,
        string? primary,
        IReadOnlySet<string> accessLists,
        IReadOnlySet<string> provisioned,
        IReadOnlyList<ServerObjection> objections
    ) => new DesiredDraft(environment, cluster, catalog, primary, accessLists, provisioned, objections).Read();
}

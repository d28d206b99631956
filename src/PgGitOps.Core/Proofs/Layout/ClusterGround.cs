using System.Collections.Immutable;
using PgGitOps.Core.Desired;
using PgGitOps.Core.Proofs.Faults;
using PgGitOps.Core.Proofs.Verdicts;
using PgGitOps.Core.Sources;

namespace PgGitOps.Core.Proofs.Layout;

/// <summary>One cluster, its environment, the classes and the contexts that live on it: proofs and findings about them depend on nothing else of a fleet.</summary>
/// <remarks>Laid out once, for many proofs. That rules see no more than this is what lets a judge keep its word on every cluster a commit leaves alone.</remarks>
/// <param name="cluster">Null where policies name a cluster that is not there.</param>
/// <param name="policies">Ordered by name.</param>
internal sealed class ClusterGround(
    string name,
    Cluster? cluster,
    FleetEnvironment? environment,
    RecoveryClasses? classes,
    EquatableArray<RecoveryPolicy> policies,
    int depth
)
{
    private (Topology? Topology, ImmutableArray<Fault> Faults)? laidOut;
    private Enforcement? enforced;
    private readonly Dictionary<Cluster, Topology> variants = new(ReferenceEqualityComparer.Instance);

    public string Name => name;
    public Cluster? Cluster => cluster;
    public FleetEnvironment? Environment => environment;
    public RecoveryClasses? Classes => classes;
    public EquatableArray<RecoveryPolicy> Policies => policies;

    /// <summary>Null when the cluster cannot be laid out over its sites.</summary>
    public Topology? Topology => LayOut().Topology;

    /// <summary>Why there is no topology.</summary>
    public string Unclear =>
        cluster is null ? "no document declares it"
        : environment is null ? $"no document declares its environment '{cluster.Environment}'"
        : Topology.Unclear(cluster, environment) ?? "";

    /// <summary>Empty without a topology.</summary>
    public ImmutableArray<Fault> Faults => LayOut().Faults;

    /// <summary>Whether all but the contexts is equal, the places of fields included: then a context's proof and findings carry over.</summary>
    public bool IsSamePlaceAs(ClusterGround other) =>
        depth == other.Depth
        && Tolerated == other.Tolerated
        && Equals(cluster, other.Cluster)
        && Equals(environment, other.Environment)
        && Equals(classes, other.Classes);

    /// <summary>Takes over the layout of the same place.</summary>
    public void Follow(ClusterGround other) => laidOut = other.laidOut;

    public ContextProof Prove(RecoveryPolicy policy)
    {
        var claims = new Claims(policy, classes);
        var (topology, faults) = LayOut();
        if (topology is null)
            return new ContextProof(policy, cluster, claims, null, null, []);
        var declared = Prove(topology);
        if (Enforcement is not { LeavesSomethingOut: true } enforcement)
            return declared;
        var excepted = TopologyOf(enforcement.Excepted, topology) is var e && e == topology ? declared : Prove(e);
        var operated = enforcement.Unoperated.Count == 0 ? excepted : Prove(TopologyOf(enforcement.Operated, topology));
        return enforcement.Apply(declared, excepted, operated);

        ContextProof Prove(Topology ground) =>
            Prover.Prove(policy, claims, ground, faults, ProofGround.CommitOf(policy, ground).Level);
    }

    /// <summary>Null without an environment.</summary>
    public Enforcement? Enforcement =>
        enforced ??= cluster is not null && environment is not null ? Enforcement.Of(cluster, environment) : null;

    private Topology TopologyOf(Cluster kept, Topology declared)
    {
        if (ReferenceEquals(kept, declared.Cluster))
            return declared;
        // Its members and hosts are those of the declared one.
        if (!variants.TryGetValue(kept, out var topology))
            variants[kept] = topology = Topology.TryOf(kept, environment!)!;
        return topology;
    }

    private int Depth => depth;

    /// <summary>Most faults at once that any context here claims to survive: tried even where less was asked for.</summary>
    private int Tolerated { get; } = policies.Select(p => p.Tolerates).DefaultIfEmpty(1).Max();

    private (Topology? Topology, ImmutableArray<Fault> Faults) LayOut()
    {
        if (laidOut is { } known)
            return known;
        var topology = cluster is not null && environment is not null ? Topology.TryOf(cluster, environment) : null;
        laidOut = known = (topology, topology is null ? [] : Fault.Enumerate(topology, depth, Tolerated));
        return known;
    }
}

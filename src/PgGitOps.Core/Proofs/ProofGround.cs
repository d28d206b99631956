using System.Collections.Immutable;
using PgGitOps.Core.Desired;

namespace PgGitOps.Core.Proofs;

/// <summary>A fleet laid out once, for many proofs: contexts of one cluster share its topology and its faults.</summary>
public sealed class ProofGround
{
    private readonly int depth;
    private readonly ProofMemory? memory;
    private readonly Dictionary<string, Cluster> clusters;
    private readonly ILookup<string, RecoveryPolicy> policies;
    private readonly Dictionary<string, FleetEnvironment> environments;
    private readonly Dictionary<string, (Topology? Topology, ImmutableArray<Fault> Faults)> laidOut = new(StringComparer.Ordinal);

    public ProofGround(ValidFleet fleet, int depth = Prover.DepthDefault, ProofMemory? memory = null)
    {
        this.memory = memory;
        Fleet = fleet;
        this.depth = depth;
        policies = fleet.Policies.OrderBy(p => p.Name, StringComparer.Ordinal).ToLookup(p => p.Cluster.Value, StringComparer.Ordinal);
        clusters = fleet.Clusters.ToDictionary(c => c.Name, StringComparer.Ordinal);
        environments = fleet.Environments.ToDictionary(e => e.Name, StringComparer.Ordinal);
    }

    public ValidFleet Fleet { get; }

    /// <summary>Policies of the contexts that live on a cluster, ordered by name.</summary>
    public IEnumerable<RecoveryPolicy> PoliciesOf(string cluster) => policies[cluster];

    public FleetEnvironment? EnvironmentOf(Cluster cluster) => environments.GetValueOrDefault(cluster.Environment);

    public Topology? TopologyOf(string cluster) => LayOut(cluster).Topology;

    public ContextProof Prove(RecoveryPolicy policy)
    {
        if (memory is null)
            return ProveAnew(policy);
        var cluster = clusters.GetValueOrDefault(policy.Cluster.Value);
        return memory.Recall(depth, policy, cluster, cluster is null ? null : environments.GetValueOrDefault(cluster.Environment), Fleet.Classes, () => ProveAnew(policy));
    }

    private ContextProof ProveAnew(RecoveryPolicy policy)
    {
        var claims = new Claims(policy, Fleet.Classes);
        var (topology, faults) = LayOut(policy.Cluster.Value);
        if (topology is null)
            return new ContextProof(policy, clusters.GetValueOrDefault(policy.Cluster.Value), claims, null, null, []);
        var rule = topology.Cluster.Replication.Synchronous;
        return Prover.Prove(policy, claims, topology, faults, rule, CommitOf(policy, topology).Level);
    }

    public static EffectiveCommit CommitOf(RecoveryPolicy policy, Topology topology) =>
        EffectiveCommit.Of(topology.Cluster, policy.Database.Value, policy.Schema?.Value);

    internal (Topology? Topology, ImmutableArray<Fault> Faults) LayOut(string cluster)
    {
        if (!laidOut.TryGetValue(cluster, out var known))
        {
            var topology = clusters.TryGetValue(cluster, out var found) && environments.TryGetValue(found.Environment, out var environment)
                ? Topology.TryOf(found, environment)
                : null;
            laidOut[cluster] = known = (topology, topology is null ? [] : Fault.Enumerate(topology, depth));
        }
        return known;
    }
}

using System.Collections.Immutable;
using PgGitOps.Core.Desired;
using PgGitOps.Core.Proofs.Commit;
using PgGitOps.Core.Proofs.Faults;
using PgGitOps.Core.Sources;

namespace PgGitOps.Core.Proofs.Layout;

/// <summary>A fleet, cluster by cluster, for many proofs: contexts of one cluster share its topology and its faults.</summary>
public sealed class ProofGround
{
    private readonly Dictionary<string, ClusterGround> clusters;

    public ProofGround(ValidFleet fleet, int depth = Prover.DepthDefault)
    {
        Fleet = fleet;
        var policies = new Dictionary<string, List<RecoveryPolicy>>(fleet.Clusters.Count, StringComparer.Ordinal);
        foreach (var cluster in fleet.Clusters)
            policies[cluster.Name] = [];
        foreach (var policy in fleet.Policies)
        {
            if (!policies.TryGetValue(policy.Cluster.Value, out var there))
                policies[policy.Cluster.Value] = there = [];
            there.Add(policy);
        }
        var byName = fleet.Clusters.ToDictionary(c => c.Name, StringComparer.Ordinal);
        var environments = fleet.Environments.ToDictionary(e => e.Name, StringComparer.Ordinal);
        clusters = new(policies.Count, StringComparer.Ordinal);
        foreach (var (name, there) in policies)
        {
            var cluster = byName.GetValueOrDefault(name);
            clusters[name] = new ClusterGround(
                name,
                cluster,
                cluster is null ? null : environments.GetValueOrDefault(cluster.Environment),
                fleet.Classes,
                there.InOrder(p => p.Name).ToEquatableArray(),
                depth
            );
        }
    }

    public ValidFleet Fleet { get; }

    internal IReadOnlyCollection<ClusterGround> Clusters => clusters.Values;

    /// <summary>Policies of the contexts that live on a cluster, ordered by name.</summary>
    public IEnumerable<RecoveryPolicy> PoliciesOf(string cluster) =>
        clusters.TryGetValue(cluster, out var ground) ? ground.Policies : [];

    public Topology? TopologyOf(string cluster) => clusters.GetValueOrDefault(cluster)?.Topology;

    public ContextProof Prove(RecoveryPolicy policy) => clusters[policy.Cluster.Value].Prove(policy);

    public static EffectiveCommit CommitOf(RecoveryPolicy policy, Topology topology) =>
        EffectiveCommit.Of(topology.Cluster, policy.Database.Value, policy.Schema?.Value, topology.Environment.Access.User);

    internal (Topology? Topology, ImmutableArray<Fault> Faults) LayOut(string cluster) =>
        clusters.TryGetValue(cluster, out var ground) ? (ground.Topology, ground.Faults) : (null, []);
}

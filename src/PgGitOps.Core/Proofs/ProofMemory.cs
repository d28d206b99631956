using PgGitOps.Core.Desired;

namespace PgGitOps.Core.Proofs;

/// <summary>Proofs of the last fleet, so that a commit costs what it changes. A proof depends on its policy, cluster, environment and the classes; on nothing else.</summary>
public sealed class ProofMemory
{
    private Dictionary<string, Entry> last = new(StringComparer.Ordinal);
    private Dictionary<string, Entry> next = new(StringComparer.Ordinal);

    private sealed record Entry(int Depth, RecoveryPolicy Policy, Cluster? Cluster, FleetEnvironment? Environment, RecoveryClasses? Classes, ContextProof Proof)
    {
        public bool IsOf(int depth, RecoveryPolicy policy, Cluster? cluster, FleetEnvironment? environment, RecoveryClasses? classes) =>
            depth == Depth && policy.Equals(Policy) && Equals(cluster, Cluster) && Equals(environment, Environment) && Equals(classes, Classes);
    }

    internal ContextProof Recall(int depth, RecoveryPolicy policy, Cluster? cluster, FleetEnvironment? environment, RecoveryClasses? classes, Func<ContextProof> prove)
    {
        var entry = last.TryGetValue(policy.Name, out var known) && known.IsOf(depth, policy, cluster, environment, classes)
            ? known
            : new Entry(depth, policy, cluster, environment, classes, prove());
        next[policy.Name] = entry;
        return entry.Proof;
    }

    /// <summary>Forgets what the fleet just proven does not hold any more.</summary>
    internal void Turn() => (last, next) = (next, new(StringComparer.Ordinal));
}

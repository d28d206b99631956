using PgGitOps.Core.Proofs.Layout;

namespace PgGitOps.Core.Proofs;

/// <summary>What was judged of the last fleet, cluster by cluster, so that a commit costs what it changes.</summary>
/// <remarks>Belongs to one judge at a time.</remarks>
public sealed class ProofMemory
{
    private Dictionary<string, JudgedCluster> clusters = new(StringComparer.Ordinal);

    /// <summary>What was said of a cluster of that name, whatever it was like then.</summary>
    internal JudgedCluster? Find(string cluster) => clusters.GetValueOrDefault(cluster);

    /// <summary>Keeps this and forgets what it does not hold.</summary>
    internal void Keep(IReadOnlyCollection<JudgedCluster> judged)
    {
        var next = new Dictionary<string, JudgedCluster>(judged.Count, StringComparer.Ordinal);
        foreach (var cluster in judged)
            next[cluster.Ground.Name] = cluster;
        clusters = next;
    }
}

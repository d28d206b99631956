using PgGitOps.Core.Planning;

namespace PgGitOps.Reconciling;

/// <summary>Compares what two plans of one cluster rest on.</summary>
internal static class LiveReads
{
    /// <summary>Values read by the first plan that read differently now, named, without the values: some are secrets' digests.</summary>
    public static IReadOnlyList<string> Moved(ClusterPlan before, ClusterPlan now)
    {
        var current = now.Reads.ToDictionary(r => r.Key, r => r.Canonical);
        return
        [
            .. before.Reads
                .Where(r => !current.TryGetValue(r.Key, out var value) || !string.Equals(value, r.Canonical, StringComparison.Ordinal))
                .Select(r => r.Key)
                .Order()
                .Select(k => k.ToString()),
        ];
    }
}

namespace PgGitOps.Core.Planning;

/// <summary>Facets that have a natural "nothing": dropped from Git after we applied them, they are taken back.</summary>
/// <remarks>Only while reality is still as we left it: a value that somebody changed since is theirs, and so is one that we only found.</remarks>
internal static class Dropped
{
    internal static bool IsKind(FacetKey key) => key.Field switch
    {
        "value" or "configured" => key.Object.Contains("/parameter/", StringComparison.Ordinal) || key.Object.Contains("/setting/", StringComparison.Ordinal),
        "privileges" => true,
        "exists" => key.Object.Contains("/memberOf/", StringComparison.Ordinal),
        _ => false,
    };

    /// <summary>Ordered by key.</summary>
    internal static IEnumerable<FacetKey> Of(ClusterProblem problem) =>
        problem.Applied.Where(a => IsKind(a.Key) && !problem.Adopted.Contains(a.Key) && !problem.Desired.ByKey.ContainsKey(a.Key)
                && problem.Live.TryGetValue(a.Key, out var live) && live.Canonical == a.Value)
            .Select(a => a.Key).Order();
}

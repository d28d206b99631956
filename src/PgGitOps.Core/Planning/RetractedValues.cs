using PgGitOps.Core.Facets;
using PgGitOps.Core.Planning.Kinds;

namespace PgGitOps.Core.Planning;

/// <summary>Facets that have a natural "nothing": dropped from Git after we applied them, they are taken back.</summary>
/// <remarks>Only while reality is still as we left it: a value that somebody changed since is theirs, and so is one that we only found.</remarks>
internal static class RetractedValues
{
    internal static bool IsKind(FacetKey key) => ObjectKinds.Find(key.Object)?.IsTakenBack(key.Field) == true;

    /// <summary>Ordered by key.</summary>
    internal static IEnumerable<FacetKey> Of(ClusterProblem problem) =>
        problem
            .Applied.Where(a =>
                IsKind(a.Key)
                && problem.IsGivenUp(a.Key)
                && problem.Live.TryGetValue(a.Key, out var live)
                && ObjectKinds.Of(a.Key.Object).IsRetracted(problem, a.Key, live)
            )
            .Select(a => a.Key)
            .Order();
}

using PgGitOps.Core.Facets;

namespace PgGitOps.Core.Planning;

/// <summary>Facets that have a natural "nothing": dropped from Git after we applied them, they are taken back.</summary>
/// <remarks>Only while reality is still as we left it: a value that somebody changed since is theirs, and so is one that we only found.</remarks>
internal static class Dropped
{
    internal static bool IsKind(FacetKey key) => key.Object switch
    {
        ObjectPath.Parameter or ObjectPath.RoleSetting or ObjectPath.DatabaseSetting => key.Field == Field.Value || key.Field == Field.Configured,
        ObjectPath.Grant or ObjectPath.DefaultPrivilege => key.Field == Field.Privileges,
        ObjectPath.Membership => key.Field == Field.Exists,
        _ => false,
    };

    /// <summary>Ordered by key.</summary>
    internal static IEnumerable<FacetKey> Of(ClusterProblem problem) =>
        problem.Applied.Where(a => IsKind(a.Key) && !problem.Adopted.Contains(a.Key) && !problem.Desired.ByKey.ContainsKey(a.Key)
                && problem.Live.TryGetValue(a.Key, out var live) && live.Canonical == a.Value)
            .Select(a => a.Key).Order();
}

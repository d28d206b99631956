using PgGitOps.Core.Facets;

namespace PgGitOps.Core.Planning.Kinds.Grants;

/// <summary>Which privileges of a grant the engine gave by a statement: only those are revoked once Git gives the grant up.</summary>
/// <remarks>
/// What an object's owner and PUBLIC hold by nature, and what was held before, needed no statement. The record keeps the list beside the applied value. A
/// record of an earlier version holds none: there everything applied counts, but what holds by nature.
/// </remarks>
internal static class GrantedPrivileges
{
    /// <summary>Of a grant: known to the record alone.</summary>
    internal static readonly Field Field = Field.OfKind("granted");

    internal static readonly FacetValue None = FacetValue.Shown("", "nothing");

    internal static FacetKey Key(FacetKey privileges) => privileges with { Field = Field };

    internal static FacetValue Value(IEnumerable<string> bare) => CanonicalForm.Privileges(bare) ?? None;

    /// <summary>Without stars.</summary>
    internal static IEnumerable<string> Of(ClusterProblem problem, FacetKey privileges, Func<FacetKey, string?> recorded)
    {
        var names =
            recorded(Key(privileges)) is { } given ? CanonicalForm.PrivilegeNames(given)
            : problem.Adopted.Contains(privileges) ? []
            : CanonicalForm.PrivilegeNames(recorded(privileges));
        return names.Select(CanonicalForm.BarePrivilege).Except(ByNature(problem, privileges.Object), StringComparer.Ordinal);
    }

    internal static IEnumerable<string> Of(ClusterProblem problem, FacetKey privileges) =>
        Of(problem, privileges, problem.Applied.GetValueOrDefault);

    /// <summary>What the grantee holds without anybody's grant, and what is therefore never revoked by giving a grant up.</summary>
    private static string[] ByNature(ClusterProblem problem, ObjectPath path) =>
        path switch
        {
            ObjectPath.Grant grant when Everyone.Is(grant.Grantee) => ImpliedPrivileges.OfPublic(
                GrantWords.Kind(grant.Target),
                grant.Schema,
                problem.Cluster.PostgresMajor
            ),
            ObjectPath.Grant grant when grant.Grantee == OwnerOf(problem, grant) => ImpliedPrivileges.OfOwner(
                GrantWords.Kind(grant.Target)
            ),
            ObjectPath.DefaultPrivilege { Schema: null } later when Everyone.Is(later.Grantee) => ImpliedPrivileges.OfPublic(
                GrantWords.Kind(later.On),
                null,
                problem.Cluster.PostgresMajor
            ),
            ObjectPath.DefaultPrivilege { Schema: null } later when later.Grantee == later.ForRole => ImpliedPrivileges.OfOwner(
                GrantWords.Kind(later.On)
            ),
            _ => [],
        };

    private static string? OwnerOf(ClusterProblem problem, ObjectPath.Grant grant) =>
        GrantWords.IsAll(grant.Target) ? null
        : problem.Contents(grant.Database) is { } contents ? GrantReading.OwnerOf(contents, grant)
        : grant.Target switch
        {
            GrantTarget.Database => problem.Owners.GetValueOrDefault(new ObjectPath.Database(grant.Database)),
            GrantTarget.Schema => problem.Owners.GetValueOrDefault(new ObjectPath.Schema(grant.Database, grant.Schema!)),
            _ => null,
        };
}

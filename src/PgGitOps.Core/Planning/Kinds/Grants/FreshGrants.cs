using PgGitOps.Core.Facets;

namespace PgGitOps.Core.Planning.Kinds.Grants;

/// <summary>Privileges that hold by nature in what was just made.</summary>
internal static class FreshGrants
{
    internal static Fresh? Of(Made made, ObjectPath.Grant grant, DesiredFacet facet) =>
        made switch
        {
            Made.Contents contents => InContents(contents, grant, facet),
            Made.Schema schema => Fresh.If(
                grant.Schema == schema.Name
                    && (
                        grant.Target == GrantTarget.Schema
                            ? grant.Grantee == schema.Owner && IsWithin(facet.Value, ImpliedPrivileges.OfOwner("schema"))
                            : GrantWords.IsAll(grant.Target)
                    ),
                facet
            ),
            // It may bring tables along, so grants on all tables of its schema have to be given again.
            Made.Extension extension => GrantWords.IsAll(grant.Target) && grant.Schema == (extension.InSchema ?? "public")
                ? new Fresh(null)
                : null,
            _ => null,
        };

    private static Fresh? InContents(Made.Contents made, ObjectPath.Grant grant, DesiredFacet facet) =>
        grant switch
        {
            { Target: GrantTarget.Database, Grantee: Everyone.Name } => Fresh.Known(
                CanonicalForm.Privileges(ImpliedPrivileges.OfPublic("database"))
            ),
            { Target: GrantTarget.Database } => Fresh.If(
                grant.Grantee == made.Owner && IsWithin(facet.Value, ImpliedPrivileges.OfOwner("database")),
                facet
            ),
            { Target: GrantTarget.Schema, Schema: "public", Grantee: Everyone.Name } => Fresh.Known(
                CanonicalForm.Privileges(ImpliedPrivileges.OfPublic("schema", grant.Schema, made.Problem.Cluster.PostgresMajor))
            ),
            { Schema: "public" } => Fresh.If(GrantWords.IsAll(grant.Target), facet),
            _ => null,
        };

    private static bool IsWithin(FacetValue wanted, string[] held) => CanonicalForm.PrivilegeNames(wanted).All(held.Contains);
}

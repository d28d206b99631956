using PgGitOps.Core.Facets;

namespace PgGitOps.Core.Planning.Kinds.Grants;

/// <summary>What a new owner changes about grants: he takes the old one's place in the object's list, as grantor and as grantee.</summary>
internal static class GrantsOfOwners
{
    /// <summary>Declared grants on a schema (or on the database itself) that are other than they were once it belongs to <paramref name="owner"/>.</summary>
    internal static IEnumerable<FacetState> Change(PlanDraft draft, string database, string? schema, string owner)
    {
        if (
            draft.Problem.Contents(database) is not { } live
            || live.Acl(schema is null ? "database" : "schema", schema, schema ?? database) is not { } seen
            || seen.Owner == owner
        )
            yield break;
        var acl = ObjectAcl.Of(seen, (role, other) => draft.Problem.Rights.HasRightsOf(role, other, live.Fact.Owner));
        acl.ChangeOwner(owner);
        var target = schema is null ? GrantTarget.Database : GrantTarget.Schema;
        foreach (var facet in draft.Problem.Desired.All)
        {
            if (
                facet.Key.Field != Field.Privileges
                || facet.Key.Object is not ObjectPath.Grant grant
                || grant.Database != database
                || grant.Target != target
                || grant.Schema != schema
                || draft.State.IsUnknown(facet.Key)
            )
                continue;
            var value = GrantReading.ValueOf(acl.Held(grant.Grantee, null), grant.Grantee == acl.Owner, facet.Value).Value;
            if (!Equals(draft.State[facet.Key], value))
                yield return new FacetState(facet.Key, value);
        }
    }
}

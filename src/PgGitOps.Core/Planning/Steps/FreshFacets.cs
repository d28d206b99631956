using PgGitOps.Core.Facets;
using PgGitOps.Core.Planning.Sql;

namespace PgGitOps.Core.Planning.Steps;

/// <summary>Declared facets that hold by nature in something just made: what initdb, template0 and a new schema bring along.</summary>
internal static class FreshFacets
{
    /// <summary>A server just initialised by <see cref="StepAction.InitialisePrimary"/>, which applies every declared parameter but the synchronous rule.</summary>
    internal static IEnumerable<FacetState> OfPrimary(ClusterProblem problem, string member)
    {
        var access = problem.Environment.Access;
        var path = new ObjectPath.Member(member);
        yield return new FacetState(problem.Key(path, Field.Exists), Normal.Exists);
        yield return new FacetState(problem.Key(path, Field.Running), Normal.True);
        yield return new FacetState(problem.Key(path, Field.Role), FacetValue.Of("primary"));
        foreach (var facet in problem.Desired.All)
        {
            FacetValue? value = facet.Key.Object switch
            {
                ObjectPath.Parameter { Name: "synchronous_standby_names" } p when p.Member == member => new FacetValue(
                    "",
                    "",
                    "(empty)"
                ),
                ObjectPath.Parameter { Name: "synchronous_commit" } p when p.Member == member => FacetValue.Of("on"),
                ObjectPath.Parameter or ObjectPath.Slot or ObjectPath.AccessList when facet.Key.Object.MemberName == member =>
                    facet.Value,
                ObjectPath.Role r when r.Name == access.User => OfSuperuser(facet.Key.Field),
                ObjectPath.Role r when r.Name == access.ReplicationUser => OfReplicationUser(facet.Key.Field),
                ObjectPath.Database { Name: "postgres" or "template0" or "template1" } => OfDatabase(facet, access.User),
                { DatabaseName: "postgres" or "template1" } inner => Inside(problem, inner, facet),
                _ => null,
            };
            if (value is not null)
                yield return new FacetState(facet.Key, value);
        }
    }

    /// <summary>A clone holds a copy of its source's files, so it starts with what those say at that moment; what differs is set afterwards. An access list of ours is written anew.</summary>
    internal static IEnumerable<FacetState> OfClone(PlanDraft draft, string member, string source)
    {
        var problem = draft.Problem;
        var path = new ObjectPath.Member(member);
        yield return new FacetState(problem.Key(path, Field.Exists), Normal.Exists);
        yield return new FacetState(problem.Key(path, Field.Running), Normal.True);
        yield return new FacetState(problem.Key(path, Field.Role), FacetValue.Of("standby"));
        yield return new FacetState(problem.Key(path, Field.Streaming), Normal.True);
        foreach (var facet in problem.Desired.All)
        {
            FacetState? state = facet.Key.Object switch
            {
                ObjectPath.Parameter p when p.Member == member => new FacetState(
                    facet.Key,
                    draft.State[problem.Key(new ObjectPath.Parameter(source, p.Name), Field.Configured)]
                ),
                ObjectPath.AccessList a when a.Member == member => new FacetState(facet.Key, facet.Value),
                _ => null,
            };
            if (state is not null)
                yield return state;
        }
    }

    /// <summary>A database made from template0.</summary>
    internal static IEnumerable<FacetState> OfContents(ClusterProblem problem, string database)
    {
        foreach (var facet in Within(problem, database))
        {
            if (Inside(problem, facet.Key.Object, facet, DeclaredOwner(problem, database)) is { } value)
                yield return new FacetState(facet.Key, value);
        }
    }

    /// <summary>A schema just made: empty, and its owner holds everything.</summary>
    internal static IEnumerable<FacetState> OfSchema(ClusterProblem problem, string database, string schema, string? owner)
    {
        foreach (var facet in Within(problem, database))
        {
            var isFresh =
                facet.Key.Object is ObjectPath.Grant grant
                && grant.Schema == schema
                && (
                    grant.Target == GrantTarget.Schema
                        ? grant.Grantee == owner && IsWithin(facet.Value, ImpliedPrivileges.OfOwner("schema"))
                        : GrantWords.IsAll(grant.Target)
                );
            if (isFresh)
                yield return new FacetState(facet.Key, facet.Value);
        }
    }

    /// <summary>An extension may bring tables along, so grants on all tables of its schema have to be given again.</summary>
    internal static IEnumerable<FacetState> OfExtension(ClusterProblem problem, string database, string? schema)
    {
        foreach (var facet in Within(problem, database))
        {
            if (
                facet.Key.Object is ObjectPath.Grant grant
                && GrantWords.IsAll(grant.Target)
                && grant.Schema == (schema ?? "public")
            )
                yield return new FacetState(facet.Key, null);
        }
    }

    private static IEnumerable<DesiredFacet> Within(ClusterProblem problem, string database) =>
        problem.Desired.All.Where(f => f.Key.Object is not ObjectPath.Database && f.Key.Object.DatabaseName == database);

    private static string? DeclaredOwner(ClusterProblem problem, string database) =>
        problem.Desired.ByKey.GetValueOrDefault(problem.Key(new ObjectPath.Database(database), Field.Owner))?.Value.Canonical;

    private static FacetValue? Inside(ClusterProblem problem, ObjectPath path, DesiredFacet facet, string? owner = null)
    {
        // Since PostgreSQL 15 PUBLIC may use schema public and no longer create in it.
        var isOpen = problem.Cluster.PostgresMajor < 15;
        return path switch
        {
            ObjectPath.Schema { Name: "public" } => facet.Key.Field == Field.Owner
                ? FacetValue.Of(isOpen ? problem.Environment.Access.User : "pg_database_owner")
                : Normal.Exists,
            ObjectPath.Extension { Name: "plpgsql" } => facet.Key.Field == Field.Version ? FacetValue.Of("1.0")
            : facet.Key.Field == Field.Schema ? FacetValue.Of("pg_catalog")
            : Normal.Exists,
            ObjectPath.Grant { Target: GrantTarget.Database, Grantee: "PUBLIC" } => Normal.Privileges(
                ImpliedPrivileges.OfPublic("database")
            ),
            ObjectPath.Grant { Target: GrantTarget.Database } grant
                when grant.Grantee == owner && IsWithin(facet.Value, ImpliedPrivileges.OfOwner("database")) => facet.Value,
            ObjectPath.Grant { Target: GrantTarget.Schema, Schema: "public", Grantee: "PUBLIC" } => Normal.Privileges(
                isOpen ? ["CREATE", "USAGE"] : ["USAGE"]
            ),
            ObjectPath.Grant { Schema: "public" } grant when GrantWords.IsAll(grant.Target) => facet.Value,
            ObjectPath.DefaultPrivilege { Schema: null, Grantee: "PUBLIC" } privilege => Normal.Privileges(
                ImpliedPrivileges.OfPublic(GrantWords.Kind(privilege.On))
            ),
            _ => null,
        };
    }

    private static bool IsWithin(FacetValue wanted, string[] held) => Normal.PrivilegeNames(wanted).All(held.Contains);

    private static FacetValue? OfSuperuser(Field field) => Unlimited(field) ?? (field == Field.Password ? null : Normal.True);

    private static FacetValue OfReplicationUser(Field field)
    {
        // Initialising stores the verifier of access.replicationPassword.
        if (field == Field.Password)
            return Normal.PasswordSet;
        return Unlimited(field)
            ?? Normal.Bool(field == Field.Exists || field == Field.Login || field == Field.Replication || field == Field.Inherit);
    }

    private static FacetValue? Unlimited(Field field) =>
        field == Field.ConnectionLimit ? FacetValue.Of("-1")
        : field == Field.ValidUntil ? FacetValue.Of("infinity")
        : null;

    private static FacetValue OfDatabase(DesiredFacet facet, string user)
    {
        var field = facet.Key.Field;
        if (field == Field.Owner)
            return FacetValue.Of(user);
        if (field == Field.Encoding)
            return Normal.Encoding("UTF8");
        return Unlimited(field) ?? (field == Field.Locale ? Normal.Locale("C") : Normal.Exists);
    }
}

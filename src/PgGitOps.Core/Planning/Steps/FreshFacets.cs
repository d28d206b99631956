namespace PgGitOps.Core.Planning.Steps;

/// <summary>Declared facets that hold by nature in something just made: what initdb, template0 and a new schema bring along.</summary>
internal static class FreshFacets
{
    /// <summary>A server just initialised by <see cref="StepAction.InitialisePrimary"/>, which applies every declared parameter but the synchronous rule.</summary>
    internal static IEnumerable<FacetState> OfPrimary(ClusterProblem problem, string member)
    {
        var access = problem.Environment.Access;
        var path = FacetPath.Member(member);
        yield return new FacetState(problem.Key(path, "exists"), Normal.Exists);
        yield return new FacetState(problem.Key(path, "running"), Normal.True);
        yield return new FacetState(problem.Key(path, "role"), FacetValue.Of("primary"));
        foreach (var facet in problem.Desired.All)
        {
            var parts = FacetPath.Split(facet.Key.Object);
            FacetValue? value = parts switch
            {
                ["member", var m, "parameter", "synchronous_standby_names"] when m == member => new FacetValue("", "(empty)") { Written = "" },
                ["member", var m, "parameter", "synchronous_commit"] when m == member => FacetValue.Of("on"),
                ["member", var m, "parameter", _] when m == member => facet.Value,
                ["member", var m, "slot", _] when m == member => facet.Value,
                ["member", var m, "accessList"] when m == member => facet.Value,
                ["role", var r] when r == access.User => OfSuperuser(facet.Key.Field),
                ["role", var r] when r == access.ReplicationUser => OfReplicationUser(facet.Key.Field),
                ["database", "postgres" or "template0" or "template1"] => OfDatabase(facet, access.User),
                ["database", "postgres" or "template1", .. var inner] => Inside(problem, inner, facet),
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
        var path = FacetPath.Member(member);
        yield return new FacetState(problem.Key(path, "exists"), Normal.Exists);
        yield return new FacetState(problem.Key(path, "running"), Normal.True);
        yield return new FacetState(problem.Key(path, "role"), FacetValue.Of("standby"));
        yield return new FacetState(problem.Key(path, "streaming"), Normal.True);
        foreach (var facet in problem.Desired.All)
        {
            FacetState? state = FacetPath.Split(facet.Key.Object) switch
            {
                ["member", var m, "parameter", var name] when m == member => new FacetState(facet.Key, draft.State[problem.Key(FacetPath.MemberParameter(source, name), "configured")]),
                ["member", var m, "accessList"] when m == member => new FacetState(facet.Key, facet.Value),
                _ => null,
            };
            if (state is not null)
                yield return state;
        }
    }

    /// <summary>A database made from template0.</summary>
    internal static IEnumerable<FacetState> OfContents(ClusterProblem problem, string database)
    {
        var path = FacetPath.Database(database);
        foreach (var facet in problem.Desired.All)
        {
            if (!FacetPath.IsWithin(facet.Key.Object, path))
                continue;
            if (Inside(problem, FacetPath.Split(facet.Key.Object)[2..], facet, DeclaredOwner(problem, database)) is { } value)
                yield return new FacetState(facet.Key, value);
        }
    }

    /// <summary>A schema just made: empty, and its owner holds everything.</summary>
    internal static IEnumerable<FacetState> OfSchema(ClusterProblem problem, string database, string schema, string? owner)
    {
        var path = FacetPath.Database(database);
        foreach (var facet in problem.Desired.All)
        {
            if (!FacetPath.IsWithin(facet.Key.Object, path))
                continue;
            var isFresh = FacetPath.Split(facet.Key.Object) switch
            {
                [_, _, "grant", "schema", var s, var grantee] => s == schema && grantee == owner && IsWithin(facet.Value, ImpliedPrivileges.OfOwner("schema")),
                [_, _, "grant", var target, var s, _] => GrantWords.IsAll(target) && s == schema,
                _ => false,
            };
            if (isFresh)
                yield return new FacetState(facet.Key, facet.Value);
        }
    }

    /// <summary>An extension may bring tables along, so grants on all tables of its schema have to be given again.</summary>
    internal static IEnumerable<FacetState> OfExtension(ClusterProblem problem, string database, string? schema)
    {
        var path = FacetPath.Database(database);
        foreach (var facet in problem.Desired.All)
        {
            if (FacetPath.IsWithin(facet.Key.Object, path)
                && FacetPath.Split(facet.Key.Object) is [_, _, "grant", var target, var s, _] && GrantWords.IsAll(target) && s == (schema ?? "public"))
                yield return new FacetState(facet.Key, null);
        }
    }

    private static string? DeclaredOwner(ClusterProblem problem, string database) =>
        problem.Desired.ByKey.GetValueOrDefault(problem.Key(FacetPath.Database(database), "owner"))?.Value.Canonical;

    private static FacetValue? Inside(ClusterProblem problem, string[] path, DesiredFacet facet, string? owner = null)
    {
        // Since PostgreSQL 15 PUBLIC may use schema public and no longer create in it.
        var isOpen = problem.Cluster.PostgresMajor < 15;
        return path switch
        {
            ["schema", "public"] => facet.Key.Field == "owner" ? FacetValue.Of(isOpen ? problem.Environment.Access.User : "pg_database_owner") : Normal.Exists,
            ["extension", "plpgsql"] => facet.Key.Field switch
            {
                "version" => FacetValue.Of("1.0"),
                "schema" => FacetValue.Of("pg_catalog"),
                _ => Normal.Exists,
            },
            ["grant", "database", "PUBLIC"] => Normal.Privileges(ImpliedPrivileges.OfPublic("database")),
            ["grant", "database", var grantee] when grantee == owner && IsWithin(facet.Value, ImpliedPrivileges.OfOwner("database")) => facet.Value,
            ["grant", "schema", "public", "PUBLIC"] => Normal.Privileges(isOpen ? ["CREATE", "USAGE"] : ["USAGE"]),
            ["grant", var target, "public", _] when GrantWords.IsAll(target) => facet.Value,
            ["defaultPrivilege", _, "*", var on, "PUBLIC"] => Normal.Privileges(ImpliedPrivileges.OfPublic(on)),
            _ => null,
        };
    }

    private static bool IsWithin(FacetValue wanted, string[] held) => Normal.PrivilegeNames(wanted).All(held.Contains);

    private static FacetValue? OfSuperuser(string field) => field switch
    {
        "connectionLimit" => FacetValue.Of("-1"),
        "validUntil" => FacetValue.Of("infinity"),
        "password" => null,
        _ => Normal.True,
    };

    private static FacetValue? OfReplicationUser(string field) => field switch
    {
        "exists" or "login" or "replication" or "inherit" => Normal.True,
        "connectionLimit" => FacetValue.Of("-1"),
        "validUntil" => FacetValue.Of("infinity"),
        // Initialising stores the verifier of access.replicationPassword.
        "password" => new FacetValue("matches", "(set)"),
        _ => Normal.False,
    };

    private static FacetValue? OfDatabase(DesiredFacet facet, string user) => facet.Key.Field switch
    {
        "owner" => FacetValue.Of(user),
        "connectionLimit" => FacetValue.Of("-1"),
        "encoding" => Normal.Encoding("UTF8"),
        "locale" => Normal.Locale("C"),
        _ => Normal.Exists,
    };
}

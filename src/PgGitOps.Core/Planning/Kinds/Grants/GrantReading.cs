using PgGitOps.Core.Desired;
using PgGitOps.Core.Facets;
using PgGitOps.Core.Observed;
using PgGitOps.Core.Planning.Live;

namespace PgGitOps.Core.Planning.Kinds.Grants;

/// <summary>What a grantee may do, as far as it was seen.</summary>
internal static class GrantReading
{
    /// <param name="wanted">Null to read all that is held: of all objects of a schema, on whichever of them.</param>
    internal static Reading Read(Cluster cluster, LiveDatabase live, ObjectPath.Grant grant, FacetValue? wanted)
    {
        var kind = GrantWords.Kind(grant.Target);
        if (GrantWords.IsAll(grant.Target))
            return ReadAll(live, kind, grant, DeclaredApart(cluster, grant), wanted);
        if (!Exists(live, grant))
            return Reading.Absent;
        var held = Held(live, kind, grant.Schema, GrantWords.NameOf(grant), grant.Column, grant.Grantee);
        return ValueOf(held, OwnerOf(live, grant) == grant.Grantee, wanted);
    }

    /// <summary>An owner holds everything by nature; revoking a part from him would only confuse.</summary>
    internal static Reading ValueOf(IEnumerable<string> held, bool isOwner, FacetValue? wanted)
    {
        string[] names = [.. held];
        if (
            isOwner
            && wanted is { Canonical.Length: > 0 }
            && CanonicalForm.PrivilegeNames(wanted).All(w => names.Contains(CanonicalForm.BarePrivilege(w)))
        )
            return wanted;
        return CanonicalForm.Privileges(names) ?? NothingAsWanted(wanted);
    }

    /// <summary>Somebody has made the object, or it is there by nature.</summary>
    internal static bool Exists(LiveDatabase live, ObjectPath.Grant grant) =>
        grant.Target switch
        {
            GrantTarget.Database => true,
            GrantTarget.Schema => live.Schema(grant.Schema!) is not null
                || live.Acl("schema", grant.Schema, grant.Schema!) is not null,
            _ => GrantWords.IsAll(grant.Target) || live.Acl(GrantWords.Kind(grant.Target), grant.Schema, grant.Name!) is not null,
        };

    internal static string? OwnerOf(LiveDatabase live, ObjectPath.Grant grant) =>
        live.Acl(GrantWords.Kind(grant.Target), grant.Schema, GrantWords.NameOf(grant))?.Owner
        ?? grant.Target switch
        {
            GrantTarget.Database => live.Fact.Owner,
            GrantTarget.Schema => live.Schema(grant.Schema!)?.Owner,
            _ => null,
        };

    /// <summary>Objects of the schema with a grant of their own to the same grantee, which says all that he may do with them.</summary>
    internal static IReadOnlySet<string> DeclaredApart(Cluster cluster, ObjectPath.Grant all) =>
        cluster
            .Databases.Where(d => d.Name == all.Database)
            .SelectMany(d => d.Grants)
            .Where(g =>
                GrantWords.AllOf(g.Target) == all.Target
                && g.Schema == all.Schema
                && g.To.Value == all.Grantee
                && g.Columns.Count == 0
            )
            .Select(g => g.Object)
            .OfType<string>()
            .ToHashSet(StringComparer.Ordinal);

    private static Reading ReadAll(
        LiveDatabase live,
        string kind,
        ObjectPath.Grant all,
        IReadOnlySet<string> apart,
        FacetValue? wanted
    )
    {
        var (schema, grantee) = (all.Schema!, all.Grantee);
        if (live.ObjectsOf(kind, schema) is not { } names)
            return wanted;
        HashSet<string>? everywhere = null;
        HashSet<string> anywhere = new(StringComparer.Ordinal);
        List<string> short_ = [];
        List<string> tooMuch = [];
        var wantedNames = CanonicalForm.PrivilegeNames(wanted);
        (AclFact? Fact, bool Counts, bool IsShort, bool IsTooMuch)? last = null;
        foreach (var name in names)
        {
            var acl = live.Acl(kind, schema, name)!;
            var fact = acl.Of(grantee, null);
            var counts = grantee != acl.Owner && !apart.Contains(name);
            // Thousands of tables have one list: what was worked out for the one before holds for this one.
            if (counts && last is { Counts: true } alike && IsAlike(alike.Fact, fact))
            {
                if (alike.IsTooMuch)
                    tooMuch.Add(name);
                if (alike.IsShort)
                    short_.Add(name);
                continue;
            }
            var (shortBefore, tooMuchBefore) = (short_.Count, tooMuch.Count);
            HashSet<string> held = new(acl.Held(grantee, null), StringComparer.Ordinal);
            anywhere.UnionWith(held);
            if (counts && (wantedNames.Length == 0 ? held.Count > 0 : GoesBeyond(held, wantedNames)))
                tooMuch.Add(name);
            foreach (var option in held.Where(CanonicalForm.HasGrantOption).ToArray())
                held.Add(CanonicalForm.BarePrivilege(option));
            if (!wantedNames.All(w => held.Contains(grantee == acl.Owner ? CanonicalForm.BarePrivilege(w) : w)))
                short_.Add(name);
            if (everywhere is null)
                everywhere = held;
            else
                everywhere.IntersectWith(held);
            last = (fact, counts, short_.Count > shortBefore, tooMuch.Count > tooMuchBefore);
        }
        if (wanted is null)
            return CanonicalForm.Privileges(anywhere);
        if (short_.Count == 0 && tooMuch.Count == 0)
            return wanted;
        if (wantedNames.Length == 0)
            return FacetValue.Shown(
                CanonicalForm.Privileges(anywhere)!.Canonical,
                $"{CanonicalForm.Privileges(anywhere)!.Display} on {tooMuch.Count} of {names.Count}: {Listed(tooMuch)}"
            );
        var common = CanonicalForm.Privileges(everywhere!);
        if (short_.Count == 0)
            // Told apart from what is declared by the mark of an option alone.
            return FacetValue.Shown(
                string.Join(", ", wantedNames.Select(w => CanonicalForm.HasGrantOption(w) ? w : w + CanonicalForm.GrantOption)),
                $"{common?.Display}, with grant option on {tooMuch.Count} of {names.Count}: {Listed(tooMuch)}"
            );
        return FacetValue.Shown(
            common?.Canonical ?? "",
            $"{common?.Display ?? "nothing"} on every {kind}; {short_.Count} of {names.Count} lack some: {Listed(short_)}"
        );
    }

    private static bool IsAlike(AclFact? one, AclFact? other) =>
        one is null || other is null
            ? one == other
            : one.Grants.Count + other.Grants.Count == 0 && one.Privileges == other.Privileges;

    /// <summary>A privilege that is declared without grant option is held with it.</summary>
    internal static bool GoesBeyond(IReadOnlySet<string> held, string[] wanted) =>
        wanted.Any(w => held.Contains(w + CanonicalForm.GrantOption));

    private static string Listed(List<string> names)
    {
        names.Sort(StringComparer.Ordinal);
        return string.Join(", ", names.Take(3)) + (names.Count > 3 ? ", …" : "");
    }

    /// <summary>Privileges of a grantee on one object or column, counting those that an empty ACL implies.</summary>
    private static IEnumerable<string> Held(
        LiveDatabase live,
        string kind,
        string? schema,
        string name,
        string? column,
        string grantee
    )
    {
        if (live.Acl(kind, schema, name) is { } acl)
            return acl.Held(grantee, column);
        // A snapshot may leave out objects that hold what they hold by nature.
        var owner =
            kind == "database" ? live.Fact.Owner
            : kind == "schema" ? live.Schema(name)?.Owner
            : null;
        return owner == grantee ? ImpliedPrivileges.OfOwner(kind)
            : Everyone.Is(grantee) ? ImpliedPrivileges.OfPublic(kind)
            : [];
    }

    internal static Reading Read(LiveDatabase live, ObjectPath.DefaultPrivilege privilege, FacetValue? wanted)
    {
        var (on, grantee) = (GrantWords.Kind(privilege.On), privilege.Grantee);
        var isOwn = grantee == privilege.ForRole;
        // Those of all schemas stand in the place of what is built in; those of one schema come on top.
        var held =
            live.DefaultsOf(privilege.ForRole, privilege.Schema, on) is { } rows
                ? rows.Where(r => r.Grantee == grantee)
                    .SelectMany(r =>
                        r.Privileges.Select(p =>
                            CanonicalForm.Privilege(p) + (r.Grantable.Contains(p) ? CanonicalForm.GrantOption : "")
                        )
                    )
                    .ToArray()
            : privilege.Schema is not null ? []
            : isOwn ? ImpliedPrivileges.OfOwner(on)
            : Everyone.Is(grantee) ? ImpliedPrivileges.OfPublic(on)
            : [];
        return ValueOf(held, isOwn, wanted);
    }

    /// <summary>Nothing is a value only where nothing is declared.</summary>
    private static Reading NothingAsWanted(FacetValue? wanted) =>
        wanted is { Canonical.Length: 0 } ? CanonicalForm.NoPrivileges : Reading.Absent;
}

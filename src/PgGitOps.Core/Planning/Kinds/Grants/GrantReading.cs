using PgGitOps.Core.Facets;
using PgGitOps.Core.Planning.Live;

namespace PgGitOps.Core.Planning.Kinds.Grants;

/// <summary>What a grantee may do, as far as it was seen.</summary>
internal static class GrantReading
{
    internal static Reading Read(LiveDatabase live, ObjectPath.Grant grant, FacetValue? wanted)
    {
        var kind = GrantWords.Kind(grant.Target);
        if (GrantWords.IsAll(grant.Target))
            return ReadAll(live, kind, grant.Schema!, grant.Grantee, wanted);
        var name = grant.Target switch
        {
            GrantTarget.Database => live.Fact.Name,
            GrantTarget.Schema => grant.Schema!,
            _ => grant.Name!,
        };
        var held = Held(live, kind, grant.Schema, name, grant.Grantee, out var exists, out var isOwner);
        if (!exists)
            return grant.Target is GrantTarget.Table or GrantTarget.Sequence
                ? new Reading(null, $"{kind} {grant.Schema}.{name} does not exist yet")
                : Reading.Absent;
        // An owner holds everything by nature; taking a part away from him would only confuse.
        if (isOwner && wanted is not null && CanonicalForm.PrivilegeNames(wanted).All(held.Contains))
            return wanted;
        return CanonicalForm.Privileges(held);
    }

    private static Reading ReadAll(LiveDatabase live, string kind, string schema, string grantee, FacetValue? wanted)
    {
        if (live.ObjectsOf(kind, schema) is not { } names)
            return wanted;
        HashSet<string>? everywhere = null;
        var short_ = new List<string>();
        var wantedNames = CanonicalForm.PrivilegeNames(wanted);
        foreach (var name in names)
        {
            var held = Held(live, kind, schema, name, grantee, out _, out _);
            if (!wantedNames.All(held.Contains))
                short_.Add(name);
            if (everywhere is null)
                everywhere = [.. held];
            else
                everywhere.IntersectWith(held);
        }
        if (short_.Count == 0 && wanted is not null)
            return wanted;
        var common = CanonicalForm.Privileges(everywhere!);
        if (wanted is null)
            return common;
        short_.Sort(StringComparer.Ordinal);
        var listed = string.Join(", ", short_.Take(3)) + (short_.Count > 3 ? ", …" : "");
        return FacetValue.Shown(
            common?.Canonical ?? "",
            $"{common?.Display ?? "nothing"} on every {kind}; {short_.Count} of {names.Count} lack some: {listed}"
        );
    }

    /// <summary>Privileges of a grantee on one object, counting those that an empty ACL implies.</summary>
    private static HashSet<string> Held(
        LiveDatabase live,
        string kind,
        string? schema,
        string name,
        string grantee,
        out bool exists,
        out bool isOwner
    )
    {
        HashSet<string> held = new(StringComparer.Ordinal);
        var rows = live.Acls(kind, schema, name);
        exists = rows is not null;
        isOwner = false;
        if (!exists)
        {
            // A snapshot may leave out objects that hold what they hold by nature.
            exists = kind == "database" || (kind == "schema" && live.Schema(name) is not null);
        }
        var owner =
            rows is { Count: > 0 } ? rows[0].Owner
            : kind == "database" ? live.Fact.Owner
            : kind == "schema" ? live.Schema(name)?.Owner
            : null;
        isOwner = owner == grantee;
        var explicitRows = rows?.Where(r => r.Grantee is not null).ToList() ?? [];
        foreach (var row in explicitRows.Where(r => r.Grantee == grantee))
            held.UnionWith(row.Privileges.Select(CanonicalForm.Privilege));
        // A row without a grantee is an ACL of exactly {}: everything was taken away, also from the owner.
        if (rows is null && exists)
            held.UnionWith(
                isOwner ? ImpliedPrivileges.OfOwner(kind)
                : Everyone.Is(grantee) ? ImpliedPrivileges.OfPublic(kind)
                : []
            );
        return held;
    }

    internal static Reading Read(LiveDatabase live, ObjectPath.DefaultPrivilege privilege)
    {
        var (on, grantee) = (GrantWords.Kind(privilege.On), privilege.Grantee);
        if (live.DefaultsOf(privilege.ForRole, privilege.Schema, on) is not { } rows)
            return privilege.Schema is null && Everyone.Is(grantee)
                ? CanonicalForm.Privileges(ImpliedPrivileges.OfPublic(on))
                : null;
        return CanonicalForm.Privileges(rows.Where(r => r.Grantee == grantee).SelectMany(r => r.Privileges));
    }
}

using PgGitOps.Core.Facets;
using PgGitOps.Core.Observed;
using PgGitOps.Core.Planning.Sql;

namespace PgGitOps.Core.Planning;

/// <summary>Answers facets of one database's contents.</summary>
internal sealed class LiveDatabase
{
    private readonly DatabaseFact database;
    private readonly Dictionary<string, SchemaFact> schemas = new(StringComparer.Ordinal);
    private readonly Dictionary<string, ExtensionFact> extensions = new(StringComparer.Ordinal);
    private readonly Dictionary<(string Kind, string? Schema, string Object), List<AclFact>> acls = [];
    private readonly Dictionary<(string Kind, string? Schema), List<string>> objects = [];
    private readonly Dictionary<(string ForRole, string? Schema, string On), List<DefaultAclFact>> defaults = [];

    private LiveDatabase(DatabaseFact database, DatabaseFacts? facts, string? unreadable)
    {
        (this.database, Unreadable) = (database, unreadable);
        if (facts is null)
            return;
        foreach (var schema in facts.Schemas)
            schemas[schema.Name] = schema;
        foreach (var extension in facts.Extensions)
            extensions[extension.Name] = extension;
        foreach (var acl in facts.Acls)
        {
            var key = (acl.Kind, acl.Schema, acl.Object);
            if (!acls.TryGetValue(key, out var list))
            {
                acls.Add(key, list = []);
                if (!objects.TryGetValue((acl.Kind, acl.Schema), out var names))
                    objects.Add((acl.Kind, acl.Schema), names = []);
                names.Add(acl.Object);
            }
            list.Add(acl);
        }
        foreach (var acl in facts.DefaultAcls)
        {
            var key = (acl.ForRole, acl.Schema, acl.On);
            if (!defaults.TryGetValue(key, out var list))
                defaults.Add(key, list = []);
            list.Add(acl);
        }
    }

    internal static LiveDatabase Of(ClusterSnapshot snapshot, DatabaseFact database)
    {
        foreach (var candidate in snapshot.Databases)
        {
            if (candidate.Name == database.Name)
            {
                return candidate.Contents.Match(
                    seen => new LiveDatabase(database, seen.Value, null),
                    absent => new LiveDatabase(database, null, $"database {database.Name} vanished while it was being read"),
                    unreadable => new LiveDatabase(
                        database,
                        null,
                        $"database {database.Name} could not be read: {unreadable.Reason}"
                    )
                );
            }
        }
        return new LiveDatabase(database, null, $"database {database.Name} was not inspected");
    }

    /// <summary>Why nothing of its contents is known, or null.</summary>
    internal string? Unreadable { get; }

    internal SchemaFact? Schema(string name) => schemas.GetValueOrDefault(name);

    internal ExtensionFact? Extension(string name) => extensions.GetValueOrDefault(name);

    internal Reading ReadGrant(ObjectPath.Grant grant, FacetValue? wanted)
    {
        var kind = GrantWords.Kind(grant.Target);
        if (GrantWords.IsAll(grant.Target))
            return ReadAll(kind, grant.Schema!, grant.Grantee, wanted);
        var name = grant.Target switch
        {
            GrantTarget.Database => database.Name,
            GrantTarget.Schema => grant.Schema!,
            _ => grant.Name!,
        };
        var held = Held(kind, grant.Schema, name, grant.Grantee, out var exists, out var isOwner);
        if (!exists)
            return grant.Target is GrantTarget.Table or GrantTarget.Sequence
                ? new Reading(null, $"{kind} {grant.Schema}.{name} does not exist yet")
                : Reading.Absent;
        // An owner holds everything by nature; taking a part away from him would only confuse.
        if (isOwner && wanted is not null && Normal.PrivilegeNames(wanted).All(held.Contains))
            return wanted;
        return Normal.Privileges(held);
    }

    private Reading ReadAll(string kind, string schema, string grantee, FacetValue? wanted)
    {
        if (!objects.TryGetValue((kind, schema), out var names))
            return wanted;
        HashSet<string>? everywhere = null;
        var short_ = new List<string>();
        var wantedNames = Normal.PrivilegeNames(wanted);
        foreach (var name in names)
        {
            var held = Held(kind, schema, name, grantee, out _, out _);
            if (!wantedNames.All(held.Contains))
                short_.Add(name);
            if (everywhere is null)
                everywhere = [.. held];
            else
                everywhere.IntersectWith(held);
        }
        if (short_.Count == 0 && wanted is not null)
            return wanted;
        var common = Normal.Privileges(everywhere!);
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
    private HashSet<string> Held(string kind, string? schema, string name, string grantee, out bool exists, out bool isOwner)
    {
        HashSet<string> held = new(StringComparer.Ordinal);
        exists =
            acls.TryGetValue((kind, schema, name), out var rows)
            || acls.TryGetValue((kind, null, name), out rows) && kind == "schema";
        isOwner = false;
        if (!exists)
        {
            // A snapshot may leave out objects that hold what they hold by nature.
            exists = kind == "database" || (kind == "schema" && schemas.ContainsKey(name));
            rows = null;
        }
        var owner =
            rows is { Count: > 0 } ? rows[0].Owner
            : kind == "database" ? database.Owner
            : kind == "schema" && schemas.TryGetValue(name, out var fact) ? fact.Owner
            : null;
        isOwner = owner == grantee;
        var explicitRows = rows?.Where(r => r.Grantee is not null).ToList() ?? [];
        foreach (var row in explicitRows.Where(r => r.Grantee == grantee))
            held.UnionWith(row.Privileges.Select(Normal.Privilege));
        // A row without a grantee is an ACL of exactly {}: everything was taken away, also from the owner.
        if (rows is null && exists)
            held.UnionWith(
                isOwner ? ImpliedPrivileges.OfOwner(kind)
                : grantee == "PUBLIC" ? ImpliedPrivileges.OfPublic(kind)
                : []
            );
        return held;
    }

    internal Reading ReadDefault(ObjectPath.DefaultPrivilege privilege)
    {
        var (on, grantee) = (GrantWords.Kind(privilege.On), privilege.Grantee);
        if (!defaults.TryGetValue((privilege.ForRole, privilege.Schema, on), out var rows))
            return privilege.Schema is null && grantee == "PUBLIC" ? Normal.Privileges(ImpliedPrivileges.OfPublic(on)) : null;
        return Normal.Privileges(rows.Where(r => r.Grantee == grantee).SelectMany(r => r.Privileges));
    }
}

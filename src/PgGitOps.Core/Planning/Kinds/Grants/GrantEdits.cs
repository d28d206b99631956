using PgGitOps.Core.Facets;
using PgGitOps.Core.Planning.Live;
using PgGitOps.Core.Planning.Sql;
using PgGitOps.Core.Sources;

namespace PgGitOps.Core.Planning.Kinds.Grants;

/// <summary>One change of what a grantee may do.</summary>
/// <param name="To">Null where Git gave it up.</param>
/// <param name="Revokes">What the grantee loses, first; <paramref name="Grants"/> what he gets.</param>
internal sealed record GrantEdit(
    FacetKey Key,
    FacetValue? To,
    SourceSpan? At,
    AclScript Revokes,
    AclScript Grants,
    FacetState Granted,
    IReadOnlyCollection<string> SideEffects
)
{
    internal bool TakesAway => !Revokes.IsEmpty;

    /// <summary>Nothing is left to change: only the record is.</summary>
    internal bool OnlyForgets => Revokes.IsEmpty && Grants.IsEmpty;

    internal string Grantee => GrantEdits.GranteeOf(Key.Object);
}

/// <summary>The changes of grants, or of default privileges, that one database needs.</summary>
internal sealed class GrantEdits(PlanDraft draft, string database, Predicate<ObjectPath> isMeant)
{
    /// <summary>Names of objects that one statement names at most.</summary>
    private const int ObjectsMax = 200;

    private readonly LiveDatabase? live = draft.Problem.Contents(database);
    private readonly Dictionary<(string Kind, string? Schema, string Name), ObjectAcl> acls = [];

    internal static string GranteeOf(ObjectPath path) =>
        path is ObjectPath.DefaultPrivilege later ? later.Grantee : ((ObjectPath.Grant)path).Grantee;

    /// <summary>Of what is held, what the engine gave: what giving the grant up revokes.</summary>
    internal static IEnumerable<string> Ours(ClusterProblem problem, FacetKey key, FacetValue? held) =>
        GrantedPrivileges
            .Of(problem, key)
            .Intersect(CanonicalForm.PrivilegeNames(held).Select(CanonicalForm.BarePrivilege), StringComparer.Ordinal);

    /// <summary>Ordered by key, schemas and the database last. All that is revoked is worked out before anything is granted, as the statements run.</summary>
    internal List<GrantEdit> Collect()
    {
        List<(FacetKey Key, FacetValue? To, SourceSpan? At)> wanted = [];
        foreach (var facet in draft.Problem.Desired.All)
        {
            if (!IsMeant(facet.Key) || !draft.Wants(facet))
                continue;
            if (IsMissing(facet.Key.Object) is { } missing)
                draft.LeaveAlone(facet.Key, $"{missing} does not exist yet");
            else
                wanted.Add((facet.Key, facet.Value, facet.At));
        }
        foreach (var key in GivenUp())
            wanted.Add((key, null, null));
        // Who may no longer use a schema could issue nothing on what it holds.
        var revoking = wanted
            .OrderBy(w => w.Key.Object is ObjectPath.Grant { Target: GrantTarget.Schema or GrantTarget.Database })
            .ThenBy(w => w.Key)
            .Select(w => (w.Key, w.To, w.At, Script: new AclScript(), Others: new SortedSet<string>(StringComparer.Ordinal)))
            .ToArray();
        foreach (var edit in revoking)
            Revoke(edit.Key, edit.To, edit.Script, edit.Others);
        return [.. revoking.Select(r => Finish(r.Key, r.To, r.At, r.Script, r.Others))];
    }

    private bool IsMeant(FacetKey key) =>
        key.Field == Field.Privileges && key.Object.DatabaseName == database && isMeant(key.Object);

    /// <summary>What Git gave up, whether or not anything of it is left: the record's line ends with it.</summary>
    private IEnumerable<FacetKey> GivenUp() =>
        draft
            .Problem.Applied.Keys.Where(k =>
                IsMeant(k)
                && draft.Problem.IsGivenUp(k)
                && !draft.State.IsUnknown(k)
                && draft.MayChange(k)
                && (!draft.Problem.Adopted.Contains(k) || draft.Problem.Applied.ContainsKey(GrantedPrivileges.Key(k)))
            )
            .Order();

    private string? IsMissing(ObjectPath path) =>
        path is ObjectPath.Grant grant
        && GrantWords.IsSingle(grant.Target)
        && (live is null ? IsNew() : !GrantReading.Exists(live, grant))
            ? $"{GrantWords.Kind(grant.Target)} {grant.Schema}.{grant.Name}"
            : null;

    /// <summary>The database is made by this very plan: it holds nothing.</summary>
    private bool IsNew() => draft.IsNew(new ObjectPath.Database(database));

    private GrantEdit Finish(FacetKey key, FacetValue? to, SourceSpan? at, AclScript revokes, SortedSet<string> others)
    {
        var grants = new AclScript();
        string[] given = [];
        if (to is not null)
        {
            var wanted = CanonicalForm.PrivilegeNames(to);
            var held = HeldOf(key);
            var heldBare = held.Select(CanonicalForm.BarePrivilege).ToArray();
            string[] without = [.. wanted.Where(w => !CanonicalForm.HasGrantOption(w)).Except(heldBare, StringComparer.Ordinal)];
            string[] withOption =
            [
                .. wanted
                    .Where(CanonicalForm.HasGrantOption)
                    .Except(held, StringComparer.Ordinal)
                    .Select(CanonicalForm.BarePrivilege),
            ];
            Grant(key.Object, without, false, grants);
            Grant(key.Object, withOption, true, grants);
            // Who had it and may now pass it on was given the option alone.
            given = [.. without, .. withOption.Except(heldBare, StringComparer.Ordinal)];
        }
        var ours = GrantedPrivileges.Of(
            draft.Problem,
            key,
            k =>
                (k.Field == GrantedPrivileges.Field ? draft.State[k]?.Canonical : null)
                ?? draft.Problem.Applied.GetValueOrDefault(k)
        );
        var granted = to is null
            ? null
            : GrantedPrivileges.Value(
                ours.Union(given, StringComparer.Ordinal)
                    .Intersect(CanonicalForm.PrivilegeNames(to).Select(CanonicalForm.BarePrivilege), StringComparer.Ordinal)
            );
        return new GrantEdit(key, to, at, revokes, grants, new FacetState(GrantedPrivileges.Key(key), granted), others);
    }

    private string[] HeldOf(FacetKey key) => CanonicalForm.PrivilegeNames(draft.State[key]);

    private void Revoke(FacetKey key, FacetValue? to, AclScript script, SortedSet<string> others)
    {
        var held = HeldOf(key);
        var wanted = CanonicalForm.PrivilegeNames(to);
        var wantedBare = wanted.Select(CanonicalForm.BarePrivilege).ToArray();
        var isAll = key.Object is ObjectPath.Grant { Target: var target } && GrantWords.IsAll(target);
        string[] whole =
            to is null ? [.. Ours(draft.Problem, key, draft.State[key]).Except(StillWanted(key.Object), StringComparer.Ordinal)]
            // A grant on all objects is "at least": some of them may rightly carry more. Declared to be nothing, it is exact.
            : isAll && wanted.Length > 0 ? []
            : [.. held.Select(CanonicalForm.BarePrivilege).Except(wantedBare, StringComparer.Ordinal)];
        string[] options =
        [
            .. held.Where(h =>
                    CanonicalForm.HasGrantOption(h) && !wanted.Contains(h) && wantedBare.Contains(CanonicalForm.BarePrivilege(h))
                )
                .Select(CanonicalForm.BarePrivilege),
        ];
        if (key.Object is ObjectPath.DefaultPrivilege later)
        {
            // A default privilege has one grantor, the role itself, and nothing rests on it.
            if (whole.Length > 0)
                script.Add(null, $"{Subject(later)} REVOKE {Words(whole)} ON {On(later)} FROM", later.Grantee, "");
            if (options.Length > 0)
                script.Add(
                    null,
                    $"{Subject(later)} REVOKE GRANT OPTION FOR {Words(options)} ON {On(later)} FROM",
                    later.Grantee,
                    ""
                );
            return;
        }
        var grant = (ObjectPath.Grant)key.Object;
        if (isAll)
        {
            RevokeOnAll(grant, whole, optionOnly: false, script, others);
            RevokeOnAll(
                grant,
                wanted.Length == 0 ? [] : [.. wanted.Where(w => !CanonicalForm.HasGrantOption(w))],
                optionOnly: true,
                script,
                others
            );
            return;
        }
        var editor = EditorOf(GrantWords.Kind(grant.Target), grant.Schema, GrantWords.NameOf(grant), GrantWords.Sql(grant));
        editor.Revoke(script, grant.Grantee, whole, grant.Column, optionOnly: false);
        editor.Revoke(script, grant.Grantee, options, grant.Column, optionOnly: true);
        others.UnionWith(editor.SideEffects);
    }

    /// <summary>What a grant on all objects of the schema asks for on this one too.</summary>
    private IEnumerable<string> StillWanted(ObjectPath path) =>
        path is ObjectPath.Grant grant
        && GrantWords.AllOf(grant.Target) is { } all
        && draft.Desired(new ObjectPath.Grant(database, all, grant.Schema, null, grant.Grantee), Field.Privileges) is { } wide
            ? CanonicalForm.PrivilegeNames(wide.Value).Select(CanonicalForm.BarePrivilege)
            : [];

    private void Grant(ObjectPath path, string[] privileges, bool withOption, AclScript script)
    {
        if (privileges.Length == 0)
            return;
        if (path is ObjectPath.DefaultPrivilege later)
            script.Add(
                null,
                $"{Subject(later)} GRANT {Words(privileges)} ON {On(later)} TO",
                later.Grantee,
                withOption ? " WITH GRANT OPTION" : ""
            );
        else if (path is ObjectPath.Grant { Target: var target } all && GrantWords.IsAll(target))
            script.Add(
                null,
                $"GRANT {Words(privileges)} ON {GrantWords.Sql(all)} TO",
                all.Grantee,
                withOption ? " WITH GRANT OPTION" : ""
            );
        else
        {
            var grant = (ObjectPath.Grant)path;
            EditorOf(GrantWords.Kind(grant.Target), grant.Schema, GrantWords.NameOf(grant), GrantWords.Sql(grant))
                .Grant(script, grant.Grantee, privileges, grant.Column, withOption);
        }
    }

    /// <summary>One statement for the whole schema where it revokes nothing beside what is meant, else one for each object that needs it.</summary>
    private void RevokeOnAll(
        ObjectPath.Grant all,
        string[] privileges,
        bool optionOnly,
        AclScript script,
        SortedSet<string> others
    )
    {
        var kind = GrantWords.Kind(all.Target);
        if (privileges.Length == 0)
            return;
        if (live is null)
        {
            if (!optionOnly)
                script.Add(null, $"REVOKE {Words(privileges)} ON {GrantWords.Sql(all)} FROM", all.Grantee, "");
            return;
        }
        List<string> plain = [];
        List<(string Name, string[] Held)> special = [];
        var apart = GrantReading.DeclaredApart(draft.Problem.Cluster, all);
        foreach (var name in (live.ObjectsOf(kind, all.Schema) ?? []).Where(n => !apart.Contains(n)))
        {
            var seen = live.Acl(kind, all.Schema, name)!;
            if (all.Grantee == seen.Owner)
                continue;
            if (seen.IsPlain(all.Grantee))
            {
                if (!optionOnly && seen.Of(all.Grantee, null)?.Privileges.Any(privileges.Contains) == true)
                    plain.Add(name);
                continue;
            }
            string[] held =
            [
                .. AclOf(kind, all.Schema, name)
                    .Entries.Where(e =>
                        e.Grantee == all.Grantee
                        && e.Column is null
                        && privileges.Contains(e.Privilege)
                        && (!optionOnly || e.Grantable)
                    )
                    .Select(e => e.Privilege)
                    .Distinct(StringComparer.Ordinal),
            ];
            special.Add((name, held));
        }
        if (special.Count == 0 && plain.Count > 0 && apart.Count == 0 && !IsOwnerOfSome(kind, all))
            script.Add(null, $"REVOKE {Words(privileges)} ON {GrantWords.Sql(all)} FROM", all.Grantee, "");
        else
            foreach (var names in plain.Chunk(ObjectsMax))
                script.Add(
                    null,
                    $"REVOKE {Words(privileges)} ON {GrantWords.Sql(kind, all.Schema!, names)} FROM",
                    all.Grantee,
                    ""
                );
        // The lists that were worked out already have to know; one that is read later is read without harm as it was.
        foreach (var name in plain)
        {
            if (acls.TryGetValue((kind, all.Schema, name), out var acl))
                acl.Revoke(acl.Owner, all.Grantee, privileges, null, optionOnly);
        }
        foreach (var (name, held) in special.Where(s => s.Held.Length > 0))
        {
            var editor = EditorOf(kind, all.Schema, name, GrantWords.Sql(kind, all.Schema!, [name]));
            editor.Revoke(script, all.Grantee, held, null, optionOnly);
            others.UnionWith(editor.SideEffects);
        }
    }

    private bool IsOwnerOfSome(string kind, ObjectPath.Grant all) =>
        (live?.ObjectsOf(kind, all.Schema) ?? []).Any(n => live!.Acl(kind, all.Schema, n)!.Owner == all.Grantee);

    private AclEditor EditorOf(string kind, string? schema, string name, string target)
    {
        var acl = AclOf(kind, schema, name);
        return new AclEditor(acl, target, role => kind is "database" or "schema" || MayUse(schema!, role));
    }

    private bool HasRightsOf(string role, string other) => draft.Problem.Rights.HasRightsOf(role, other, live?.Fact.Owner ?? "");

    /// <summary>Without USAGE on its schema, an object cannot even be named.</summary>
    private bool MayUse(string schema, string role) =>
        live?.Acl("schema", schema, schema) is { } acl
        && acl.Facts.Any(f => f.Privileges.Contains("USAGE") && (Everyone.Is(f.Grantee!) || HasRightsOf(role, f.Grantee!)));

    private ObjectAcl AclOf(string kind, string? schema, string name)
    {
        var key = (kind, schema, name);
        if (!acls.TryGetValue(key, out var acl))
        {
            acl = live?.Acl(kind, schema, name) is { } seen
                ? ObjectAcl.Of(seen, HasRightsOf)
                : new ObjectAcl("", [], HasRightsOf);
            // Who owns it once the steps before are done.
            if (acl.Owner.Length > 0 && OwnerAfter(kind, schema) is { } owner && owner != acl.Owner)
                acl.ChangeOwner(owner);
            acls.Add(key, acl);
        }
        return acl;
    }

    private string? OwnerAfter(string kind, string? schema) =>
        kind switch
        {
            "database" => draft.State[draft.Problem.Key(new ObjectPath.Database(database), Field.Owner)]?.Canonical,
            "schema" => draft.State[draft.Problem.Key(new ObjectPath.Schema(database, schema!), Field.Owner)]?.Canonical,
            _ => null,
        };

    private static string Subject(ObjectPath.DefaultPrivilege later) =>
        $"ALTER DEFAULT PRIVILEGES FOR ROLE {SqlIdentifier.Quote(later.ForRole)}{(later.Schema is null ? "" : $" IN SCHEMA {SqlIdentifier.Quote(later.Schema)}")}";

    private static string On(ObjectPath.DefaultPrivilege later) => GrantWords.Kind(later.On).ToUpperInvariant();

    private static string Words(IEnumerable<string> privileges) => string.Join(", ", privileges.Order(StringComparer.Ordinal));
}

using System.Collections.Immutable;

namespace PgGitOps.Core.Planning.Kinds.Grants;

/// <summary>Writes the statements that change what one grantee may do with one object, and that leave what everybody else may do as it is.</summary>
/// <param name="mayName">A role that may use the object's schema: without that, it could issue nothing.</param>
internal sealed class AclEditor(ObjectAcl acl, string target, Func<string, bool> mayName)
{
    private readonly SortedSet<string> others = new(StringComparer.Ordinal);

    /// <summary>What else the statements do, in words.</summary>
    internal IReadOnlyCollection<string> SideEffects => others;

    internal void Grant(AclScript script, string grantee, IReadOnlyCollection<string> privileges, string? column, bool grantable)
    {
        if (privileges.Count > 0)
            GrantAs(script, null, grantee, privileges, column, grantable);
    }

    /// <param name="optionOnly">The privileges stay, and may no longer be passed on.</param>
    internal void Revoke(
        AclScript script,
        string grantee,
        IReadOnlyCollection<string> privileges,
        string? column,
        bool optionOnly
    )
    {
        if (privileges.Count == 0)
            return;
        var before = acl.Entries.ToArray();
        // What was not seen is the owner's to revoke.
        if (!RevokeFromAll(script, grantee, privileges, column, optionOnly, []))
            RevokeAs(script, null, grantee, [.. privileges], column, optionOnly);
        Restore(
            script,
            before,
            e => e.Grantee == grantee && e.Column == column && privileges.Contains(e.Privilege),
            keepsWithoutOption: optionOnly
        );
    }

    /// <summary>Each grantor's own grant.</summary>
    /// <param name="above">Whose grants are being revoked already: who granted to himself, or to whom he has it from, loses it with his own option.</param>
    /// <returns>False where nobody granted anything of it.</returns>
    private bool RevokeFromAll(
        AclScript script,
        string grantee,
        IReadOnlyCollection<string> privileges,
        string? column,
        bool optionOnly,
        ImmutableHashSet<string> above
    )
    {
        above = above.Add(grantee);
        var grants = GrantsTo(grantee, privileges, column, optionOnly);
        foreach (var (grantor, names) in grants)
        {
            if (grantor != acl.Owner && acl.IsAsOwner(grantor))
                HandOver(script, grantor);
            if (grantor == acl.Owner || acl.IsAsOwner(grantor))
                RevokeAs(script, null, grantee, names, column, optionOnly);
            else if (SpeaksForItself(grantor) && names.All(n => acl.MayGrant(grantor, n, column)))
                RevokeAs(script, grantor, grantee, names, column, optionOnly);
            else if (!above.Contains(grantor))
            {
                // In his name nothing can be revoked any more: his grant option is, with all that rests on it.
                GrantAs(script, null, grantor, names, column, grantable: true);
                RevokeFromAll(script, grantor, names, column, optionOnly: false, above);
            }
        }
        foreach (var (_, names) in GrantsTo(grantee, privileges, column, optionOnly).Where(g => g.Grantor == grantee))
        {
            GrantAs(script, null, grantee, names, column, grantable: true);
            RevokeAs(script, null, grantee, names, column, optionOnly: false);
        }
        return grants.Length > 0;
    }

    /// <summary>A statement can be issued in its name, and is not taken for the owner's.</summary>
    private bool SpeaksForItself(string role) => !acl.IsAsOwner(role) && mayName(role);

    /// <summary>
    /// What somebody granted who has the rights of the owner since, no REVOKE reaches: his own is the owner's, and his grant option never ends.
    /// Where he owns the object for a moment, his grants become the owner's.
    /// </summary>
    private void HandOver(AclScript script, string grantor)
    {
        var owner = acl.Owner;
        var own = acl.Held(owner, null).ToHashSet(StringComparer.Ordinal);
        foreach (var role in (string[])[grantor, owner])
        {
            script.AddWhole($"ALTER {target} OWNER TO {Sql.SqlIdentifier.Quote(role)}");
            acl.ChangeOwner(role);
        }
        others.Add($"what {grantor} had granted, {owner} does, after {grantor} owned it for a moment of the transaction");
        if (acl.Held(owner, null).Where(p => !own.Contains(p)).ToArray() is { Length: > 0 } more)
            RevokeAs(script, null, owner, more, null, optionOnly: false);
    }

    private (string Grantor, string[] Names)[] GrantsTo(
        string grantee,
        IReadOnlyCollection<string> privileges,
        string? column,
        bool optionOnly
    ) =>
        [
            .. acl
                .Entries.Where(e =>
                    e.Grantee == grantee && e.Column == column && privileges.Contains(e.Privilege) && (!optionOnly || e.Grantable)
                )
                .GroupBy(e => e.Grantor, StringComparer.Ordinal)
                .OrderBy(g => g.Key, StringComparer.Ordinal)
                .Select(g => (g.Key, g.Select(e => e.Privilege).Distinct(StringComparer.Ordinal).ToArray())),
        ];

    /// <summary>Gives back what went along and was not meant to: in the name of who had granted it, where he still can, else of the owner.</summary>
    private void Restore(AclScript script, AclEntry[] before, Predicate<AclEntry> isMeant, bool keepsWithoutOption)
    {
        foreach (var lost in before)
        {
            var isOwners = lost.Grantee == acl.Owner;
            var meant = isMeant(lost);
            if (isOwners || (meant && !keepsWithoutOption))
                continue;
            var wantsOption = lost.Grantable && !meant;
            var held = acl.Held(lost.Grantee, lost.Column).FirstOrDefault(h => CanonicalForm.BarePrivilege(h) == lost.Privilege);
            if (held is not null && (!wantsOption || CanonicalForm.HasGrantOption(held)))
                continue;
            var grantor =
                lost.Grantor != acl.Owner
                && SpeaksForItself(lost.Grantor)
                && acl.MayGrant(lost.Grantor, lost.Privilege, lost.Column)
                    ? lost.Grantor
                    : null;
            GrantAs(script, grantor, lost.Grantee, [lost.Privilege], lost.Column, wantsOption);
            if (grantor is null && lost.Grantor != acl.Owner)
                others.Add(
                    $"{Facets.Everyone.Words(lost.Grantee)} keeps {lost.Privilege}, which {lost.Grantor} had granted and now {acl.Owner} does"
                );
        }
    }

    private void GrantAs(
        AclScript script,
        string? role,
        string grantee,
        IReadOnlyCollection<string> privileges,
        string? column,
        bool grantable
    )
    {
        script.Add(role, $"GRANT {Words(privileges, column)} ON {target} TO", grantee, grantable ? " WITH GRANT OPTION" : "");
        foreach (var privilege in privileges)
            acl.Grant(role ?? acl.Owner, grantee, privilege, column, grantable);
    }

    private void RevokeAs(AclScript script, string? role, string grantee, string[] privileges, string? column, bool optionOnly)
    {
        var cascades = acl.Revoke(role ?? acl.Owner, grantee, privileges, column, optionOnly);
        script.Add(
            role,
            $"REVOKE {(optionOnly ? "GRANT OPTION FOR " : "")}{Words(privileges, column)} ON {target} FROM",
            grantee,
            cascades ? " CASCADE" : ""
        );
    }

    private static string Words(IEnumerable<string> privileges, string? column) =>
        string.Join(
            ", ",
            privileges.Order(StringComparer.Ordinal).Select(p => column is null ? p : $"{p} ({Sql.SqlIdentifier.Quote(column)})")
        );
}

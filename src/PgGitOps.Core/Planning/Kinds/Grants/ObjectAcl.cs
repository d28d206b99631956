using PgGitOps.Core.Planning.Live;

namespace PgGitOps.Core.Planning.Kinds.Grants;

/// <param name="Column">Null for the object itself.</param>
internal sealed record AclEntry(string? Column, string Grantor, string Grantee, string Privilege, bool Grantable);

/// <summary>Who may do what with one object and by whose grant, and what statements make of it: REVOKE by the rules of PostgreSQL.</summary>
/// <remarks>
/// A REVOKE revokes what the role that issues it granted, and nothing else; for a superuser that is the owner. On a table it revokes the same privileges
/// on columns along. What rests on a grant option that goes is revoked with it, but for what a role granted that has the rights of the owner: such a one
/// never loses grant options.
/// </remarks>
internal sealed class ObjectAcl
{
    private readonly List<AclEntry> entries;

    private readonly Func<string, string, bool> hasRightsOf;

    /// <param name="hasRightsOf">Whether the first role has the rights of the second.</param>
    internal ObjectAcl(string owner, IEnumerable<AclEntry> entries, Func<string, string, bool> hasRightsOf)
    {
        Owner = owner;
        this.entries = [.. entries];
        this.hasRightsOf = hasRightsOf;
    }

    internal string Owner { get; private set; }

    internal IReadOnlyList<AclEntry> Entries => entries;

    internal static ObjectAcl Of(LiveAcl live, Func<string, string, bool> hasRightsOf) =>
        new(live.Owner, live.Facts.SelectMany(f => EntriesOf(live.Owner, f)), hasRightsOf);

    /// <summary>Whatever such a role issues, it issues as the owner.</summary>
    internal bool IsAsOwner(string role) => role == Owner || hasRightsOf(role, Owner);

    internal static IEnumerable<AclEntry> EntriesOf(string owner, Observed.AclFact fact) =>
        fact.Grants.Count == 0
            ? fact.Privileges.Select(p => new AclEntry(fact.Column, owner, fact.Grantee!, CanonicalForm.Privilege(p), false))
            : fact.Grants.SelectMany(g =>
                g.Privileges.Select(p => (p, false))
                    .Concat(g.Grantable.Select(p => (p, true)))
                    .Select(p => new AclEntry(fact.Column, g.Grantor, fact.Grantee!, CanonicalForm.Privilege(p.p), p.Item2))
            );

    /// <summary>Privileges of a grantee, a star behind those with grant option.</summary>
    internal IEnumerable<string> Held(string grantee, string? column) =>
        entries
            .Where(e => e.Grantee == grantee && e.Column == column)
            .GroupBy(e => e.Privilege, StringComparer.Ordinal)
            .Select(g => g.Key + (grantee != Owner && g.Any(e => e.Grantable) ? CanonicalForm.GrantOption : ""));

    /// <summary>Of a column also whoever may grant it on the whole table.</summary>
    internal bool MayGrant(string role, string privilege, string? column) =>
        HasOption(role, privilege, column) || (column is not null && HasOption(role, privilege, null));

    private bool HasOption(string role, string privilege, string? column) =>
        role == Owner || entries.Exists(e => e.Grantee == role && e.Privilege == privilege && e.Column == column && e.Grantable);

    internal void Grant(string grantor, string grantee, string privilege, string? column, bool grantable)
    {
        var held = entries.FindIndex(e =>
            e.Grantor == grantor && e.Grantee == grantee && e.Privilege == privilege && e.Column == column
        );
        if (held < 0)
            entries.Add(new AclEntry(column, grantor, grantee, privilege, grantable));
        else if (grantable)
            entries[held] = entries[held] with { Grantable = true };
    }

    /// <returns>Whether anything rested on it that went along, and so CASCADE is needed.</returns>
    internal bool Revoke(string grantor, string grantee, IReadOnlyCollection<string> privileges, string? column, bool optionOnly)
    {
        var cascades = false;
        foreach (var privilege in privileges)
        {
            string?[] places = column is null
                ? [null, .. entries.Select(e => e.Column).OfType<string>().Distinct(StringComparer.Ordinal)]
                : [column];
            foreach (var place in places)
                cascades |= RevokeOne(grantor, grantee, privilege, place, optionOnly);
        }
        return cascades;
    }

    private bool RevokeOne(string grantor, string grantee, string privilege, string? column, bool optionOnly)
    {
        var at = entries.FindIndex(e =>
            e.Grantor == grantor && e.Grantee == grantee && e.Privilege == privilege && e.Column == column
        );
        if (at < 0)
            return false;
        var mightGrant = entries[at].Grantable;
        if (optionOnly)
            entries[at] = entries[at] with { Grantable = false };
        else
            entries.RemoveAt(at);
        if (!mightGrant || IsAsOwner(grantee) || HasOption(grantee, privilege, column))
            return false;
        var resting = entries.FindAll(e => e.Grantor == grantee && e.Privilege == privilege && e.Column == column);
        foreach (var entry in resting)
            RevokeOne(grantee, entry.Grantee, privilege, column, optionOnly: false);
        return resting.Count > 0;
    }

    /// <summary>ALTER … OWNER puts the new owner in the place of the old one, as grantor and as grantee.</summary>
    internal void ChangeOwner(string owner)
    {
        var moved = entries
            .Select(e =>
                e with
                {
                    Grantor = e.Grantor == Owner ? owner : e.Grantor,
                    Grantee = e.Grantee == Owner ? owner : e.Grantee,
                }
            )
            .GroupBy(e => e with { Grantable = false })
            .Select(g => g.Key with { Grantable = g.Any(e => e.Grantable) })
            .ToArray();
        entries.Clear();
        entries.AddRange(moved);
        Owner = owner;
    }
}

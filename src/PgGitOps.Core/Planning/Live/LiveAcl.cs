using PgGitOps.Core.Observed;
using PgGitOps.Core.Sources;

namespace PgGitOps.Core.Planning.Live;

/// <summary>What everybody may do with one object, columns of a table included.</summary>
internal sealed class LiveAcl(string owner)
{
    private readonly Dictionary<(string? Column, string Grantee), AclFact> facts = [];
    private HashSet<string>? ofColumns;

    internal string Owner => owner;

    internal IEnumerable<AclFact> Facts => facts.Values;

    /// <summary>The owner gave him all he has here, without grant option, and on no single column.</summary>
    internal bool IsPlain(string grantee) =>
        ofColumns?.Contains(grantee) != true && Of(grantee, null) is not { Grants.Count: > 0 };

    /// <summary>Null for nothing.</summary>
    internal AclFact? Of(string grantee, string? column) => facts.GetValueOrDefault((column, grantee));

    /// <summary>A row without a grantee is an ACL of exactly {}: everything was revoked, also from the owner.</summary>
    internal void Add(AclFact fact)
    {
        if (fact.Grantee is not { } grantee)
            return;
        if (fact.Column is not null)
            (ofColumns ??= new HashSet<string>(StringComparer.Ordinal)).Add(grantee);
        var key = (fact.Column, grantee);
        facts[key] = facts.TryGetValue(key, out var earlier)
            ? earlier with
            {
                Privileges = earlier.Privileges.Union(fact.Privileges, StringComparer.Ordinal).ToEquatableArray(),
            }
            : fact;
    }

    /// <summary>Privileges of a grantee, a star behind those with grant option, which an owner has by nature.</summary>
    internal IEnumerable<string> Held(string grantee, string? column)
    {
        if (Of(grantee, column) is not { } fact)
            return [];
        if (fact.Grants.Count == 0 || grantee == owner)
            return fact.Privileges.Select(CanonicalForm.Privilege);
        return fact.Privileges.Select(p =>
            CanonicalForm.Privilege(p) + (fact.Grants.Any(g => g.Grantable.Contains(p)) ? CanonicalForm.GrantOption : "")
        );
    }
}

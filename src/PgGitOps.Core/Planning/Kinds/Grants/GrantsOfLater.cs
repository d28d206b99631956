using PgGitOps.Core.Observed;

namespace PgGitOps.Core.Planning.Kinds.Grants;

/// <summary>What default privileges give on objects that are made later in a schema, whoever makes them.</summary>
internal sealed class GrantsOfLater
{
    private readonly DatabaseFacts facts;
    private readonly HashSet<string> superusers;
    private readonly ILookup<(string ForRole, string? Schema, string On, string? Grantee), DefaultAclFact> defaults;

    internal GrantsOfLater(DatabaseFacts facts, ServerFacts primary)
    {
        this.facts = facts;
        superusers = primary.Roles.Where(r => r.Superuser).Select(r => r.Name).ToHashSet(StringComparer.Ordinal);
        defaults = facts.DefaultAcls.ToLookup(d => (d.ForRole, d.Schema, d.On, d.Grantee));
    }

    /// <param name="rows">Privileges on the objects of the kind that are there.</param>
    /// <returns>By grantee: privileges, with a star behind those that come with grant option.</returns>
    internal Func<string, IReadOnlyCollection<string>> Of(string kind, string schema, IReadOnlyList<AclFact> rows)
    {
        var on = kind + "s";
        var makers = facts
            .Schemas.Where(s => s.Name == schema)
            .Select(s => s.Owner)
            .Concat(
                facts
                    .Acls.Where(a => a.Kind == "schema" && a.Object == schema && a.Privileges.Contains("CREATE"))
                    .Select(a => a.Grantee)
                    .OfType<string>()
            )
            // A superuser may make objects everywhere, and is asked where it does.
            .Where(r => !superusers.Contains(r))
            .Concat(rows.Select(r => r.Owner))
            .Distinct(StringComparer.Ordinal)
            .ToArray();
        return grantee =>
            makers
                .Select(maker => Given(maker, schema, on, grantee))
                .Aggregate(
                    (HashSet<string>?)null,
                    (all, given) =>
                    {
                        if (all is null)
                            return given;
                        all.IntersectWith(given);
                        return all;
                    }
                )
            ?? [];
    }

    private HashSet<string> Given(string maker, string schema, string on, string grantee) =>
        ((string?[])[schema, null])
            .SelectMany(place => defaults[(maker, place, on, grantee)])
            .SelectMany(d => d.Privileges.Select(p => d.Grantable.Contains(p) ? p + CanonicalForm.GrantOption : p))
            .ToHashSet(StringComparer.Ordinal);
}

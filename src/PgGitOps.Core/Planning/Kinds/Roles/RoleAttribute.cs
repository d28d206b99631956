using PgGitOps.Core.Desired;
using PgGitOps.Core.Facets;
using PgGitOps.Core.Observed;
using PgGitOps.Core.Planning.Sql;

namespace PgGitOps.Core.Planning.Kinds.Roles;

/// <summary>One property of a role that CREATE and ALTER ROLE set: what a document says of it, and what a server shows.</summary>
/// <param name="Keyword">As SQL and titles name it.</param>
internal sealed record RoleAttribute(
    Field Field,
    string Keyword,
    Func<Role, FacetValue> Declared,
    Func<RoleFact, FacetValue> Seen
)
{
    /// <summary>In the order in which statements name them.</summary>
    internal static readonly RoleAttribute[] All =
    [
        new(Field.Login, "login", r => Normal.Bool(r.Login), r => Normal.Bool(r.Login)),
        new(Field.Superuser, "superuser", r => Normal.Bool(r.Superuser), r => Normal.Bool(r.Superuser)),
        new(Field.CreateDb, "createDb", r => Normal.Bool(r.CreateDb), r => Normal.Bool(r.CreateDb)),
        new(Field.CreateRole, "createRole", r => Normal.Bool(r.CreateRole), r => Normal.Bool(r.CreateRole)),
        new(Field.Replication, "replication", r => Normal.Bool(r.Replication), r => Normal.Bool(r.Replication)),
        new(Field.BypassRls, "bypassRls", r => Normal.Bool(r.BypassRls), r => Normal.Bool(r.BypassRls)),
        new(Field.Inherit, "inherit", r => Normal.Bool(r.Inherit), r => Normal.Bool(r.Inherit)),
        new(
            Field.ConnectionLimit,
            "connection limit",
            r => Normal.Number(r.ConnectionLimit),
            r => Normal.Number(r.ConnectionLimit)
        ),
        new(Field.ValidUntil, "valid until", r => Normal.Moment(r.ValidUntil), r => Normal.Moment(r.ValidUntil)),
    ];

    private bool IsSwitch => Field != Field.ConnectionLimit && Field != Field.ValidUntil;

    /// <summary>As CREATE ROLE and ALTER ROLE take it.</summary>
    internal string Option(FacetValue value)
    {
        var word = Keyword.ToUpperInvariant();
        if (IsSwitch)
            return (value == Normal.True ? "" : "NO") + word;
        return $"{word} {(Field == Field.ValidUntil ? SqlLiteral.Quote(value.Written) : value.Written)}";
    }

    /// <summary>As titles say it.</summary>
    internal string Words(FacetValue value) =>
        !IsSwitch ? $"{Keyword} {value.Display}"
        : value == Normal.True ? Keyword
        : $"no {Keyword}";

    internal static RoleAttribute Of(Field field) =>
        Array.Find(All, a => a.Field == field) ?? throw new InvalidOperationException($"A role has no attribute {field}.");
}

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
        new(Field.Login, "login", r => CanonicalForm.Bool(r.Login), r => CanonicalForm.Bool(r.Login)),
        new(Field.Superuser, "superuser", r => CanonicalForm.Bool(r.Superuser), r => CanonicalForm.Bool(r.Superuser)),
        new(Field.CreateDb, "createDb", r => CanonicalForm.Bool(r.CreateDb), r => CanonicalForm.Bool(r.CreateDb)),
        new(Field.CreateRole, "createRole", r => CanonicalForm.Bool(r.CreateRole), r => CanonicalForm.Bool(r.CreateRole)),
        new(Field.Replication, "replication", r => CanonicalForm.Bool(r.Replication), r => CanonicalForm.Bool(r.Replication)),
        new(Field.BypassRls, "bypassRls", r => CanonicalForm.Bool(r.BypassRls), r => CanonicalForm.Bool(r.BypassRls)),
        new(Field.Inherit, "inherit", r => CanonicalForm.Bool(r.Inherit), r => CanonicalForm.Bool(r.Inherit)),
        new(
            Field.ConnectionLimit,
            "connection limit",
            r => CanonicalForm.Number(r.ConnectionLimit),
            r => CanonicalForm.Number(r.ConnectionLimit)
        ),
        new(Field.ValidUntil, "valid until", r => CanonicalForm.Moment(r.ValidUntil), r => CanonicalForm.Moment(r.ValidUntil)),
    ];

    private bool IsSwitch => Field != Field.ConnectionLimit && Field != Field.ValidUntil;

    /// <summary>As CREATE ROLE and ALTER ROLE take it.</summary>
    internal string Option(FacetValue value)
    {
        var word = Keyword.ToUpperInvariant();
        if (IsSwitch)
            return (value == CanonicalForm.True ? "" : "NO") + word;
        return $"{word} {(Field == Field.ValidUntil ? SqlLiteral.Quote(value.Written) : value.Written)}";
    }

    /// <summary>As titles say it.</summary>
    internal string Words(FacetValue value) =>
        !IsSwitch ? $"{Keyword} {value.Display}"
        : value == CanonicalForm.True ? Keyword
        : $"no {Keyword}";

    internal static RoleAttribute Of(Field field) =>
        Array.Find(All, a => a.Field == field) ?? throw new InvalidOperationException($"A role has no attribute {field}.");
}

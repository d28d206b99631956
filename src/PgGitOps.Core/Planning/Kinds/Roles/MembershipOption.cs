using PgGitOps.Core.Desired;
using PgGitOps.Core.Facets;
using PgGitOps.Core.Observed;

namespace PgGitOps.Core.Planning.Kinds.Roles;

/// <summary>One option of a membership: what a document says of it, and what a server shows.</summary>
/// <param name="Keyword">As SQL and titles name it.</param>
/// <param name="Declared">Null where it is not managed: the document leaves it to the role, or the version has no such option.</param>
internal sealed record MembershipOption(
    Field Field,
    string Keyword,
    Func<Role, string, int, bool?> Declared,
    Func<RoleFact, MembershipFact, bool> Seen,
    Func<MembershipGrant, bool> In
)
{
    /// <summary>A membership of its own for each grantor, with options inherit and set.</summary>
    internal const int GrantorsSince = 16;

    /// <summary>A plain membership admits nobody else, may be used by SET ROLE, and inherits as the role's attribute says.</summary>
    internal static readonly MembershipOption[] All =
    [
        new(
            Field.OfKind("admin"),
            "admin",
            (role, group, _) => Find(role, group)?.Admin ?? false,
            (_, seen) => seen.AdminOption,
            grant => grant.Admin
        ),
        new(
            Field.Inherit,
            "inherit",
            (role, group, major) =>
                major < GrantorsSince ? null
                : Find(role, group)?.Inherit is { } inherit ? inherit
                : role.Mentioned.Contains("inherit") ? role.Inherit
                : null,
            (role, seen) => seen.Inherits(role.Inherit),
            grant => grant.Inherit
        ),
        new(
            Field.OfKind("set"),
            "set",
            (role, group, major) => major < GrantorsSince ? null : Find(role, group)?.Set ?? true,
            (_, seen) => seen.MaySet,
            grant => grant.Set
        ),
    ];

    internal static MembershipOption Of(Field field) =>
        Array.Find(All, o => o.Field == field) ?? throw new InvalidOperationException($"A membership has no option {field}.");

    internal static MembershipOptions? Find(Role role, string group) =>
        role.MembershipOptions.FirstOrDefault(o => o.Group.Value == group);
}

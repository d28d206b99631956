using PgGitOps.Core.Desired;
using PgGitOps.Core.Observed;

namespace PgGitOps.Core.Planning.Live;

/// <summary>Whose rights a role has: its own, and by memberships that inherit, those of others.</summary>
internal sealed class RoleRights
{
    /// <summary>Every database's owner is its member by nature.</summary>
    internal const string DatabaseOwner = "pg_database_owner";

    private readonly HashSet<string> superusers = new(StringComparer.Ordinal);
    private readonly ILookup<string, string> inherited;

    internal RoleRights(ServerFacts? primary)
    {
        var roles = (primary?.Roles ?? []).ToDictionary(r => r.Name, StringComparer.Ordinal);
        superusers.UnionWith(roles.Values.Where(r => r.Superuser).Select(r => r.Name));
        inherited = (primary?.Memberships ?? [])
            .Where(m => m.Inherits(roles.GetValueOrDefault(m.Member)?.Inherit ?? true))
            .ToLookup(m => m.Member, m => m.Role, StringComparer.Ordinal);
    }

    /// <summary>has_privs_of_role in PostgreSQL.</summary>
    internal bool HasRightsOf(string role, string other, string databaseOwner) =>
        superusers.Contains(role)
        || RoleReach
            .Of(role, name => name == databaseOwner ? inherited[name].Append(DatabaseOwner) : inherited[name])
            .Contains(other);
}

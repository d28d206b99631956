using PgGitOps.Core.Desired;
using PgGitOps.Core.Facets;

namespace PgGitOps.Core.Proofs.Commit;

/// <summary>Who may write the data of one context, by every way that documents show.</summary>
/// <remarks>
/// Asked of servers 15 and 17: members of pg_write_all_data insert anywhere; pg_execute_server_program starts psql as the server's own user; a member of a superuser
/// becomes one by SET ROLE, whether it inherits or not; nextval writes; a replication user does not. CREATEROLE grants itself any group but superusers up to 15.
/// </remarks>
internal static class Writers
{
    // To run programs or write files as the server's own user is to be a superuser.
    private static readonly string[] AllPowerful = ["pg_write_all_data", "pg_execute_server_program", "pg_write_server_files"];

    /// <summary>From here on CREATEROLE admits only to roles that it may administer.</summary>
    private const int CreateRoleIsBoundedFrom = 16;

    /// <summary>Login roles that may write, ordered by name.</summary>
    /// <param name="accessUser">By whom the engine itself changes things, which takes the rights of a superuser; null where no environment says.</param>
    public static IEnumerable<Role> Of(Cluster cluster, string? accessUser, Database database, string? schema)
    {
        var holders = HoldersOf(database, schema);
        holders.UnionWith(AllPowerful);
        holders.UnionWith(cluster.Roles.Where(r => r.Superuser).Select(r => r.Name));
        if (accessUser is not null)
            holders.Add(accessUser);
        if (cluster.PostgresMajor < CreateRoleIsBoundedFrom)
            holders.UnionWith(cluster.Roles.Where(r => r.CreateRole).Select(r => r.Name));
        var everyone = holders.Contains(Everyone.Name);
        return cluster
            .Roles.Where(r => r.Login && (everyone || RoleReach.Of(cluster, r.Name).Overlaps(holders)))
            .OrderBy(r => r.Name, StringComparer.Ordinal);
    }

    /// <summary>The same as <see cref="Of"/> says of names that a live server lists.</summary>
    public static bool IsAllPowerful(string role) => AllPowerful.Contains(role);

    public static bool MayAdmitItself(int major) => major < CreateRoleIsBoundedFrom;

    private static HashSet<string> HoldersOf(Database database, string? schema)
    {
        var holders = new HashSet<string>(StringComparer.Ordinal);
        if (database.Owner is { } owner)
            holders.Add(owner.Value);
        foreach (var s in database.Schemas)
        {
            if (s.Owner is { } schemaOwner && (schema is null || s.Name == schema))
                holders.Add(schemaOwner.Value);
        }
        foreach (var grant in database.Grants)
        {
            if (IsHere(grant.Schema, schema) && Writes(grant.Target, grant.Privileges))
                holders.Add(grant.To.Value);
        }
        foreach (var later in database.DefaultPrivileges)
        {
            if (!IsHere(later.Schema, schema))
                continue;
            // What the role makes there belongs to it.
            holders.Add(later.ForRole.Value);
            if (later.On != DefaultPrivilegeTarget.Types && later.Privileges.Any(p => Writes(later.On, p)))
                holders.Add(later.To.Value);
        }
        return holders;
    }

    private static bool IsHere(string? granted, string? schema) => schema is null || granted is null || granted == schema;

    private static bool Writes(GrantTarget target, IEnumerable<string> privileges) =>
        privileges.Any(p =>
            target switch
            {
                GrantTarget.Database or GrantTarget.Schema => p == "CREATE",
                // Of a sequence that is USAGE too: nextval is written to the WAL. A function may write whatever its owner may.
                _ => p != "SELECT",
            }
        );

    private static bool Writes(DefaultPrivilegeTarget on, string privilege) =>
        on == DefaultPrivilegeTarget.Schemas ? privilege == "CREATE" : privilege != "SELECT";
}

using PgGitOps.Core.Desired;
using PgGitOps.Core.Facets;
using PgGitOps.Core.Observed;
using PgGitOps.Core.Proofs.Commit;
using PgGitOps.Core.Settings;

namespace PgGitOps.Core.Proofs.Live;

/// <summary>The weakest commit level that the live server gives the writers of one context, and where it is set.</summary>
internal static class LiveCommit
{
    private static readonly string[] Writes = ["DELETE", "INSERT", "TRUNCATE", "UPDATE"];

    /// <returns>Null when the instance's own level could not be read.</returns>
    public static (CommitLevel Level, string Where)? Of(
        RecoveryPolicy policy,
        ServerFacts primary,
        string member,
        DatabaseFacts? contents
    )
    {
        if (
            primary.Setting("synchronous_commit") is not { } instance
            || CommitLevelText.TryParse(instance.Value) is not { } ofInstance
        )
            return null;
        (CommitLevel Level, string Where) weakest = (
            ofInstance,
            $"{member}{(instance.SourceFile is null ? "" : $", {instance.SourceFile}:{instance.SourceLine}")}"
        );
        var database = policy.Database.Value;
        if (Find(primary, database, null) is { } ofDatabase)
            weakest = (ofDatabase, $"ALTER DATABASE {database} SET on {member}");
        else if (Find(primary, null, null) is { } ofAll)
            weakest = (ofAll, $"ALTER ROLE ALL SET on {member}");
        foreach (var role in WritersOf(primary, database, contents))
        {
            // What is set for a role in this database wins over what is set for the role everywhere.
            if ((Find(primary, database, role) ?? Find(primary, null, role)) is { } ofRole && ofRole < weakest.Level)
                weakest = (ofRole, $"ALTER ROLE {role} SET on {member}");
        }
        foreach (var function in contents?.FunctionSettings ?? [])
        {
            if (CommitLevelText.TryParse(function.Value) is { } level && level < weakest.Level)
                weakest = (level, $"function {function.Function} in database {database}");
        }
        return weakest;
    }

    private static CommitLevel? Find(ServerFacts primary, string? database, string? role) =>
        primary
            .ScopedSettings.Where(s =>
                s.Database == database
                && s.Role == role
                && string.Equals(s.Name, "synchronous_commit", StringComparison.OrdinalIgnoreCase)
            )
            .Select(s => CommitLevelText.TryParse(s.Value))
            .FirstOrDefault(l => l is not null);

    /// <summary>Login roles that can write into the database, as the live catalogue says.</summary>
    private static IEnumerable<string> WritersOf(ServerFacts primary, string database, DatabaseFacts? contents)
    {
        var writers = new HashSet<string>(StringComparer.Ordinal);
        if (primary.Databases.FirstOrDefault(d => d.Name == database) is { } found)
            writers.Add(found.Owner);
        foreach (var schema in contents?.Schemas ?? [])
            writers.Add(schema.Owner);
        foreach (var acl in contents?.Acls ?? [])
        {
            writers.Add(acl.Owner);
            if (acl is { Grantee: { } grantee, Kind: "table" or "column" } && acl.Privileges.Any(p => Writes.Contains(p)))
                writers.Add(grantee);
        }
        // Tables that are still to come count as well: a claim speaks of every commit from now on.
        foreach (var later in contents?.DefaultAcls ?? [])
        {
            if (later is { On: "tables", Grantee: { } grantee } && later.Privileges.Any(p => Writes.Contains(p)))
                writers.Add(grantee);
        }
        var mayAdmitItself = Writers.MayAdmitItself(primary.VersionNumber / 10000);
        foreach (var role in primary.Roles)
        {
            if (role.Superuser || role.CreateRole && mayAdmitItself)
                writers.Add(role.Name);
        }
        writers.UnionWith(primary.Memberships.Select(m => m.Role).Where(Writers.IsAllPowerful));
        var everybody = writers.Contains(Everyone.Name);
        var parents = primary.Memberships.ToLookup(m => m.Member, m => m.Role, StringComparer.Ordinal);
        return primary
            .Roles.Where(r => r.Login && (everybody || RoleReach.Of(r.Name, g => parents[g]).Overlaps(writers)))
            .Select(r => r.Name);
    }
}

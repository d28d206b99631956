using PgGitOps.Core.Facets;
using PgGitOps.Core.Observed;
using PgGitOps.Core.Settings;

namespace PgGitOps.Core.Planning.Kinds.Parameters;

/// <summary>Settings that weaken durability or safety where nobody declared them.</summary>
internal static class DangerousSettings
{
    /// <summary>What follows from a server-wide value, or null when it is harmless.</summary>
    internal static string? OfServer(string name, string value) =>
        (name, value) switch
        {
            ("fsync", "off") => "an operating-system crash can corrupt the whole cluster",
            ("full_page_writes", "off") => "a torn page after a crash is silent corruption",
            ("synchronous_commit", "off") => "a crash loses commits that were acknowledged",
            ("ignore_checksum_failure", "on") => "corrupt pages are served as if they were whole",
            ("zero_damaged_pages", "on") => "damaged pages are wiped without a word",
            ("ignore_invalid_pages", "on") => "recovery skips pages it cannot make sense of",
            ("lo_compat_privileges", "on") => "everyone may read and change every large object",
            ("allow_system_table_mods", "on") => "catalogs can be damaged by plain SQL",
            ("password_encryption", "md5") => "new passwords are stored in a form that is cheap to guess",
            ("autovacuum", "off") => "tables bloat, and transaction ids run towards a forced stop",
            ("track_activities", "off") => "nobody can see who does what",
            _ => null,
        };

    /// <summary>Role-level and database-level settings that nobody declared, as far as they are meant.</summary>
    internal static IEnumerable<Danger> Scoped(ClusterProblem problem, ServerFacts primary, Func<ScopedSettingFact, bool> isMeant)
    {
        foreach (var setting in primary.ScopedSettings.Where(isMeant))
        {
            ObjectPath path = setting switch
            {
                { Database: null, Role: { } role } => new ObjectPath.RoleSetting(role, setting.Name),
                { Database: { } database, Role: null } => new ObjectPath.DatabaseSetting(database, setting.Name),
                { Database: { } database, Role: { } role } => new ObjectPath.RoleSettingInDatabase(role, setting.Name, database),
                _ => new ObjectPath.EveryRoleSetting(setting.Name),
            };
            var key = problem.Key(path, Field.Value);
            if (problem.Desired.ByKey.ContainsKey(key))
                continue;
            var value = SettingValue.ReadLive(problem.Catalog.Find(setting.Name), setting.Value);
            // What we set and Git gave up is told as that.
            var consequence =
                OfScope(setting.Name.ToLowerInvariant(), value)
                ?? (problem.IsOurs(key) ? null : OfOverride(problem, setting, value));
            if (consequence is not null)
                yield return new Danger(path, Field.Value, $"{setting.Name} = {setting.Value}", consequence);
        }
    }

    /// <summary>A declared value that does not hold where a narrower scope says something else, or null.</summary>
    private static string? OfOverride(ClusterProblem problem, ScopedSettingFact setting, string value) =>
        Beneath(problem, setting).FirstOrDefault(d => d.Declared is { } declared && declared.Canonical != value)
            is { Declared: { } overridden } found
            ? $"{overridden.Display}, declared for {found.Scope}, does not hold in its sessions"
            : null;

    /// <summary>What Git declares for the scopes that an override wins over, the strongest first.</summary>
    private static IEnumerable<(string Scope, FacetValue? Declared)> Beneath(ClusterProblem problem, ScopedSettingFact setting)
    {
        if (
            setting is { Database: not null, Role: { } role }
            && Declared(new ObjectPath.RoleSetting(role, setting.Name)) is { } ofRole
        )
            return [($"role {role}", ofRole)];
        // A role's setting wins in every database it connects to.
        var databases = setting.Role is null
            ? []
            : problem
                .Cluster.Databases.Where(d => setting.Database is null || d.Name == setting.Database)
                .Select(d =>
                    (Scope: $"database {d.Name}", Declared: Declared(new ObjectPath.DatabaseSetting(d.Name, setting.Name)))
                )
                .Where(d => d.Declared is not null)
                .ToArray();
        if (setting.Database is not null && databases.Length > 0)
            return databases;
        return databases.Append(
            ("the cluster", Declared(new ObjectPath.Parameter(problem.Cluster.Members[0].Name, setting.Name)))
        );

        FacetValue? Declared(ObjectPath path) => problem.Desired.ByKey.GetValueOrDefault(problem.Key(path, Field.Value))?.Value;
    }

    private static string? OfScope(string name, string value) =>
        (name, value) switch
        {
            ("synchronous_commit", "off" or "local") =>
                "its commits are acknowledged before a standby has them, whatever the cluster declares",
            ("synchronous_commit", "remote_write") => "its commits are acknowledged before the standby has made them durable",
            ("session_replication_role", "replica") => "triggers and foreign keys do not fire in its sessions",
            ("row_security", "off") => "queries that row-level security would filter fail instead, or pass for owners",
            ("zero_damaged_pages", "on") => "damaged pages are wiped without a word",
            ("default_transaction_read_only", "on") => "its writes fail unless a session says otherwise",
            ("statement_timeout" or "lock_timeout" or "idle_in_transaction_session_timeout", "0") =>
                "a limit set for the server does not hold for it",
            ("log_statement" or "log_min_duration_statement" or "pgaudit.log", "none" or "-1") => "what it does is not logged",
            ("search_path", _) => "unqualified names resolve differently in its sessions",
            _ => null,
        };
}

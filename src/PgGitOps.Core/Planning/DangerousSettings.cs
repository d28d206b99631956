using PgGitOps.Core.Observed;

namespace PgGitOps.Core.Planning;

/// <summary>Settings that weaken durability or safety where nobody declared them.</summary>
internal static class DangerousSettings
{
    /// <summary>What follows from a server-wide value, or null when it is harmless.</summary>
    internal static string? OfServer(string name, string value) => (name, value) switch
    {
        ("fsync", "off") => "an operating-system crash can corrupt the whole cluster",
        ("full_page_writes", "off") => "a torn page after a crash is silent corruption",
        ("synchronous_commit", "off") => "a crash loses commits that were acknowledged",
        ("ignore_checksum_failure", "on") => "corrupt pages are served as if they were whole",
        ("zero_damaged_pages", "on") => "damaged pages are wiped without a word",
        ("ignore_invalid_pages", "on") => "recovery skips pages it cannot make sense of",
        ("allow_system_table_mods", "on") => "catalogs can be damaged by plain SQL",
        ("password_encryption", "md5") => "new passwords are stored in a form that is cheap to guess",
        ("autovacuum", "off") => "tables bloat, and transaction ids run towards a forced stop",
        ("track_activities", "off") => "nobody can see who does what",
        _ => null,
    };

    /// <summary>Role-level and database-level settings that nobody declared.</summary>
    internal static IEnumerable<Danger> Scoped(ClusterProblem problem, ServerFacts primary)
    {
        foreach (var setting in primary.ScopedSettings)
        {
            var meaning = problem.Catalog.Find(setting.Name);
            if (OfScope(setting.Name.ToLowerInvariant(), SettingValue.ReadLive(meaning, setting.Value)) is not { } consequence)
                continue;
            var path = setting switch
            {
                { Database: null, Role: { } role } => FacetPath.RoleSetting(role, setting.Name),
                { Database: { } database, Role: null } => FacetPath.DatabaseSetting(database, setting.Name),
                { Database: { } database, Role: { } role } => $"{FacetPath.RoleSetting(role, setting.Name)}/in/{FacetPath.Escape(database)}",
                _ => FacetPath.RoleSetting("*", setting.Name),
            };
            if (!problem.Desired.ByKey.ContainsKey(problem.Key(path, "value")))
                yield return new Danger(path, "value", $"{setting.Name} = {setting.Value}", consequence);
        }
    }

    private static string? OfScope(string name, string value) => (name, value) switch
    {
        ("synchronous_commit", "off" or "local") => "its commits are acknowledged before a standby has them, whatever the cluster promises",
        ("synchronous_commit", "remote_write") => "its commits are acknowledged before the standby has made them durable",
        ("session_replication_role", "replica") => "triggers and foreign keys do not fire in its sessions",
        ("row_security", "off") => "queries that row-level security would filter fail instead, or pass for owners",
        ("zero_damaged_pages", "on") => "damaged pages are wiped without a word",
        ("default_transaction_read_only", "on") => "its writes fail unless a session says otherwise",
        ("statement_timeout" or "lock_timeout" or "idle_in_transaction_session_timeout", "0") => "a limit set for the server does not hold for it",
        ("log_statement" or "log_min_duration_statement" or "pgaudit.log", "none" or "-1") => "what it does is not logged",
        ("search_path", _) => "unqualified names resolve differently in its sessions",
        _ => null,
    };
}

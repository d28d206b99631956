using Npgsql;

namespace PgGitOps.Providers.Postgres.Connecting;

/// <summary>What the engine's own sessions never take from the server, a database or a role: whatever is declared or set by hand there must not change, freeze or blind the engine.</summary>
/// <remarks>
/// In two parts. What counts before the first statement, or would end it, stands in the startup packet, where only settings
/// that every user may set and every version knows can stand. The rest is set by the first statement, where the server knows
/// it and the login may. Not among them are event triggers: what the engine does to the schema is to be audited like anybody's.
/// </remarks>
internal static class SessionPins
{
    /// <summary>A library that a role, a database or the server wants in every session, and that is not there, ends the login.</summary>
    public const string MissingLibrary = PostgresErrorCodes.UndefinedFile;

    /// <summary>For a second try after <see cref="MissingLibrary"/>. Only a superuser may say so.</summary>
    public const string WithoutLibraries = " -c session_preload_libraries=";

    /// <summary>What a role, a database or the server sets may have ended the session before the statement that pins the rest.</summary>
    /// <param name="lostBy">
    /// Major version of a server that took the login and then broke the connection: a timeout may be so short that even what the server said of it was lost on the way.
    /// </param>
    /// <returns>Settings to try again with in the startup packet, which the server knows; none for other reasons.</returns>
    public static string[] EndedBy(string? code, int lostBy) =>
        code switch
        {
            PostgresErrorCodes.QueryCanceled => ["statement_timeout"],
            "57P05" => ["idle_session_timeout"],
            "25P04" => ["transaction_timeout"],
            _ => lostBy switch
            {
                >= 17 => ["idle_session_timeout", "transaction_timeout"],
                >= 14 => ["idle_session_timeout"],
                _ => [],
            },
        };

    private static readonly (string Name, string Value)[] Startup =
    [
        ("default_transaction_isolation", @"read\ committed"),
        ("default_transaction_deferrable", "off"),
        ("local_preload_libraries", ""),
        ("exit_on_error", "off"),
    ];

    private static readonly (string Name, string Value)[] SingleUser =
    [
        ("default_transaction_read_only", "off"),
        ("default_transaction_isolation", "'read committed'"),
        ("default_transaction_deferrable", "off"),
        ("session_replication_role", "origin"),
        ("statement_timeout", "0"),
        ("lock_timeout", "0"),
        ("idle_in_transaction_session_timeout", "0"),
        ("row_security", "on"),
        ("standard_conforming_strings", "on"),
        ("default_tablespace", "''"),
        ("default_table_access_method", "heap"),
        ("search_path", "pg_catalog"),
        ("session_preload_libraries", "''"),
        ("local_preload_libraries", "''"),
    ];

    private static readonly (string Name, string Value)[] Later =
    [
        ("session_replication_role", "origin"),
        ("lc_messages", "C"),
        ("row_security", "on"),
        ("standard_conforming_strings", "on"),
        ("backslash_quote", "safe_encoding"),
        ("quote_all_identifiers", "off"),
        ("array_nulls", "on"),
        ("datestyle", "ISO, YMD"),
        ("intervalstyle", "postgres"),
        ("extra_float_digits", "1"),
        ("bytea_output", "hex"),
        ("timezone", "UTC"),
        ("xmloption", "content"),
        ("client_min_messages", "notice"),
        ("password_encryption", "scram-sha-256"),
        ("createrole_self_grant", ""),
        ("check_function_bodies", "on"),
        ("default_tablespace", ""),
        ("temp_tablespaces", ""),
        ("default_table_access_method", "heap"),
        ("transform_null_equals", "off"),
        ("idle_session_timeout", "0"),
        ("transaction_timeout", "0"),
        ("allow_system_table_mods", "off"),
        ("zero_damaged_pages", "off"),
        ("ignore_system_indexes", "off"),
    ];

    /// <summary>Options of a startup packet: role=none first, for a role's setting may be another role.</summary>
    public static string StartupOptions { get; } = "-c role=none" + string.Concat(Startup.Select(s => $" -c {s.Name}={s.Value}"));

    /// <summary>Names of settings that every startup packet holds: in its session nothing tells what counts without it.</summary>
    public static IReadOnlySet<string> AtStartup { get; } = Startup.Select(s => s.Name).ToHashSet(StringComparer.Ordinal);

    /// <summary>What a bootstrap by <c>postgres --single</c> is told, as arguments for a shell.</summary>
    public static string SingleUserOptions { get; } = string.Join(' ', SingleUser.Select(s => $"-c {s.Name}={s.Value}"));

    /// <summary>Sets the rest. Settings that this version does not have, or this login may not set, stay as they are.</summary>
    public static NpgsqlBatchCommand Command()
    {
        var command = new NpgsqlBatchCommand(
            """
            select pg_catalog.set_config(s.name, pg_catalog.substr(p.pair, pg_catalog.strpos(p.pair, '=') operator(pg_catalog.+) 1), false)
              from pg_catalog.unnest(pg_catalog.string_to_array($1, '|')) p (pair)
              join pg_catalog.pg_settings s on pg_catalog.lower(s.name) operator(pg_catalog.=) pg_catalog.split_part(p.pair, '=', 1)
             where s.context operator(pg_catalog.=) 'user' or (s.context operator(pg_catalog.=) 'superuser' and pg_catalog.current_setting('is_superuser') operator(pg_catalog.=) 'on')
            """
        );
        command.Parameters.Add(
            new NpgsqlParameter<string> { TypedValue = string.Join('|', Later.Select(l => $"{l.Name}={l.Value}")) }
        );
        return command;
    }
}

using System.Collections.Concurrent;
using System.Collections.Frozen;
using System.Security.Cryptography;
using System.Text;
using System.Text.RegularExpressions;

namespace PgGitOps.Core.Settings;

/// <summary>
/// Settings whose values may hold a password or a key: commands, for nobody knows where in them one stands; connection strings; and what applications keep in
/// parameters of their own. Their values leave the reader of a server only as a digest, by which they still compare.
/// </summary>
public static partial class SecretSettings
{
    private const string Redacted = "(redacted)";
    private const string DigestStart = "(redacted ";
    private const int RemembersMax = 10_000;

    // As many rounds as PostgreSQL gives its own stored passwords: a digest in a record or a file is as hard to guess as those are.
    private const int Rounds = 4096;
    private const int DigestBytes = 8;

    /// <summary>
    /// First words of dotted names that extensions define, and that hold no secret. Any other may be a name that an application made up. Missing on purpose, because
    /// they do: anon (salt), basebackup_to_shell (command), dblink and postgres_fdw (connections), pglogical (extra_connection_options), pgsodium, repmgr, supautils, vault.
    /// </summary>
    private static readonly FrozenSet<string> KnownClasses = new[]
    {
        "age",
        "auth_delay",
        "auto_explain",
        "autoprewarm",
        "citus",
        "columnar",
        "credcheck",
        "cron",
        "hnsw",
        "hypopg",
        "isn",
        "ivfflat",
        "orafce",
        "passwordcheck",
        "pg_background",
        "pg_bigm",
        "pg_cron",
        "pg_failover_slots",
        "pg_hint_plan",
        "pg_partman_bgw",
        "pg_prewarm",
        "pg_qualstats",
        "pg_repack",
        "pg_squeeze",
        "pg_stat_kcache",
        "pg_stat_monitor",
        "pg_stat_statements",
        "pg_store_plans",
        "pg_trgm",
        "pg_visibility",
        "pg_wait_sampling",
        "pgaudit",
        "pgrowlocks",
        "plperl",
        "plpgsql",
        "plpgsql_check",
        "pltcl",
        "plv8",
        "postgis",
        "powa",
        "sepgsql",
        "set_user",
        "timescaledb",
        "unaccent",
    }.ToFrozenSet(StringComparer.OrdinalIgnoreCase);

    private static readonly ConcurrentDictionary<(string Name, string Value), string> Known = new();

    /// <param name="type">As in pg_settings (<c>bool</c>, <c>string</c> …); null where nobody said. What is no text holds no secret.</param>
    public static bool Bears(string name, string? type)
    {
        if (type is not (null or "string"))
            return false;
        var dot = name.IndexOf('.', StringComparison.Ordinal);
        return dot >= 0
            ? !KnownClasses.Contains(name[..dot])
            : name.EndsWith("_command", StringComparison.OrdinalIgnoreCase) || IsConninfo(name);
    }

    /// <summary>What stands for the value everywhere else: itself where it holds no secret.</summary>
    public static string Redact(string name, string? type, string value) =>
        value.Length == 0 || IsRedacted(value) || !Bears(name, type) ? value
        // What else stands in it says where a standby streams from.
        : IsConninfo(name) ? RedactConninfo(value)
        : Digest(name, value);

    /// <summary>The text stands for a value that was hidden. It is never written anywhere as that value.</summary>
    public static bool IsRedacted(string value) => DigestText().IsMatch(value);

    /// <summary>Passwords and keys of a libpq connection string struck out, of both its forms.</summary>
    public static string RedactConninfo(string conninfo)
    {
        var pairs = SecretPair().Replace(conninfo, $"$1{Redacted}");
        return UriPassword().Replace(pairs, $"$1{Redacted}$2");
    }

    /// <summary>A message of a server or of one of its programs, without the values of such settings that it quotes.</summary>
    public static string RedactMessage(string text) =>
        RedactConninfo(
            QuotedCommand()
                .Replace(
                    QuotedParameter()
                        .Replace(
                            text,
                            m => Bears(m.Groups["name"].Value, null) ? $"{m.Groups["before"].Value}\"{Redacted}\"" : m.Value
                        ),
                    $"$1{Redacted}"
                )
        );

    /// <summary>A statement that sets one of them, as it may be shown.</summary>
    public static string RedactStatement(string sql) =>
        SetStatement()
            .Replace(
                sql,
                m =>
                    Bears(m.Groups["name"].Value.Replace("\"", "", StringComparison.Ordinal), null)
                        ? $"{m.Groups["before"].Value}'{Redacted}'"
                        : m.Value
            );

    private static bool IsConninfo(string name) => name.EndsWith("conninfo", StringComparison.OrdinalIgnoreCase);

    private static string Digest(string name, string value)
    {
        var key = (name.ToLowerInvariant(), value);
        if (Known.TryGetValue(key, out var known))
            return known;
        if (Known.Count >= RemembersMax)
            Known.Clear();
        var digest = Rfc2898DeriveBytes.Pbkdf2(
            Encoding.UTF8.GetBytes(value),
            Encoding.UTF8.GetBytes("pggitops setting " + key.Item1),
            Rounds,
            HashAlgorithmName.SHA256,
            DigestBytes
        );
        return Known[key] = $"{DigestStart}{Convert.ToHexStringLower(digest)})";
    }

    [GeneratedRegex(@"\A\(redacted [0-9a-f]{16}\)\z", RegexOptions.CultureInvariant)]
    private static partial Regex DigestText();

    // libpq: keyword = value, where a quoted value may hold \' and \\; an unquoted one ends at white space, and in a URI's query at &.
    [GeneratedRegex(
        """((?:sslpassword|password|oauth_client_secret|scram_client_key|scram_server_key)\s*=\s*)(?:'(?:[^'\\]|\\.)*'?|(?:[^\s&\\]|\\.)*)""",
        RegexOptions.IgnoreCase | RegexOptions.Singleline | RegexOptions.CultureInvariant
    )]
    private static partial Regex SecretPair();

    // postgresql://user:password@host
    [GeneratedRegex(
        """(^\s*postgres(?:ql)?://[^:@/?\s]*:)[^@/\s]*(@)""",
        RegexOptions.IgnoreCase | RegexOptions.CultureInvariant
    )]
    private static partial Regex UriPassword();

    // parameter "x" changed to "…"; invalid value for parameter "x": "…". The value may hold quotes of its own and lines.
    [GeneratedRegex(
        """(?<before>parameter "(?<name>[^"]+)"(?: [a-z ]+|: ))".*"?""",
        RegexOptions.IgnoreCase | RegexOptions.Singleline | RegexOptions.CultureInvariant
    )]
    private static partial Regex QuotedParameter();

    // The failed archive command was: …; recovery_end_command "…": child process exited; could not execute command "…"
    [GeneratedRegex("""(command was: |command "|command: ).*""", RegexOptions.IgnoreCase | RegexOptions.CultureInvariant)]
    private static partial Regex QuotedCommand();

    [GeneratedRegex(
        """(?<before>\bSET (?<name>"?[^\s"=]+"?(?:\."?[^\s"=]+"?)*) = ).*""",
        RegexOptions.Singleline | RegexOptions.CultureInvariant
    )]
    private static partial Regex SetStatement();
}

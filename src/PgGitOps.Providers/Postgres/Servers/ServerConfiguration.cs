using System.Globalization;
using PgGitOps.Core.Desired;

namespace PgGitOps.Providers.Postgres.Servers;

/// <summary>Texts of the configuration files a member begins its life with.</summary>
internal static class ServerConfiguration
{
    /// <summary>Room for standbys to come: raising either setting later costs a restart.</summary>
    private const int SendersMin = 10;

    /// <summary>pggitops.conf: what makes the server this member. Paths are added on the host, which knows its users' homes.</summary>
    /// <remarks>Included last by postgresql.conf. postgresql.auto.conf, where declared parameters go, is read after it and wins.</remarks>
    public static string Identity(StepContext context, Member member)
    {
        var senders = Math.Max(SendersMin, context.Cluster.Members.Count + 5).ToString(CultureInfo.InvariantCulture);
        (string Name, string Value)[] settings =
        [
            ("listen_addresses", context.HostOf(member).Address),
            ("port", member.Port.ToString(CultureInfo.InvariantCulture)),
            ("cluster_name", member.Name),
            ("wal_level", "replica"),
            ("hot_standby", "on"),
            ("wal_log_hints", "on"),
            ("max_wal_senders", senders),
            ("max_replication_slots", senders),
            ("password_encryption", "scram-sha-256"),
            ("unix_socket_permissions", "0700"),
            ("logging_collector", "on"),
            ("log_filename", "postgresql-%a.log"),
            ("log_truncate_on_rotation", "on"),
            ("log_rotation_age", "1d"),
            ("log_rotation_size", "0"),
            ("log_line_prefix", "%m [%p] %q%u@%d %a "),
            ("log_timezone", "UTC"),
        ];
        return string.Concat(settings.Select(s => $"{s.Name} = {Quote(s.Value)}\n"));
    }

    /// <summary>Declared parameters, for postgresql.auto.conf: there before the first start, so that none of them needs a restart.</summary>
    /// <remarks>Not synchronous_standby_names: no standby exists yet, and every commit would wait for one.</remarks>
    public static string Declared(Cluster cluster) => SettingLines.Of(ParametersOf(cluster).Select(p => (p.Name, p.Value)));

    /// <summary>Declared parameters, without the synchronous rule, that a file can hold.</summary>
    public static Parameter[] ParametersOf(Cluster cluster) =>
        [
            .. cluster.Parameters.Where(p =>
                !p.Name.Equals("synchronous_standby_names", StringComparison.OrdinalIgnoreCase)
                && !p.Value.AsSpan().ContainsAny('\n', '\r', '\0')
            ),
        ];

    /// <summary>Where a standby streams from. The path of its password file is added on the host.</summary>
    public static string PrimaryConnection(StepContext context, Member source, Member standby)
    {
        (string Name, string Value)[] words =
        [
            ("host", context.HostOf(source).Address),
            ("port", source.Port.ToString(CultureInfo.InvariantCulture)),
            ("user", context.Access.ReplicationUser),
            ("application_name", standby.Name),
            ("sslmode", context.Access.SslMode),
            // A source that vanished without a word is noticed in half a minute, not in hours.
            ("keepalives_idle", "10"),
            ("keepalives_interval", "5"),
            ("keepalives_count", "3"),
        ];
        return string.Join(
            ' ',
            words.Select(w =>
                $"{w.Name}='{w.Value.Replace("\\", @"\\", StringComparison.Ordinal).Replace("'", @"\'", StringComparison.Ordinal)}'"
            )
        );
    }

    /// <summary>A line of a libpq password file, for any server of the cluster: after a failover the standby follows another.</summary>
    public static string PasswordLine(string user, string password)
    {
        static string Escape(string text) =>
            text.Replace("\\", @"\\", StringComparison.Ordinal).Replace(":", @"\:", StringComparison.Ordinal);
        return $"*:*:*:{Escape(user)}:{Escape(password)}\n";
    }

    public static string Quote(string value)
    {
        if (value.AsSpan().ContainsAny('\n', '\r', '\0'))
            throw new ArgumentException("a line break cannot stand in a configuration file's value", nameof(value));
        return $"'{value.Replace("\\", @"\\", StringComparison.Ordinal).Replace("'", "''", StringComparison.Ordinal)}'";
    }
}

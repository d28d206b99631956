using Npgsql;
using PgGitOps.Core.Desired;

namespace PgGitOps.Providers.Postgres.Connecting;

/// <summary>One database of one server, and how to log in there.</summary>
/// <param name="ConnectTimeout">Until the server has accepted the login.</param>
/// <param name="TotalTimeout">Until everything asked of it has been answered; includes connecting.</param>
public sealed record ServerTarget(
    string Host,
    int Port,
    string Database,
    string User,
    SecretReference? Password,
    string SslMode,
    TimeSpan ConnectTimeout,
    TimeSpan TotalTimeout
)
{
    /// <summary>Holds inventory and suspension, and is where cluster-wide catalogs are read.</summary>
    public const string MaintenanceDatabase = "postgres";

    public const string ApplicationName = "pggitops";

    public static ServerTarget Of(ServerAccess access, string host, int port, string database = MaintenanceDatabase) =>
        new(host, port, database, access.User, access.Password, access.SslMode, access.ConnectTimeout, access.ObserveTimeout);

    /// <summary>Settings of a plain connection without a pool; the password is not among them.</summary>
    public NpgsqlConnectionStringBuilder ToSettings() =>
        new()
        {
            Host = Host,
            Port = Port,
            Database = Database,
            Username = User,
            SslMode = ReadSslMode(SslMode),
            ApplicationName = ApplicationName,
            Pooling = false,
            Multiplexing = false,
            Enlist = false,
            GssEncryptionMode = GssEncryptionMode.Disable,
            PersistSecurityInfo = false,
            IncludeErrorDetail = false,
            // Whole seconds only. The true deadline is kept outside; this one ends what was given up.
            Timeout = (int)Math.Clamp(Math.Ceiling(ConnectTimeout.TotalSeconds), 1, 1024),
            CommandTimeout = 0,
            // A peer that vanished without a word ends a connection that was given up.
            TcpKeepAlive = true,
            TcpKeepAliveTime = 10,
            TcpKeepAliveInterval = 5,
        };

    public override string ToString() => $"{Host}:{Port.ToString(System.Globalization.CultureInfo.InvariantCulture)}/{Database}";

    private static SslMode ReadSslMode(string mode) =>
        mode switch
        {
            "disable" => Npgsql.SslMode.Disable,
            "allow" => Npgsql.SslMode.Allow,
            "prefer" => Npgsql.SslMode.Prefer,
            "require" => Npgsql.SslMode.Require,
            "verify-ca" => Npgsql.SslMode.VerifyCA,
            "verify-full" => Npgsql.SslMode.VerifyFull,
            _ => throw new InvalidOperationException($"sslMode {mode} must have been refused by the schema"),
        };
}

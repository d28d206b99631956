namespace PgGitOps.LiveTests.Fleet;

public enum ServerAuthentication
{
    Trust,
    Scram,
}

/// <summary>What a test wants of a server.</summary>
public sealed record ServerShape
{
    public string Name { get; init; } = "server";
    public string Address { get; init; } = "127.0.0.1";

    /// <summary>Null takes a free one.</summary>
    public int? Port { get; init; }

    public ServerAuthentication Authentication { get; init; } = ServerAuthentication.Trust;

    /// <summary>An initdb of its own: a copy of the template shares its system identifier.</summary>
    public bool OwnIdentity { get; init; }

    public bool DataChecksums { get; init; } = true;

    /// <summary>Lines of postgresql.conf, besides the small test settings; values as they are written there.</summary>
    public IReadOnlyDictionary<string, string> Settings { get; init; } = new Dictionary<string, string>();

    /// <summary>Arguments of the postgres program, such as <c>-c work_mem=8MB</c>.</summary>
    public IReadOnlyList<string> Arguments { get; init; } = [];

    /// <summary>Settings that keep a throw-away server small and quick to notice a loss.</summary>
    public static IReadOnlyDictionary<string, string> Small { get; } =
        new Dictionary<string, string>
        {
            ["fsync"] = "off",
            ["dynamic_shared_memory_type"] = "mmap", // inside the data directory: a killed server leaves nothing outside it
            ["shared_buffers"] = "16MB",
            ["wal_log_hints"] = "on",
            ["max_wal_size"] = "128MB",
            ["min_wal_size"] = "4MB",
            ["autovacuum_max_workers"] = "1",
            ["wal_receiver_status_interval"] = "1s",
            ["wal_receiver_timeout"] = "5s",
            ["wal_sender_timeout"] = "5s",
            ["wal_retrieve_retry_interval"] = "500ms",
            ["log_line_prefix"] = "'%m [%p] %q%u@%d '",
        };
}

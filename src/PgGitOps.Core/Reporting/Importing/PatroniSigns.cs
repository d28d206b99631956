using PgGitOps.Core.Observed;

namespace PgGitOps.Core.Reporting.Importing;

/// <summary>Whether Patroni runs a server, by how it starts and configures one.</summary>
internal static class PatroniSigns
{
    // Patroni starts a server with these among its arguments, whatever else is configured (postgresql.py: CMDLINE_OPTIONS).
    private static readonly string[] Arguments = ["cluster_name", "hot_standby", "max_connections", "wal_level"];

    /// <returns>Its scope, which is the server's cluster_name; null where Patroni does not seem to run it.</returns>
    internal static string? ScopeOf(ServerFacts server, string cluster) =>
        // It moves the file that it found aside, and includes it from its own.
        server.FileSettings.Any(f => f.FileName == "postgresql.base.conf")
        || Arguments.All(a => server.Setting(a) is { Source: "command line" })
            ? server.Setting("cluster_name") is { Value: { Length: > 0 } scope }
                ? scope
                : cluster
            : null;
}

using System.Globalization;
using System.Text;

namespace PgGitOps.Benchmarks;

/// <summary>A policy repository of one-member clusters, each with 20 settings, 20 roles and 10 databases.</summary>
internal static class ClusterCorpus
{
    /// <remarks>Values differ from the server's defaults, so that every one of them must be read and compared.</remarks>
    public static readonly (string Name, string Value)[] Settings =
    [
        ("work_mem", "8MB"),
        ("maintenance_work_mem", "128MB"),
        ("checkpoint_timeout", "10min"),
        ("checkpoint_completion_target", "0.8"),
        ("max_wal_size", "2GB"),
        ("min_wal_size", "256MB"),
        ("random_page_cost", "1.2"),
        ("effective_cache_size", "2GB"),
        ("effective_io_concurrency", "100"),
        ("log_min_duration_statement", "500ms"),
        ("log_checkpoints", "on"),
        ("log_lock_waits", "on"),
        ("log_temp_files", "10MB"),
        ("autovacuum_naptime", "30s"),
        ("autovacuum_vacuum_scale_factor", "0.05"),
        ("autovacuum_analyze_scale_factor", "0.02"),
        ("statement_timeout", "5min"),
        ("idle_in_transaction_session_timeout", "10min"),
        ("wal_compression", "pglz"),
        ("default_statistics_target", "200"),
    ];

    public static int Write(int count, int firstPort, string directory)
    {
        var environment = Path.Combine(directory, "environments", "bench");
        Directory.CreateDirectory(Path.Combine(environment, "clusters"));
        File.WriteAllText(
            Path.Combine(environment, "environment.yaml"),
            """
            apiVersion: pggitops.dev/v1
            kind: Environment
            metadata: { name: bench }
            spec:
              mode: enforce
              interval: 10s
              access:
                user: postgres
                password: { env: PGPASSWORD }
                replicationUser: replicator
                replicationPassword: { env: PGPASSWORD }
                sslMode: disable
                dataRoot: ~/pggitops-bench
                clients: [ 127.0.0.0/8 ]
              sites:
                - name: here
                  failureDomains:
                    - { name: here-a, hosts: [ { name: machine, address: 127.0.0.1, transport: { local: {} } } ] }

            """
        );
        for (var i = 0; i < count; i++)
            File.WriteAllText(Path.Combine(environment, "clusters", Name(i) + ".yaml"), Cluster(i, firstPort + i));
        return 0;
    }

    private static string Name(int i) => string.Create(CultureInfo.InvariantCulture, $"bench-{i:D2}");

    private static string Cluster(int i, int port)
    {
        var text = new StringBuilder();
        text.Append(
            CultureInfo.InvariantCulture,
            $$"""
            apiVersion: pggitops.dev/v1
            kind: Cluster
            metadata: { name: {{Name(i)}} }
            spec:
              postgres: 15
              manager: { native: {} }
              primarySite: here
              members:
                - { name: {{Name(i)}}-1, host: machine, port: {{port}} }
              replication: {}
              parameters:

            """
        );
        foreach (var (name, value) in Settings)
            text.Append(CultureInfo.InvariantCulture, $"    {name}: {value}\n");
        text.Append("  roles:\n");
        for (var role = 0; role < 20; role++)
            text.Append(
                CultureInfo.InvariantCulture,
                $"    - {{ name: app_{role:D2}, login: true, superuser: false, createDb: false, createRole: false, connectionLimit: 10 }}\n"
            );
        text.Append("  databases:\n");
        for (var database = 0; database < 10; database++)
            text.Append(
                CultureInfo.InvariantCulture,
                $"    - {{ name: ctx_{database:D2}, owner: app_{database:D2}, encoding: UTF8 }}\n"
            );
        return text.ToString();
    }
}

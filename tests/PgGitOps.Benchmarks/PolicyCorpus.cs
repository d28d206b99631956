using System.Globalization;
using System.Text;

namespace PgGitOps.Benchmarks;

/// <summary>A valid policy repository of a given number of documents: contexts in files of their own, and the clusters they live on.</summary>
internal static class PolicyCorpus
{
    private const int ContextsPerCluster = 20;

    public static int Write(int count, string directory)
    {
        // Rounded up: the last cluster is the one that is not full.
        var clusters = Math.Max(1, (count - 2 + ContextsPerCluster) / (ContextsPerCluster + 1));
        var contexts = count - 2 - clusters;
        Directory.CreateDirectory(Path.Combine(directory, "policies", "contexts"));
        Directory.CreateDirectory(Path.Combine(directory, "environments", "corpus", "clusters"));
        File.WriteAllText(
            Path.Combine(directory, "policies", "recovery-classes.yaml"),
            """
            apiVersion: pggitops.dev/v1
            kind: RecoveryClasses
            metadata: { name: classes }
            spec:
              rpo: { zero: 0s, seconds: 30s, minutes: 5m, hours: 4h, day: 24h }
              rto: { seconds: 1m, minutes: 15m, hour: 1h, hours: 8h, day: 24h }

            """
        );
        var environment = new StringBuilder(
            """
            apiVersion: pggitops.dev/v1
            kind: Environment
            metadata: { name: corpus }
            spec:
              mode: observe
              interval: 1m
              access: { user: postgres, password: { env: PGPASSWORD }, replicationUser: replicator, sslMode: disable }
              sites:

            """
        );
        foreach (var (site, network) in new[] { ("oslo", 11), ("bergen", 12) })
        {
            environment.Append(
                CultureInfo.InvariantCulture,
                $"    - name: {site}\n      failureDomains:\n        - name: {site}-a\n          hosts:\n"
            );
            for (var host = 0; host < clusters; host++)
                environment.Append(
                    CultureInfo.InvariantCulture,
                    $"            - {{ name: {site}-{host:D4}, address: 10.{network}.{host / 250}.{host % 250 + 1} }}\n"
                );
        }
        environment.Append(
            "  repositories:\n    - { name: repo-oslo, site: oslo, type: posix, path: /var/lib/pgbackrest }\n    - { name: repo-bergen, site: bergen, type: posix, path: /var/lib/pgbackrest }\n"
        );
        File.WriteAllText(Path.Combine(directory, "environments", "corpus", "environment.yaml"), environment.ToString());
        for (var cluster = 0; cluster < clusters; cluster++)
            File.WriteAllText(
                Path.Combine(directory, "environments", "corpus", "clusters", $"c{cluster:D4}.yaml"),
                Cluster(cluster, contexts)
            );
        for (var context = 0; context < contexts; context++)
            File.WriteAllText(ContextPath(directory, context), Context(context, "one of the generated contexts"));
        return 0;
    }

    /// <summary>Rewrites one context, keeping it valid.</summary>
    public static int Touch(string directory, int index)
    {
        var path = ContextPath(directory, index);
        var text = File.ReadAllText(path);
        File.WriteAllText(
            path,
            text.Contains("one of the", StringComparison.Ordinal)
                ? Context(index, "changed by a commit")
                : Context(index, "one of the generated contexts")
        );
        return 0;
    }

    private static string ContextPath(string directory, int index) =>
        Path.Combine(directory, "policies", "contexts", string.Create(CultureInfo.InvariantCulture, $"ctx-{index:D5}.yaml"));

    private static string Cluster(int cluster, int contexts)
    {
        var text = new StringBuilder();
        text.Append(
            CultureInfo.InvariantCulture,
            $$"""
            apiVersion: pggitops.dev/v1
            kind: Cluster
            metadata: { name: c{{cluster:D4}}, owner: platform }
            spec:
              postgres: 15
              manager: { native: {} }
              primarySite: oslo
              members:
                - { name: c{{cluster:D4}}-1, host: oslo-{{cluster:D4}}, port: 5432 }
                - { name: c{{cluster:D4}}-2, host: bergen-{{cluster:D4}}, port: 5432 }
              replication: {}
              backup: { tool: pgbackrest, repositories: [ repo-oslo, repo-bergen ], schedule: { full: "0 1 * * 0" }, retention: { full: 4 }, archiveTimeout: 60s }
              parameters: { max_connections: 200, work_mem: 16MB }
              roles:
                - { name: owner }
              databases:

            """
        );
        for (var i = cluster * ContextsPerCluster; i < Math.Min(contexts, (cluster + 1) * ContextsPerCluster); i++)
            text.Append(CultureInfo.InvariantCulture, $"    - {{ name: ctx_{i:D5}, owner: owner }}\n");
        return text.ToString();
    }

    private static string Context(int index, string note)
    {
        var cluster = index / ContextsPerCluster;
        return string.Create(
            CultureInfo.InvariantCulture,
            $"""
            # Recovery policy of context ctx-{index:D5}: {note}
            apiVersion: pggitops.dev/v1
            kind: RecoveryPolicy
            metadata:
              name: ctx-{index:D5}
              owner: team-{index % 8}
              labels:
                tier: silver
                domain: generated
            spec:
              store:
                cluster: c{cluster:D4}
                database: ctx_{index:D5}
              rpoClass: minutes
              rtoClass: hour
              crossSite:
                replication: optional
                dataLossWindow: 4h
                rtoClass: hours
              failover:
                local: operatorApproved
                crossSite: manual
              promotion:
                authority: [ group:dba-oncall ]
                requires: [ fencing, approval ]
                onPartition: holdWrites
              backup:
                pitrWindow: 14d
                maxAge: 26h
                drillEvery: 7d
              writes:
                walRate: 2MB/s
                size: 40GB

            """
        );
    }
}

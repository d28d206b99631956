using System.Globalization;
using System.Net;
using System.Net.Sockets;

namespace PgGitOps.Benchmarks;

/// <summary>A policy repository of many one-member clusters, most of them dead: some answer, some refuse, some take a connection and never say a word.</summary>
/// <remarks>
/// Every member has a loopback address of its own. Those that answer share one PostgreSQL, which is a cluster to each of the documents.
/// So every connection, question, timeout and report is one a cluster, and only the servers' own work is spared.
/// </remarks>
internal static class FleetCorpus
{
    private const int HostsPerNet = 250;

    public static int Write(int count, int alive, int firstPort, string directory)
    {
        var environment = Path.Combine(directory, "environments", "bench");
        Directory.CreateDirectory(Path.Combine(environment, "clusters"));
        var hosts = Enumerable
            .Range(0, count)
            .Select(i =>
                string.Create(CultureInfo.InvariantCulture, $"            - {{ name: h{i:D4}, address: {AddressOf(i)} }}")
            );
        File.WriteAllText(
            Path.Combine(environment, "environment.yaml"),
            $$"""
            apiVersion: pggitops.dev/v1
            kind: Environment
            metadata: { name: bench }
            spec:
              mode: observe
              interval: 1m
              access: { user: postgres, password: { env: PGPASSWORD }, replicationUser: replicator, sslMode: disable }
              sites:
                - name: here
                  failureDomains:
                    - name: here-a
                      hosts:
            {{string.Join('\n', hosts)}}

            """
        );
        for (var i = 0; i < count; i++)
        {
            // After those that answer, one refuses and one is silent, in turn.
            var port =
                i < alive ? firstPort
                : IsSilent(i, alive) ? firstPort + 2
                : firstPort + 1;
            File.WriteAllText(
                Path.Combine(environment, "clusters", string.Create(CultureInfo.InvariantCulture, $"c{i:D4}.yaml")),
                string.Create(
                    CultureInfo.InvariantCulture,
                    $$"""
                    apiVersion: pggitops.dev/v1
                    kind: Cluster
                    metadata: { name: c{{i:D4}} }
                    spec:
                      postgres: 15
                      manager: { native: {} }
                      primarySite: here
                      members: [ { name: c{{i:D4}}-1, host: h{{i:D4}}, port: {{port}} } ]
                      replication: {}
                      parameters: { work_mem: 8MB, max_wal_size: 2GB }
                      databases: [ { name: postgres } ]

                    """
                )
            );
        }
        return 0;
    }

    private static string AddressOf(int i) =>
        string.Create(CultureInfo.InvariantCulture, $"127.23.{1 + i / HostsPerNet}.{1 + i % HostsPerNet}");

    private static bool IsSilent(int i, int alive) => i >= alive && i % 2 == 1;

    /// <summary>Stands for the members that take a connection and never answer, until its input ends.</summary>
    public static async Task<int> BeSilentAsync(int count, int alive, int firstPort)
    {
        var listeners = Enumerable
            .Range(0, count)
            .Where(i => IsSilent(i, alive))
            .Select(i => new TcpListener(IPAddress.Parse(AddressOf(i)), firstPort + 2))
            .ToList();
        listeners.ForEach(l => l.Start());
        Console.WriteLine("silent");
        var held = listeners.ConvertAll(HoldAsync);
        await Console.In.ReadToEndAsync();
        listeners.ForEach(l => l.Dispose());
        await Task.WhenAll(held);
        return 0;
    }

    private static async Task HoldAsync(TcpListener listener)
    {
        var held = new List<Socket>();
        try
        {
            while (true)
                held.Add(await listener.AcceptSocketAsync());
        }
        catch (Exception e) when (e is SocketException or ObjectDisposedException)
        {
            held.ForEach(s => s.Dispose());
        }
    }
}

using System.Diagnostics;
using System.Globalization;
using PgGitOps.Core.Desired;
using PgGitOps.Core.Planning;
using PgGitOps.Core.Ports;
using PgGitOps.Providers.Git;
using PgGitOps.Providers.Git.Reading;
using PgGitOps.Providers.Postgres.Connecting;
using PgGitOps.Providers.Postgres.Observing;
using PgGitOps.Reconciling;

namespace PgGitOps.Benchmarks;

/// <summary>What one pass of the loop pays where nothing moved: the commit, every member over its kept connection, the plan.</summary>
internal static class WarmCheck
{
    public static async Task<int> RunAsync(string repository, int passes)
    {
        var source = new GitSource(new GitSourceOptions { Address = repository, Wanted = FleetReader.IsDocument });
        var secrets = new SecretStore();
        await using var connections = new ServerConnections(secrets, TimeProvider.System, keep: true);
        var observer = new FleetObserver([new PostgresReader(connections, TimeProvider.System)], TimeProvider.System);
        var passwords = new PasswordFindings(secrets);
        if (
            source.Read(new SourceRequest()) is not SourceOutcome.Read read
            || new FleetReader().Read(read.Tree).Fleet is not { } fleet
        )
            throw new InvalidOperationException("the policy repository must be valid");
        var names = fleet.Clusters.Select(c => c.Name).ToList();

        for (var warming = 0; warming < 60; warming++)
            await PassAsync();
        GC.Collect();
        var process = Process.GetCurrentProcess();
        var cpuBefore = process.TotalProcessorTime;
        var allocatedBefore = GC.GetTotalAllocatedBytes(precise: true);
        var walls = new List<double>(passes);
        for (var pass = 0; pass < passes; pass++)
        {
            var clock = Stopwatch.StartNew();
            await PassAsync();
            walls.Add(clock.Elapsed.TotalMilliseconds);
        }
        process.Refresh();
        var cpu = (process.TotalProcessorTime - cpuBefore).TotalMilliseconds / passes;
        var kilobytes = (GC.GetTotalAllocatedBytes(precise: true) - allocatedBefore) / 1024.0 / passes;
        walls.Sort();
        Console.WriteLine(
            string.Create(
                CultureInfo.InvariantCulture,
                $"{names.Count} cluster(s): median {walls[passes / 2]:F1} ms ({walls[0]:F1} to {walls[^1]:F1}), {cpu:F1} ms of CPU and {kilobytes:F0} kB allocated a pass"
            )
        );
        return 0;

        async Task PassAsync()
        {
            var outcome = source.Read(new SourceRequest { KnownCommitId = fleet.Revision.CommitId });
            if (outcome is not SourceOutcome.Unchanged)
                throw new InvalidOperationException($"nothing may be committed meanwhile: {outcome}");
            var snapshot = await observer.ObserveAsync(fleet, names, CancellationToken.None);
            var plan = Planner.Plan(fleet, snapshot, new PlanOptions(DateTimeOffset.UtcNow, passwords.Check));
            if (!plan.IsEmpty || plan.Clusters.Any(c => c.Unknowns.Count > 0))
                throw new InvalidOperationException("the clusters must be readable and in order");
        }
    }
}

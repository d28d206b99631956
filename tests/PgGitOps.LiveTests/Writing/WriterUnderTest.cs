using PgGitOps.Core.Desired;
using PgGitOps.Core.Observed;
using PgGitOps.Core.Planning;
using PgGitOps.Core.Ports;
using PgGitOps.LiveTests.Fleet;
using PgGitOps.Providers.Hosts;
using PgGitOps.Providers.Postgres.Connecting;
using PgGitOps.Providers.Postgres.Leasing;
using PgGitOps.Providers.Postgres.Probing;
using PgGitOps.Providers.Postgres.Running;

namespace PgGitOps.LiveTests.Writing;

/// <summary>Takes the real lease, on a throw-away server or on nothing yet.</summary>
public static class WriterUnderTest
{
    public static async Task<LeaseOutcome> TryOpenAsync(FleetUnderTest fleet, ClusterSnapshot snapshot, string? holder = null) =>
        await new ClusterLeases(new HostExecutor(), new SecretStore(), TimeProvider.System, holder).TakeAsync(
            fleet.Fleet,
            fleet.Cluster,
            snapshot,
            CancellationToken.None
        );

    /// <summary>PostgreSQL's steps under a lease that was taken.</summary>
    public static LeasedWriter Begin(FleetUnderTest fleet, ClusterSnapshot snapshot, LeaseOutcome.Taken taken)
    {
        var hosts = new HostExecutor();
        var runner = new PostgresRunner(
            hosts,
            new DataDirectoryProbe(hosts, TimeProvider.System),
            new SecretStore(),
            TimeProvider.System
        );
        return new LeasedWriter(taken, runner.Begin(new LeasedCluster(fleet.Fleet, fleet.Cluster, snapshot, taken.Lease)));
    }

    /// <summary>A server where member core-1 is declared, with the engine's role.</summary>
    public static async Task<(PostgresServer Server, FleetUnderTest Fleet)> StartPrimaryAsync(ServerShape? shape = null)
    {
        var server = await PostgresServer.StartAsync(
            (shape ?? new ServerShape()) with
            {
                Name = "core-1",
                Address = FleetUnderTest.PrimaryAddress,
            }
        );
        await server.ExecuteAsync($"create role {FleetUnderTest.User} superuser login");
        return (server, FleetUnderTest.Of("/nowhere", new HostTransport.Local(null), server.Port));
    }

    public static async Task<LeasedWriter> OpenAsync(
        FleetUnderTest fleet,
        ClusterSnapshot? snapshot = null,
        string? holder = null
    ) =>
        await TryOpenAsync(fleet, snapshot ??= fleet.Snapshot(false), holder) switch
        {
            LeaseOutcome.Taken taken => Begin(fleet, snapshot, taken),
            var other => throw new InvalidOperationException($"{other}"),
        };

    public static async Task<StepOutcome> RunAsync(
        this LeasedWriter writer,
        StepAction action,
        string[]? creates = null,
        double seconds = 60
    ) => await writer.RunAsync(FleetUnderTest.StepOf(action, creates, seconds), CancellationToken.None);

    public static StepAction.ExecuteSql Sql(params string[] statements) => new("core-1", "postgres", [.. statements], true);

    public static StepAction.ExecuteSql Alone(params string[] statements) => new("core-1", "postgres", [.. statements], false);
}

using PgGitOps.Core.Desired;
using PgGitOps.Core.Observed;
using PgGitOps.Core.Planning;
using PgGitOps.Core.Ports;
using PgGitOps.LiveTests.Fleet;
using PgGitOps.Providers.Hosts;
using PgGitOps.Providers.Postgres.Connecting;
using PgGitOps.Providers.Postgres.Writing;

namespace PgGitOps.LiveTests.Writing;

/// <summary>Opens the real gate, on a throw-away server or on nothing yet.</summary>
public static class WriterUnderTest
{
    public static ClusterGate Gate(string? holder = null)
    {
        var hosts = new HostExecutor();
        return new ClusterGate(
            hosts,
            hosts,
            new DataDirectoryProbe(hosts, TimeProvider.System),
            new SecretStore(),
            TimeProvider.System,
            holder
        );
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

    public static async Task<GateOutcome> TryOpenAsync(FleetUnderTest fleet, ClusterSnapshot snapshot, string? holder = null) =>
        await Gate(holder).OpenAsync(fleet.Fleet, fleet.Cluster, snapshot, CancellationToken.None);

    public static async Task<IClusterWriter> OpenAsync(
        FleetUnderTest fleet,
        ClusterSnapshot? snapshot = null,
        string? holder = null
    ) =>
        await TryOpenAsync(fleet, snapshot ?? fleet.Snapshot(false), holder) switch
        {
            GateOutcome.Open open => open.Writer,
            var other => throw new InvalidOperationException($"{other}"),
        };

    public static async Task<StepOutcome> RunAsync(
        this IClusterWriter writer,
        StepAction action,
        string[]? creates = null,
        double seconds = 60
    ) => await writer.RunAsync(FleetUnderTest.StepOf(action, creates, seconds), CancellationToken.None);

    public static StepAction.ExecuteSql Sql(params string[] statements) => new("core-1", "postgres", [.. statements], true);

    public static StepAction.ExecuteSql Alone(params string[] statements) => new("core-1", "postgres", [.. statements], false);
}

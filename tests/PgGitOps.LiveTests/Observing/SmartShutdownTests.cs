using PgGitOps.LiveTests.Fleet;
using PgGitOps.Providers.Postgres.Observing;

namespace PgGitOps.LiveTests.Observing;

public sealed class SmartShutdownTests
{
    [LiveTheory]
    [InlineData("postgres")]
    [InlineData("watcher")]
    public async Task Observe_AServerThatWaitsForItsSessions_LetsGoOfOurs(string user)
    {
        await using var server = await PostgresServer.StartAsync(new ServerShape { Name = "a1" });
        await server.ExecuteAsync("create database d1");
        await server.ExecuteAsync($"create role watcher login password '{PostgresServer.Password}'");
        await server.ExecuteAsync("grant pg_monitor to watcher");
        await using var connections = ObservedServer.Connections(keep: true);
        var observer = new PostgresReader(connections, TimeProvider.System);
        var access = ObservedServer.Access(user: user);
        var target = ObservedServer.Target(access, server) with { Databases = [new DatabaseTarget("d1", null)] };
        for (var look = 0; look < 2; look++)
            (await observer.ObserveAsync([target], CancellationToken.None)).Clusters[0].Facts("a1");

        await ServerPrograms.RunAsync("pg_ctl", ["stop", "-D", server.DataDirectory, "-m", "smart", "-W"]);
        // One pass of the loop, and nothing of the engine's is left to wait for.
        await observer.ObserveAsync([target], CancellationToken.None);

        await Poll.UntilAsync("the server has stopped", () => !server.IsRunning);
    }
}

using PgGitOps.LiveTests.Fleet;
using PgGitOps.Providers.Postgres.Observing;

namespace PgGitOps.LiveTests.Observing;

public sealed class RoundTripTests
{
    [LiveFact]
    public async Task Observe_TakesOneConnectionAndTwoRoundTripsAMember_OneOnceItIsKept()
    {
        await using var server = await PostgresServer.StartAsync(new ServerShape { Name = "a1" });
        await server.ExecuteAsync("create role r1; create role r2");
        await server.ExecuteAsync("create database d1");
        await using var relay = new RoundTripRelay(server.Address, server.Port);
        var target = new ClusterTarget
        {
            Name = "c",
            Access = ObservedServer.Access(),
            Members = [new MemberTarget("a1", "127.0.0.1", relay.Port)],
        };
        await using var connections = ObservedServer.Connections(keep: true);
        var observer = new PostgresReader(connections, TimeProvider.System);

        async Task<(int, int)> PassAsync(ClusterTarget what)
        {
            var snapshot = await observer.ObserveAsync([what], CancellationToken.None);
            snapshot.Clusters[0].Facts("a1");
            return relay.Take();
        }

        // The login under trust is one exchange itself.
        Assert.Equal((1, 1 + 2), await PassAsync(target));
        Assert.Equal((0, 1), await PassAsync(target));
        Assert.Equal((0, 1), await PassAsync(target));

        var withDatabase = target with { Databases = [new DatabaseTarget("d1", null)] };
        Assert.Equal((1, 1 + 1 + 1), await PassAsync(withDatabase));
        Assert.Equal((0, 1 + 1), await PassAsync(withDatabase));
    }

    [LiveFact]
    public async Task Release_ClosesWhatWouldHoldUpADropOfTheDatabase()
    {
        await using var server = await PostgresServer.StartAsync(new ServerShape { Name = "a1" });
        await server.ExecuteAsync("create database d1");
        await using var connections = ObservedServer.Connections(keep: true);
        var observer = new PostgresReader(connections, TimeProvider.System);
        var target = ObservedServer.Target(ObservedServer.Access(), server) with { Databases = [new DatabaseTarget("d1", null)] };
        (await observer.ObserveAsync([target], CancellationToken.None)).Clusters[0].Contents("d1");
        Assert.Equal("2", await server.ScalarAsync("select count(*) from pg_stat_activity where application_name = 'pggitops'"));

        await observer.ReleaseAsync(target);

        await server.ExecuteAsync("drop database d1");
        Assert.Equal("0", await server.ScalarAsync("select count(*) from pg_stat_activity where application_name = 'pggitops'"));
    }
}

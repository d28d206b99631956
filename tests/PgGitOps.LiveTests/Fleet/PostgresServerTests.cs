using Npgsql;

namespace PgGitOps.LiveTests.Fleet;

public sealed class PostgresServerTests
{
    [LiveFact]
    public async Task Start_WithAStandby_Streams()
    {
        await using var primary = await PostgresServer.StartAsync(
            new ServerShape
            {
                Name = "a1",
                Address = "127.0.7.1",
                Authentication = ServerAuthentication.Scram,
            }
        );
        var standby = await primary.StartStandbyAsync("a2", slot: "a2");
        await primary.ExecuteAsync("create table kept (id int); insert into kept values (7)");
        await Poll.UntilAsync(
            "the row is on the standby",
            async () =>
                await standby.ScalarAsync("select to_regclass('kept') is not null") == "True"
                && await standby.ScalarAsync("select id from kept") == "7"
        );
        Assert.Equal("True", await standby.ScalarAsync("select pg_is_in_recovery()"));
        Assert.Equal("a2", await primary.ScalarAsync("select application_name from pg_stat_replication"));
    }

    [LiveFact]
    public async Task SuspendedServer_AnswersAgainAfterResume()
    {
        await using var server = await PostgresServer.StartAsync();
        await using var connection = await server.OpenAsync();
        server.Suspend();
        await using (var command = new NpgsqlCommand("select 1", connection))
        {
            var answer = command.ExecuteScalarAsync();
            Assert.NotSame(answer, await Task.WhenAny(answer, Task.Delay(300)));
            server.Resume();
            Assert.Equal(1, await answer);
        }
    }

    [LiveFact]
    public async Task KilledServer_StartsAgainOnItsData()
    {
        await using var server = await PostgresServer.StartAsync();
        await server.ExecuteAsync("create table kept (id int); insert into kept values (7)");
        await server.ExecuteAsync("checkpoint");
        await server.KillAsync();
        Assert.False(server.IsRunning);
        await server.StartAgainAsync();
        Assert.Equal("7", await server.ScalarAsync("select id from kept"));
    }

    [LiveFact]
    public async Task Dispose_LeavesNeitherProcessNorDirectory()
    {
        var server = await PostgresServer.StartAsync(new ServerShape { OwnIdentity = true });
        var (pid, data) = (server.Pid, server.DataDirectory);
        server.Suspend();
        await server.DisposeAsync();
        Assert.False(ProcessSignals.IsAlive(pid));
        Assert.False(Directory.Exists(data));
    }

    [LiveFact]
    public async Task Scram_RefusesAWrongPassword()
    {
        await using var server = await PostgresServer.StartAsync(new ServerShape { Authentication = ServerAuthentication.Scram });
        var refused = await Assert.ThrowsAsync<PostgresException>(() => server.OpenAsync(user: "postgres", password: "wrong"));
        Assert.Equal("28P01", refused.SqlState);
    }
}

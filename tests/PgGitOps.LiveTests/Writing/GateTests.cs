using PgGitOps.Core.Observed;
using PgGitOps.Core.Planning;
using PgGitOps.Core.Ports;
using PgGitOps.LiveTests.Fleet;
using PgGitOps.Providers.Postgres.Connecting;
using PgGitOps.Providers.Postgres.Leasing;

namespace PgGitOps.LiveTests.Writing;

public sealed class GateTests
{
    [LiveFact]
    public async Task Open_FirstTime_MakesTheRecordSchemaForTheEngineAlone()
    {
        var (server, fleet) = await WriterUnderTest.StartPrimaryAsync();
        await using var _ = server;
        await using (var writer = await WriterUnderTest.OpenAsync(fleet))
            Assert.Equal(1, writer.FencingToken);
        await using (var writer = await WriterUnderTest.OpenAsync(fleet))
            Assert.Equal(2, writer.FencingToken);
        Assert.Equal(
            "applied,inventory,suspension,writer",
            await server.ScalarAsync(
                "select string_agg(tablename, ',' order by tablename) from pg_tables where schemaname = 'pggitops' and tableowner = 'engine'"
            )
        );
        Assert.Equal(
            "0",
            await server.ScalarAsync(
                "select count(*) from pg_class c, aclexplode(relacl) a where relnamespace = 'pggitops'::regnamespace and a.grantee <> 'engine'::regrole"
            )
        );
        Assert.Equal(
            "0",
            await server.ScalarAsync(
                "select count(*) from pg_namespace n, aclexplode(nspacl) a where nspname = 'pggitops' and a.grantee <> 'engine'::regrole"
            )
        );
        Assert.Equal("0", await server.ScalarAsync("select count(*) from pg_locks where locktype = 'advisory'"));
    }

    [LiveFact]
    public async Task Open_WhileAnotherWrites_IsHeldAndNamesIt()
    {
        var (server, fleet) = await WriterUnderTest.StartPrimaryAsync();
        await using var _ = server;
        await using var first = await WriterUnderTest.OpenAsync(fleet, holder: "alice@ci process 7");
        var held = Assert.IsType<LeaseOutcome.Held>(await WriterUnderTest.TryOpenAsync(fleet, fleet.Snapshot(false)));
        Assert.Contains("alice@ci process 7", held.Holder, StringComparison.Ordinal);
        Assert.Contains("pggitops writer/1", held.Holder, StringComparison.Ordinal);
        Assert.Contains("connected since 20", held.Holder, StringComparison.Ordinal);
    }

    [LiveFact]
    public async Task Open_OnAClusterThatWasSuspendedSinceItWasLookedAt_WritesNothing_AndNoToken()
    {
        var (server, fleet) = await WriterUnderTest.StartPrimaryAsync();
        await using var _ = server;
        var seenBefore = fleet.Snapshot(false);
        await using (var writer = await WriterUnderTest.OpenAsync(fleet))
            Assert.Equal(LeaseStanding.Good, await writer.StandingAsync(CancellationToken.None));
        var store = new SuspensionStore(new SecretStore());
        var now = DateTimeOffset.UtcNow;
        await store.SuspendAsync(
            fleet.Fleet,
            fleet.Cluster,
            fleet.Cluster.Members[0],
            new Suspension("failover by hand", "dba", now, now.AddHours(2)),
            CancellationToken.None
        );

        var suspended = Assert.IsType<LeaseOutcome.Suspended>(await WriterUnderTest.TryOpenAsync(fleet, seenBefore));

        Assert.Contains("failover by hand", suspended.Words, StringComparison.Ordinal);
        Assert.Equal("1", await server.ScalarAsync("select token from pggitops.writer"));
        Assert.Equal("0", await server.ScalarAsync("select count(*) from pg_locks where locktype = 'advisory'"));
        // One that has ended holds nobody back; a writer sees one that begins before its next step.
        await store.SuspendAsync(
            fleet.Fleet,
            fleet.Cluster,
            fleet.Cluster.Members[0],
            new Suspension("over", "dba", now.AddHours(-2), now.AddHours(-1)),
            CancellationToken.None
        );
        await using var next = await WriterUnderTest.OpenAsync(fleet);
        await store.SuspendAsync(
            fleet.Fleet,
            fleet.Cluster,
            fleet.Cluster.Members[0],
            new Suspension("again", "dba", now, now.AddHours(2)),
            CancellationToken.None
        );
        Assert.Equal("again", (await next.StandingAsync(CancellationToken.None)).Suspension?.Reason);
        Assert.NotNull(
            (await store.WriterAsync(fleet.Fleet, fleet.Cluster, fleet.Cluster.Members[0], CancellationToken.None)).Writer
        );
    }

    [LiveFact]
    public async Task Run_AfterTheLocksSessionDied_IsRefusedForGood()
    {
        var (server, fleet) = await WriterUnderTest.StartPrimaryAsync();
        await using var _ = server;
        await using var writer = await WriterUnderTest.OpenAsync(fleet);
        await server.ExecuteAsync(
            "select pg_terminate_backend(pid) from pg_stat_activity where application_name = 'pggitops writer/1'"
        );
        for (var i = 0; i < 2; i++)
            Assert.IsType<StepOutcome.Refused>(await writer.RunAsync(WriterUnderTest.Sql("create role late")));
        Assert.Equal("0", await server.ScalarAsync("select count(*) from pg_roles where rolname = 'late'"));
    }

    [LiveFact]
    public async Task Run_OldWriterWhoseLockWasTaken_CanNeitherUseItsOldSessionsNorOpenNewOnes()
    {
        var (server, fleet) = await WriterUnderTest.StartPrimaryAsync();
        await using var _ = server;
        await server.ExecuteAsync("create database d1");
        await using var old = await WriterUnderTest.OpenAsync(fleet, holder: "old");
        Assert.IsType<StepOutcome.Done>(
            await old.RunAsync(new StepAction.ExecuteSql("core-1", "d1", ["create table t1 ()"], true))
        );
        // The lock's session ends, as it does when a paused runner's connection is cut; its work session on d1 lives on.
        await server.ExecuteAsync("select pg_terminate_backend(l.pid) from pg_locks l where l.locktype = 'advisory'");
        await Poll.UntilAsync(
            "the lock is free",
            async () => await server.ScalarAsync("select count(*) from pg_locks where locktype = 'advisory'") == "0"
        );
        Assert.Equal("1", await server.ScalarAsync("select count(*) from pg_stat_activity where datname = 'd1'"));
        await using var next = await WriterUnderTest.OpenAsync(fleet, holder: "next");
        Assert.Equal(2, next.FencingToken);
        Assert.Equal("0", await server.ScalarAsync("select count(*) from pg_stat_activity where datname = 'd1'"));
        Assert.IsType<StepOutcome.Refused>(
            await old.RunAsync(new StepAction.ExecuteSql("core-1", "d1", ["create table t2 ()"], true))
        );
        Assert.IsType<StepOutcome.Done>(
            await next.RunAsync(new StepAction.ExecuteSql("core-1", "d1", ["create table t3 ()"], true))
        );
        Assert.Equal(
            "t1,t3",
            await server.ScalarAsync(
                "select string_agg(tablename, ',' order by tablename) from pg_tables where schemaname = 'public'",
                "d1"
            )
        );
    }

    [LiveFact]
    public async Task Open_OnTwoPrimaries_WritesNowhere()
    {
        var fleet = FleetUnderTest.Of("/nowhere", new Core.Desired.HostTransport.Local(null));
        var outcome = Assert.IsType<LeaseOutcome.Unreachable>(
            await WriterUnderTest.TryOpenAsync(fleet, fleet.Snapshot(false, false))
        );
        Assert.Contains("core-1 and core-2", outcome.Reason, StringComparison.Ordinal);
    }

    [LiveFact]
    public async Task Open_PrimaryHangs_IsUnreachableWithinItsDeadline()
    {
        var (server, fleet) = await WriterUnderTest.StartPrimaryAsync();
        await using var _ = server;
        server.Suspend();
        var watch = System.Diagnostics.Stopwatch.StartNew();
        Assert.IsType<LeaseOutcome.Unreachable>(await WriterUnderTest.TryOpenAsync(fleet, fleet.Snapshot(false)));
        Assert.True(watch.Elapsed < TimeSpan.FromSeconds(20), $"took {watch.Elapsed}");
    }

    [LiveFact]
    public async Task Open_WrongPassword_SaysSoWithoutIt()
    {
        var (server, fleet) = await WriterUnderTest.StartPrimaryAsync(
            new ServerShape { Authentication = ServerAuthentication.Scram }
        );
        await using var _ = server;
        await server.ExecuteAsync("alter role engine password 'another one'");
        var outcome = Assert.IsType<LeaseOutcome.Unreachable>(await WriterUnderTest.TryOpenAsync(fleet, fleet.Snapshot(false)));
        Assert.Contains("password authentication failed", outcome.Reason, StringComparison.Ordinal);
        Assert.DoesNotContain("4711", outcome.Reason, StringComparison.Ordinal);
    }
}

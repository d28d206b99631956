using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using PgGitOps.Core.Observed;
using PgGitOps.LiveTests.Fleet;
using PgGitOps.Providers.Postgres.Observing;

namespace PgGitOps.LiveTests.Observing;

public sealed class UnreadableServerTests
{
    private static readonly TimeSpan Short = TimeSpan.FromMilliseconds(800);

    [LiveFact]
    public async Task Observe_HangingServers_DelaysNobodyPastTheirOwnDeadline()
    {
        await using var hanging = await PostgresServer.StartAsync(new ServerShape { Name = "hanging" });
        await using var well = await PostgresServer.StartAsync(new ServerShape { Name = "well" });
        await using var observer = ObservedServer.Connections();
        hanging.Suspend();
        // Ten clusters on the same hanging server: together they must not take longer than one.
        var targets = Enumerable
            .Range(0, 10)
            .Select(i => ObservedServer.Target($"h{i}", ObservedServer.Access(Short), hanging))
            .Append(ObservedServer.Target("well", ObservedServer.Access(TimeSpan.FromSeconds(10)), well))
            .ToArray();

        var since = Stopwatch.StartNew();
        var snapshot = await new PostgresReader(observer, TimeProvider.System).ObserveAsync(targets, CancellationToken.None);

        // One after another they would take eight seconds.
        Assert.InRange(since.Elapsed, Short, Short + TimeSpan.FromSeconds(5));
        Assert.NotNull(snapshot.Find("well")!.Facts("well"));
        var gone = snapshot.Find("h7")!.Unreadable("hanging");
        Assert.Equal(UnreadableKind.Unreachable, gone.Kind);
        Assert.Contains("800ms", gone.Reason, StringComparison.Ordinal);
        Assert.IsType<Observation<ClusterRecord>.Unreadable>(snapshot.Find("h7")!.Record);
    }

    [LiveFact]
    public async Task Observe_ServerThatHangsBetweenTwoPasses_IsUnreadableAtItsDeadlineAndReadAgainAfterwards()
    {
        await using var server = await PostgresServer.StartAsync(new ServerShape { Name = "a1" });
        await using var connections = ObservedServer.Connections(keep: true);
        var observer = new PostgresReader(connections, TimeProvider.System);
        var target = ObservedServer.Target(ObservedServer.Access(Short), server) with
        {
            Databases = [new DatabaseTarget("postgres", null)],
        };
        // Connections are open now, so the next pass hangs in a query and not in a login.
        (await observer.ObserveAsync([target], CancellationToken.None))
            .Clusters[0]
            .Facts("a1");
        server.Suspend();

        for (var pass = 0; pass < 2; pass++)
        {
            var since = Stopwatch.StartNew();
            var snapshot = await observer.ObserveAsync([target], CancellationToken.None);
            Assert.InRange(since.Elapsed, TimeSpan.FromMilliseconds(700), Short + TimeSpan.FromSeconds(5));
            Assert.Equal(UnreadableKind.Unreachable, snapshot.Clusters[0].Unreadable("a1").Kind);
            Assert.IsType<Observation<DatabaseFacts>.Unreadable>(snapshot.Clusters[0].Databases.Single().Contents);
        }

        server.Resume();
        await Poll.UntilAsync(
            "it is read again",
            async () =>
                (await observer.ObserveAsync([target], CancellationToken.None)).Clusters[0].Find("a1")!.Server
                is Observation<ServerFacts>.Seen
        );
    }

    [LiveFact]
    public async Task Observe_Cancelled_EndsAtOnceThoughTheServerHangs()
    {
        await using var server = await PostgresServer.StartAsync(new ServerShape { Name = "a1" });
        server.Suspend();
        using var cancel = new CancellationTokenSource(TimeSpan.FromMilliseconds(200));
        var since = Stopwatch.StartNew();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() =>
            ObservedServer
                .Observer()
                .ObserveAsync([ObservedServer.Target(ObservedServer.Access(), server)], cancel.Token)
                .AsTask()
        );
        Assert.InRange(since.Elapsed, TimeSpan.Zero, TimeSpan.FromSeconds(6));
    }

    [LiveFact]
    public async Task Observe_WrongPassword_IsAccessDeniedAndDoesNotTellIt()
    {
        await using var server = await PostgresServer.StartAsync(
            new ServerShape { Name = "a1", Authentication = ServerAuthentication.Scram }
        );
        var snapshot = await ObservedServer.ObserveAsync(
            ObservedServer.Target(ObservedServer.Access(password: "not-the-password"), server)
        );
        var denied = snapshot.Unreadable("a1");
        Assert.Equal(
            (UnreadableKind.AccessDenied, "password authentication failed for user \"postgres\""),
            (denied.Kind, denied.Reason)
        );
    }

    [LiveFact]
    public async Task Observe_NoPasswordWhereOneIsAsked_SaysSo()
    {
        await using var server = await PostgresServer.StartAsync(
            new ServerShape { Name = "a1", Authentication = ServerAuthentication.Scram }
        );
        var denied = (
            await ObservedServer.ObserveAsync(ObservedServer.Target(ObservedServer.Access() with { Password = null }, server))
        ).Unreadable("a1");
        Assert.Equal(UnreadableKind.AccessDenied, denied.Kind);
        Assert.Contains("password", denied.Reason, StringComparison.Ordinal);
    }

    [LiveFact]
    public async Task Observe_ServerInRecoveryThatTakesNoLogins_IsNotReady()
    {
        await using var primary = await PostgresServer.StartAsync(new ServerShape { Name = "a1" });
        // A standby without hot_standby answers every login with "the database system is not accepting connections".
        var standby = await primary.StartStandbyAsync("a2");
        await standby.StopAsync();
        await standby.AppendConfigurationAsync("hot_standby = off");
        await standby.LaunchAsync();
        Observation<ServerFacts>.Unreadable? notReady = null;
        await Poll.UntilAsync(
            "it answers that it is not ready",
            async () =>
            {
                notReady = (
                    await ObservedServer.ObserveAsync(ObservedServer.Target(ObservedServer.Access(), primary, standby))
                ).Unreadable("a2");
                return notReady.Kind == UnreadableKind.NotReady;
            }
        );
        Assert.Contains("the database system is", notReady!.Reason, StringComparison.Ordinal);
    }

    [LiveFact]
    public async Task Observe_ServerKilledInTheMiddleOfAQuery_IsUnreachable()
    {
        await using var server = await PostgresServer.StartAsync(new ServerShape { Name = "a1" });
        await using var connections = ObservedServer.Connections(keep: true);
        var observer = new PostgresReader(connections, TimeProvider.System);
        var target = ObservedServer.Target(ObservedServer.Access(TimeSpan.FromSeconds(20)), server);
        (await observer.ObserveAsync([target], CancellationToken.None)).Clusters[0].Facts("a1");
        await using var watcher = await server.OpenAsync("template1");
        await using var locker = await server.OpenAsync();
        // The roles query waits for this lock, and nobody can log in any more.
        await using var command = new Npgsql.NpgsqlCommand(
            "begin; lock table pg_catalog.pg_authid in access exclusive mode",
            locker
        );
        await command.ExecuteNonQueryAsync();

        var pass = observer.ObserveAsync([target], CancellationToken.None).AsTask();
        await Poll.UntilAsync(
            "the observer waits for the lock",
            async () =>
            {
                await using var waiting = new Npgsql.NpgsqlCommand("select count(*) from pg_locks where not granted", watcher);
                return (long)(await waiting.ExecuteScalarAsync())! > 0;
            }
        );
        Assert.False(pass.IsCompleted);
        await server.KillAsync();

        var gone = (await pass).Clusters[0].Unreadable("a1");
        Assert.Equal(UnreadableKind.Unreachable, gone.Kind);
    }

    [LiveFact]
    public async Task Observe_ServerRestartedBetweenTwoPasses_IsReadOverANewConnection()
    {
        await using var server = await PostgresServer.StartAsync(new ServerShape { Name = "a1" });
        await using var connections = ObservedServer.Connections(keep: true);
        var observer = new PostgresReader(connections, TimeProvider.System);
        var target = ObservedServer.Target(ObservedServer.Access(), server) with
        {
            Databases = [new DatabaseTarget("postgres", null)],
        };
        var before = (await observer.ObserveAsync([target], CancellationToken.None)).Clusters[0].Facts("a1").StartedAt;
        await server.RestartAsync();
        var after = (await observer.ObserveAsync([target], CancellationToken.None)).Clusters[0];
        Assert.True(after.Facts("a1").StartedAt > before);
        Assert.NotEmpty(after.Contents("postgres").Schemas);
    }

    [LiveFact]
    public async Task Observe_NobodyListens_IsAbsentOnlyWhenTheHostSaysSo()
    {
        var port = FreePort.Next();
        var at = DateTimeOffset.UnixEpoch;
        var target = new ClusterTarget
        {
            Name = "c",
            Access = ObservedServer.Access(),
            Members = [new MemberTarget("a1", "127.0.0.1", port)],
        };

        async Task<ClusterSnapshot> WithHost(Observation<DataDirectoryFacts>? word) =>
            await ObservedServer.ObserveAsync(
                target with
                {
                    Members = [target.Members[0] with { Look = word is null ? null : _ => ValueTask.FromResult(word) }],
                }
            );

        var unasked = await WithHost(null);
        Assert.Equal($"connection refused at 127.0.0.1 port {port}", unasked.Unreadable("a1").Reason);
        Assert.IsType<Observation<ClusterRecord>.Unreadable>(unasked.Record);

        var stopped = await WithHost(
            new Observation<DataDirectoryFacts>.Seen(new DataDirectoryFacts("/d", 15, false, false, "1"), at)
        );
        Assert.Equal(UnreadableKind.Unreachable, stopped.Unreadable("a1").Kind);
        Assert.NotNull(stopped.Find("a1")!.Host);

        var silent = await WithHost(new Observation<DataDirectoryFacts>.Unreadable(UnreadableKind.Unreachable, "no ssh", at));
        Assert.Equal(UnreadableKind.Unreachable, silent.Unreadable("a1").Kind);

        var absent = await WithHost(new Observation<DataDirectoryFacts>.Absent("no directory /d", at));
        Assert.Equal("no directory /d", Assert.IsType<Observation<ServerFacts>.Absent>(absent.Find("a1")!.Server).Evidence);
        Assert.IsType<Observation<ClusterRecord>.Absent>(absent.Record);
    }

    [LiveFact]
    public async Task Observe_SomethingElseThanPostgresListens_IsUnreadableAtItsDeadline()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        var target = new ClusterTarget
        {
            Name = "c",
            Access = ObservedServer.Access(Short),
            Members = [new MemberTarget("a1", "127.0.0.1", ((IPEndPoint)listener.LocalEndpoint).Port)],
        };
        var since = Stopwatch.StartNew();
        Assert.Equal(UnreadableKind.Unreachable, (await ObservedServer.ObserveAsync(target)).Unreadable("a1").Kind);
        Assert.InRange(since.Elapsed, TimeSpan.Zero, Short + TimeSpan.FromSeconds(5));
    }
}

using System.Collections.Concurrent;
using System.Net;
using System.Net.Sockets;
using PgGitOps.Core.Observed;
using PgGitOps.LiveTests.Fleet;
using PgGitOps.Providers.Postgres.Observing;

namespace PgGitOps.LiveTests.Observing;

/// <summary>Of more clusters than are asked at a time, most of them dead, every one that lives is read.</summary>
public sealed class LargeFleetTests
{
    private const int Dead = 300;

    [LiveFact]
    public async Task Observe_MostClustersSilent_ReadsAllThatLiveAndAsksOnlyFewAtATime()
    {
        await using var server = await PostgresServer.StartAsync(new ServerShape { Name = "well" });
        await using var connections = ObservedServer.Connections(keep: true);
        using var silent = new SilentServer();
        var observer = new PostgresReader(connections, TimeProvider.System);
        // The living come last: were they only lucky to be first, this would not be read.
        ClusterTarget[] targets =
        [
            .. Enumerable.Range(0, Dead).Select(i => silent.Target($"c{i:D4}")),
            .. Enumerable.Range(Dead, 30).Select(i => ObservedServer.Target($"c{i:D4}", ObservedServer.Access(), server)),
        ];

        for (var pass = 0; pass < 2; pass++)
        {
            var snapshot = await observer.ObserveAsync(targets, CancellationToken.None);

            Assert.All(targets[Dead..], t => Assert.NotNull(snapshot.Find(t.Name)!.Facts("well")));
            Assert.All(
                targets[..Dead],
                t => Assert.Equal(UnreadableKind.Unreachable, snapshot.Find(t.Name)!.Unreadable("gone").Kind)
            );
        }
    }

    [LiveFact]
    public async Task Observe_ManyRefusals_LooksAtFewHostsAtATime()
    {
        await using var connections = ObservedServer.Connections();
        var (running, most) = (0, 0);
        var port = FreePort.Next();
        async ValueTask<Observation<DataDirectoryFacts>> LookAsync(CancellationToken cancel)
        {
            InterlockedMax(ref most, Interlocked.Increment(ref running));
            await Task.Delay(20, cancel);
            Interlocked.Decrement(ref running);
            return new Observation<DataDirectoryFacts>.Absent("nothing there", DateTimeOffset.UnixEpoch);
        }
        var targets = Enumerable
            .Range(0, Dead)
            .Select(i => new ClusterTarget
            {
                Name = $"c{i:D4}",
                Access = ObservedServer.Access(),
                Members = [new MemberTarget("gone", "127.0.0.1", port) { Look = LookAsync }],
            })
            .ToArray();

        // A clock that stands: whoever holds a turn keeps it, however slow the machine is.
        var snapshot = await new PostgresReader(connections, new StandingTime()).ObserveAsync(targets, CancellationToken.None);

        Assert.All(snapshot.Clusters, c => Assert.IsType<Observation<ServerFacts>.Absent>(c.Find("gone")!.Server));
        Assert.InRange(most, 1, Dead / 2);
    }

    private static void InterlockedMax(ref int most, int now)
    {
        for (var seen = most; now > seen; seen = most)
            Interlocked.CompareExchange(ref most, now, seen);
    }

    /// <summary>Timers never end.</summary>
    private sealed class StandingTime : TimeProvider
    {
        public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period) =>
            System.CreateTimer(callback, state, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
    }

    /// <summary>Takes every connection and never says a word.</summary>
    private sealed class SilentServer : IDisposable
    {
        private readonly TcpListener listener = new(IPAddress.Loopback, FreePort.Next());
        private readonly ConcurrentBag<Socket> held = [];

        public SilentServer()
        {
            listener.Start();
            _ = HoldAsync();
        }

        public ClusterTarget Target(string name) =>
            new()
            {
                Name = name,
                Access = ObservedServer.Access() with { ConnectTimeout = TimeSpan.FromSeconds(1) },
                Members = [new MemberTarget("gone", "127.0.0.1", ((IPEndPoint)listener.LocalEndpoint).Port)],
            };

        public void Dispose()
        {
            listener.Dispose();
            foreach (var socket in held)
                socket.Dispose();
        }

        private async Task HoldAsync()
        {
            try
            {
                while (true)
                    held.Add(await listener.AcceptSocketAsync());
            }
            catch (Exception e) when (e is SocketException or ObjectDisposedException) { }
        }
    }
}

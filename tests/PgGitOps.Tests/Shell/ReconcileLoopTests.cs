using PgGitOps.Controller;
using PgGitOps.Core.Approving;
using PgGitOps.Core.Desired;
using PgGitOps.Core.Observed;
using PgGitOps.Core.Ports;
using PgGitOps.Core.Sources;
using PgGitOps.Providers.Git;
using PgGitOps.Reconciling;
using PgGitOps.Tests.Builders;
using PgGitOps.Tests.Desired;
using Serilog;

namespace PgGitOps.Tests.Shell;

/// <summary>The loop's pace over time that goes when a test says so.</summary>
public sealed class ReconcileLoopTests : IDisposable
{
    private readonly string directory = Directory.CreateTempSubdirectory("pggitops-loop-").FullName;
    private readonly ManualTime time = new();
    private readonly ManualResetEventSlim stall = new();
    private int asked;
    private int looks;

    public void Dispose()
    {
        stall.Dispose();
        Directory.Delete(directory, recursive: true);
    }

    [Fact]
    public async Task Loop_WhileGitStalls_AndTheClockIsSet_LooksAtItsClustersAsEver()
    {
        using var stop = new CancellationTokenSource();
        var run = Loop().RunAsync(stop.Token, CancellationToken.None);
        // From the second asking on Git does not answer; time goes, and the wall clock jumps to and fro.
        var turn = 0;
        await UntilAsync(() =>
        {
            time.SetWallClock(TimeSpan.FromHours(turn++ % 2 == 0 ? -1 : 1));
            time.Advance(TimeSpan.FromMinutes(1));
            return Volatile.Read(ref asked) == 2 && Volatile.Read(ref looks) >= 6;
        });

        Assert.Equal(2, Volatile.Read(ref asked));
        await stop.CancelAsync();
        await UntilAsync(() =>
        {
            time.Advance(TimeSpan.FromSeconds(1));
            return run.IsCompleted;
        });
        await run;
        stall.Set();
    }

    private ReconcileLoop Loop()
    {
        var conditions = new StateConditions(_ => { });
        var route = new Route(
            new Away(() => Interlocked.Increment(ref looks), time), (_, _) => ValueTask.CompletedTask, () => throw new InvalidOperationException("nothing can be done on a cluster that is away"),
            Plans.PasswordsMatch, new JournalArchive(directory, time), _ => throw new InvalidOperationException("nothing is begun"),
            StateMemory.Open(directory, conditions), new SuspensionWatch(new NoHosts(), new OwnSuspensions(directory, conditions), time), time);
        var revision = new RevisionInForce(new RevisionReader(new Source(this), new FleetReader()), new LastGoodRevision(Path.Combine(directory, "last-good.json")), "main", false, time);
        var options = new LoopOptions([], fleet => [.. fleet.Clusters.Select(c => c.Name)], (stopping, abort) => new PassOrder
        {
            Consent = Consent.Enforced,
            Follow = _ => throw new InvalidOperationException("a run was begun"),
            Command = "reconcile",
            Repository = "here",
            Stopping = stopping,
            Abort = abort,
        });
        return new(revision, route, new PassSchedule(() => 0.5), new HealthState(time, TimeSpan.FromMinutes(2)), new LoggerConfiguration().CreateLogger(), options);
    }

    private static async Task UntilAsync(Func<bool> isTrue)
    {
        for (var tries = 0; !isTrue(); tries++)
        {
            Assert.True(tries < 3000, "it did not come about within 30 s");
            await Task.Delay(10);
        }
    }

    private sealed class Source(ReconcileLoopTests test) : ISource
    {
        public string Address => "here";

        public SourceAnswer<EquatableArray<ChangedPath>> ChangedPaths(string fromCommitId, string toCommitId, CancellationToken cancellation) => throw new NotSupportedException();

        public SourceAnswer<EquatableArray<RevisionInfo>> RevisionLog(string reference, int revisionsMax, CancellationToken cancellation) => throw new NotSupportedException();

        public SourceOutcome Read(SourceRequest request, CancellationToken cancel)
        {
            if (Interlocked.Increment(ref test.asked) > 1)
                test.stall.Wait(CancellationToken.None);
            return new SourceOutcome.Read(Trees.Of(
                ("environments/e/clusters/core.yaml", """
                    apiVersion: pggitops.dev/v1
                    kind: Cluster
                    metadata: { name: core }
                    spec:
                      postgres: 15
                      primarySite: oslo
                      members: [ { name: core-1, host: osl-1 } ]
                      replication: {}
                    """),
                ("environments/e/environment.yaml", """
                    apiVersion: pggitops.dev/v1
                    kind: Environment
                    metadata: { name: e }
                    spec:
                      mode: observe
                      interval: 30s
                      access: { user: postgres, sslMode: disable }
                      sites: [ { name: oslo, failureDomains: [ { name: a, hosts: [ { name: osl-1, address: 127.0.0.1 } ] } ] } ]
                    """)), []);
        }
    }

    /// <summary>Every server is away: a pass looks, and ends.</summary>
    private sealed class Away(Action looked, TimeProvider time) : IObserver
    {
        public ValueTask<FleetSnapshot> ObserveAsync(ValidFleet fleet, IReadOnlyCollection<string> clusters, CancellationToken cancel)
        {
            looked();
            var gone = new Observation<ServerFacts>.Unreadable(UnreadableKind.Unreachable, "no route", time.GetUtcNow());
            return ValueTask.FromResult(new FleetSnapshot(time.GetUtcNow(),
            [
                .. clusters.Select(c => new ClusterSnapshot
                {
                    Name = c,
                    Members = [new MemberSnapshot("core-1", gone, null)],
                    Databases = [],
                    Record = new Observation<ClusterRecord>.Unreadable(UnreadableKind.Unreachable, "no primary could be read", time.GetUtcNow()),
                }),
            ]));
        }
    }

    private sealed class NoHosts : ISuspensionPlaces
    {
        public ValueTask<EquatableArray<PlacedSuspension>> ReadAsync(ValidFleet fleet, Cluster cluster, CancellationToken cancel) => ValueTask.FromResult<EquatableArray<PlacedSuspension>>([]);
    }
}

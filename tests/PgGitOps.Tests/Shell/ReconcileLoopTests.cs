using System.Buffers;
using PgGitOps.Controller;
using PgGitOps.Core.Approving;
using PgGitOps.Core.Desired;
using PgGitOps.Core.Observed;
using PgGitOps.Core.Ports;
using PgGitOps.Core.Sources;
using PgGitOps.Journal;
using PgGitOps.Providers.Git;
using PgGitOps.Reconciling;
using PgGitOps.Revisions;
using PgGitOps.State;
using PgGitOps.Tests.Builders;
using PgGitOps.Tests.Desired;

namespace PgGitOps.Tests.Shell;

/// <summary>The loop's pace over time that goes when a test says so, beside a Git that does what a test wants.</summary>
public sealed class ReconcileLoopTests : IDisposable
{
    private readonly string directory = Directory.CreateTempSubdirectory("pggitops-loop-").FullName;
    private readonly ManualTime time = new();
    private readonly ManualResetEventSlim stall = new();
    private readonly Heard heard = new();
    private int looks;

    public void Dispose()
    {
        stall.Dispose();
        for (var tries = 0; Directory.Exists(directory); tries++)
        {
            try
            {
                Directory.Delete(directory, recursive: true);
            }
            catch (IOException) when (tries < 100)
            {
                // A judgement that was let go after the loop's end writes down what it accepted.
                Thread.Sleep(20);
            }
        }
    }

    [Fact]
    public async Task Loop_WhileGitStalls_AndTheClockIsSet_LooksAtItsClustersAsEver()
    {
        // From the second asking on Git does not answer; time goes, and the wall clock jumps to and fro.
        var source = new Source(asked =>
        {
            if (asked > 1)
                stall.Wait(CancellationToken.None);
            return Good;
        });
        var turn = 0;

        await RunAsync(
            source,
            () =>
            {
                time.SetWallClock(TimeSpan.FromHours(turn++ % 2 == 0 ? -1 : 1));
                return source.Asked == 2 && Volatile.Read(ref looks) >= 6;
            }
        );

        Assert.Equal(2, source.Asked);
        Assert.Equal(["RevisionAccepted"], OfRevisions);
    }

    [Fact]
    public async Task Loop_WhileACommitIsBeingJudged_LooksAtItsClustersAsEver_ByTheOneInForce()
    {
        // The judgement is held where it reads the new commit's document, for as long as the test wants.
        var source = new Source(asked => asked == 1 ? Good : Of("b", new Held(() => stall.Wait(CancellationToken.None))));

        await RunAsync(source, () => source.Asked == 2 && Volatile.Read(ref looks) >= 6);

        Assert.Equal(["RevisionAccepted"], OfRevisions);
        Assert.All(heard.Of<PassEvent.PassBegun>(), p => Assert.Equal(new string('a', 40), p.Commit));
    }

    [Fact]
    public async Task Loop_BesideACommitThatThrowsWhereverItIsRead_ToldOnce_LooksAtItsClustersAsEver()
    {
        var judged = 0;
        var source = new Source(asked =>
            asked == 1
                ? Good
                : Of(
                    "b",
                    new Held(() =>
                    {
                        Interlocked.Increment(ref judged);
                        throw new InvalidCastException("a document that nobody foresaw");
                    })
                )
        );

        await RunAsync(source, () => source.Asked >= 30 && Volatile.Read(ref looks) >= 30);

        Assert.Equal(["RevisionAccepted", "RevisionInvalid"], OfRevisions);
        // Half an hour: what we failed at is tried ever more rarely.
        Assert.InRange(Volatile.Read(ref judged), 1, 12);
        Assert.Empty(heard.Of<PassEvent.PassFailed>());
    }

    [Fact]
    public async Task Loop_WhenReadingThrows_ToldOnce_LooksAtItsClustersAsEver_AndTellsTheEnd()
    {
        var source = new Source(asked => asked is 1 or > 6 ? Good : throw new InvalidCastException("a bug of ours"));

        await RunAsync(source, () => heard.Codes.Contains("RevisionCurrent") && Volatile.Read(ref looks) >= 6);

        Assert.Equal(["RevisionAccepted", "RevisionJudgementFailed", "RevisionCurrent"], OfRevisions);
    }

    [Fact]
    public async Task Loop_WhenAPassThrows_TellsIt_StallsThatCluster_AndGoesOn()
    {
        await RunAsync(
            new Source(_ => Good),
            () => heard.Of<PassEvent.PassScheduled>().Count >= 3,
            () => throw new InvalidCastException("a bug of ours")
        );

        Assert.All(heard.Of<PassEvent.PassFailed>(), e => Assert.IsType<InvalidCastException>(e.Error));
        var told = Assert.Single(heard.Of<PassEvent.ConditionChanged>()).After;
        Assert.Equal((ConditionState.Stalled, ConditionReason.InternalError), (told.State, told.Reason));
        Assert.Equal([1, 2, 3], heard.Of<PassEvent.PassScheduled>().Take(3).Select(s => s.Failures));
    }

    private IEnumerable<string> OfRevisions => heard.Codes.Where(c => c.StartsWith("Revision", StringComparison.Ordinal));

    /// <summary>Lets the loop run, a minute at a time, until something is so; then ends it.</summary>
    private async Task RunAsync(Source source, Func<bool> isDone, Action? looking = null)
    {
        using var stop = new CancellationTokenSource();
        var run = Loop(source, looking ?? (() => { })).RunAsync(stop.Token, CancellationToken.None);
        await UntilAsync(() =>
        {
            time.Advance(TimeSpan.FromMinutes(1));
            return run.IsCompleted || isDone();
        });
        Assert.False(run.IsCompleted);
        await stop.CancelAsync();
        await UntilAsync(() =>
        {
            time.Advance(TimeSpan.FromSeconds(1));
            return run.IsCompleted;
        });
        await run;
        stall.Set();
        Assert.Equal("LoopEnded", heard.Codes.Last());
    }

    private ReconcileLoop Loop(Source source, Action looking)
    {
        var conditions = new StateConditions(_ => { });
        var away = new Away(
            () =>
            {
                Interlocked.Increment(ref looks);
                looking();
            },
            time
        );
        var route = new Route(
            away,
            (_, _) => ValueTask.CompletedTask,
            new NoLease(),
            [],
            Plans.PasswordsMatch,
            new JournalArchive(directory, time),
            _ => throw new InvalidOperationException("nothing is begun"),
            StateMemory.Open(directory, "0123456789abcdef", conditions, time),
            new SuspensionWatch(new NoHosts(), new OwnSuspensions(directory, conditions), time),
            time
        );
        var revision = new RevisionInForce(
            new RevisionReader(source, new FleetReader()),
            new LastGoodRevision(Path.Combine(directory, "last-good.json")),
            "main",
            false,
            time
        );
        var options = new LoopOptions(
            [],
            fleet => [.. fleet.Clusters.Select(c => c.Name)],
            (stopping, abort) =>
                new PassOrder
                {
                    Consent = Consent.Enforced,
                    Listener = heard,
                    Command = "reconcile",
                    Repository = "here",
                    Stopping = stopping,
                    Abort = abort,
                }
        );
        return new(revision, route, new PassSchedule(() => 0.5), heard, options);
    }

    private static async Task UntilAsync(Func<bool> isTrue)
    {
        for (var tries = 0; !isTrue(); tries++)
        {
            Assert.True(tries < 3000, "it did not come about within 30 s");
            await Task.Delay(10);
        }
    }

    private static SourceTree Good { get; } = Of("a", null);

    /// <param name="held">A further file of the commit.</param>
    private static SourceTree Of(string digit, Held? held)
    {
        var tree = Trees.Of(
            (
                "environments/e/clusters/core.yaml",
                """
                apiVersion: pggitops.dev/v1
                kind: Cluster
                metadata: { name: core }
                spec:
                  postgres: 15
                  primarySite: oslo
                  members: [ { name: core-1, host: osl-1 } ]
                  replication: {}
                """
            ),
            (
                "environments/e/environment.yaml",
                """
                apiVersion: pggitops.dev/v1
                kind: Environment
                metadata: { name: e }
                spec:
                  mode: observe
                  interval: 30s
                  access: { user: postgres, sslMode: disable }
                  sites: [ { name: oslo, failureDomains: [ { name: a, hosts: [ { name: osl-1, address: 127.0.0.1 } ] } ] } ]
                """
            )
        );
        var revision = tree.Revision with { CommitId = string.Concat(Enumerable.Repeat(digit, 40)) };
        return held is null
            ? tree with
            {
                Revision = revision,
            }
            : new(revision, [.. tree.Files, new("environments/e/held.yaml", new string('1', 40), held.Memory)]);
    }

    /// <summary>Content that does something whenever it is read.</summary>
    private sealed class Held(Action read) : MemoryManager<byte>
    {
        private readonly byte[] content = "# nothing\n"u8.ToArray();

        public override Memory<byte> Memory => CreateMemory(content.Length);

        public override Span<byte> GetSpan()
        {
            read();
            return content;
        }

        public override MemoryHandle Pin(int elementIndex = 0) => throw new NotSupportedException();

        public override void Unpin() { }

        protected override void Dispose(bool disposing) { }
    }

    /// <summary>Answers <em>unchanged</em> of a commit that the caller knows, as a repository does.</summary>
    private sealed class Source(Func<int, SourceTree> read) : ISource
    {
        private int asked;

        public string Address => "here";

        public int Asked => Volatile.Read(ref asked);

        public SourceAnswer<EquatableArray<ChangedPath>> ChangedPaths(
            string fromCommitId,
            string toCommitId,
            CancellationToken cancellation
        ) => throw new NotSupportedException();

        public SourceAnswer<EquatableArray<RevisionInfo>> RevisionLog(
            string reference,
            int revisionsMax,
            CancellationToken cancellation
        ) => throw new NotSupportedException();

        public SourceOutcome Read(SourceRequest request, CancellationToken cancel)
        {
            var tree = read(Interlocked.Increment(ref asked));
            return tree.Revision.CommitId == request.KnownCommitId
                ? new SourceOutcome.Unchanged(tree.Revision.CommitId)
                : new SourceOutcome.Read(tree, []);
        }
    }

    private sealed class NoLease : IClusterLeases
    {
        public ValueTask<LeaseOutcome> TakeAsync(
            ValidFleet fleet,
            Cluster cluster,
            ClusterSnapshot snapshot,
            CancellationToken cancel
        ) => throw new InvalidOperationException("nothing can be done on a cluster that is away");
    }

    /// <summary>Every server is away: a pass looks, and ends.</summary>
    private sealed class Away(Action looked, TimeProvider time) : IObserver
    {
        public ValueTask<FleetSnapshot> ObserveAsync(
            ValidFleet fleet,
            IReadOnlyCollection<string> clusters,
            CancellationToken cancel
        )
        {
            looked();
            var gone = new Observation<ServerFacts>.Unreadable(UnreadableKind.Unreachable, "no route", time.GetUtcNow());
            return ValueTask.FromResult(
                new FleetSnapshot(
                    time.GetUtcNow(),
                    [
                        .. clusters.Select(c => new ClusterSnapshot
                        {
                            Name = c,
                            Members = [new MemberSnapshot("core-1", gone, null)],
                            Databases = [],
                            Record = new Observation<ClusterRecord>.Unreadable(
                                UnreadableKind.Unreachable,
                                "no primary could be read",
                                time.GetUtcNow()
                            ),
                        }),
                    ]
                )
            );
        }
    }

    private sealed class NoHosts : ISuspensionPlaces
    {
        public ValueTask<EquatableArray<PlacedSuspension>> ReadAsync(
            ValidFleet fleet,
            Cluster cluster,
            CancellationToken cancel
        ) => ValueTask.FromResult<EquatableArray<PlacedSuspension>>([]);
    }
}

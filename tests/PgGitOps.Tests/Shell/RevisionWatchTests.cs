using PgGitOps.Controller;
using PgGitOps.Core.Desired;
using PgGitOps.Core.Ports;
using PgGitOps.Core.Sources;
using PgGitOps.Providers.Git;
using PgGitOps.Revisions;
using PgGitOps.Tests.Builders;

namespace PgGitOps.Tests.Shell;

/// <summary>Git beside the loop: what it does there, nobody waits for.</summary>
public sealed class RevisionWatchTests : IDisposable
{
    private readonly string directory = Directory.CreateTempSubdirectory("pggitops-watch-").FullName;
    private readonly ManualTime time = new();

    public void Dispose() => Directory.Delete(directory, recursive: true);

    [Fact]
    public async Task Run_AsksOnceAnInterval()
    {
        var source = new Source(_ => new SourceOutcome.Refused(new(SourceRefusalKind.RemoteUnreachable, "no route")));
        var looks = 0;
        using var stop = new CancellationTokenSource();
        var run = Watch(source).RunAsync((_, _) => Interlocked.Increment(ref looks), stop.Token);

        for (var expected = 1; expected <= 3; expected++)
        {
            await UntilAsync(() => looks == expected && time.Waiting == 1);
            // Less than the interval: nobody is asked.
            time.Advance(TimeSpan.FromSeconds(29));
            Assert.Equal(expected, source.Asked);
            time.Advance(TimeSpan.FromSeconds(1));
        }
        await stop.CancelAsync();
        await run;
    }

    [Fact]
    public async Task Run_WhenReadingThrows_TellsItAsAProblem_AndAsksAgain()
    {
        var source = new Source(_ => throw new InvalidCastException("a bug of ours"));
        List<RevisionState> told = [];
        using var stop = new CancellationTokenSource();
        var run = Watch(source)
            .RunAsync(
                (state, _) =>
                {
                    lock (told)
                        told.Add(state);
                },
                stop.Token
            );

        await UntilAsync(() => told.Count == 1 && time.Waiting == 1);
        Assert.Equal(
            "reading or judging the newest revision failed: InvalidCastException: a bug of ours",
            told[0].Problem?.Describe()
        );
        time.Advance(TimeSpan.FromSeconds(30));
        await UntilAsync(() => told.Count == 2 && time.Waiting == 1);
        await stop.CancelAsync();
        await run;
    }

    [Fact]
    public async Task Run_WhileARemoteStalls_KeepsWhatIsInForce_AndHeedsTheWishToStop()
    {
        using var stall = new ManualResetEventSlim();
        var source = new Source(_ =>
        {
            // Heeds no token, as a library call does.
            stall.Wait();
            return new SourceOutcome.Unchanged("c0ffee");
        });
        using var stop = new CancellationTokenSource();
        var watch = Watch(source);
        var run = watch.RunAsync((_, _) => { }, stop.Token);
        await UntilAsync(() => source.Asked == 1);

        Assert.Null(watch.State.Fleet);
        await stop.CancelAsync();
        // It gets a moment to come back, and then nobody waits for it.
        await UntilAsync(() => time.Waiting == 1);
        time.Advance(TimeSpan.FromSeconds(5));
        await run;
        stall.Set();
    }

    [Fact]
    public void Refresh_OfACommitThatIsRefused_JudgesItOnce()
    {
        var known = new List<string?>();
        var source = new Source(request =>
        {
            known.Add(request.KnownCommitId);
            return request.KnownCommitId is { } id
                ? new SourceOutcome.Unchanged(id)
                : new SourceOutcome.Read(Desired.Trees.Of(("environments/e/environment.yaml", "kind: Environment\n")), []);
        });
        var revision = Revision(source);

        for (var look = 0; look < 3; look++)
            revision.Refresh(CancellationToken.None);

        Assert.Equal([null, new string('0', 40), new string('0', 40)], known);
        Assert.IsType<RevisionProblem.Invalid>(revision.State.Problem);
    }

    private RevisionWatch Watch(Source source) => new(Revision(source), _ => TimeSpan.FromSeconds(30), time);

    private RevisionInForce Revision(Source source) =>
        new(
            new RevisionReader(source, new FleetReader()),
            new LastGoodRevision(Path.Combine(directory, "last-good.json")),
            "main",
            false,
            time
        );

    private static async Task UntilAsync(Func<bool> isTrue)
    {
        for (var tries = 0; !isTrue(); tries++)
        {
            Assert.True(tries < 3000, "it did not come about within 30 s");
            await Task.Delay(10);
        }
    }

    private sealed class Source(Func<SourceRequest, SourceOutcome> read) : ISource
    {
        private int asked;

        public string Address => "here";

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

        public int Asked => Volatile.Read(ref asked);

        public SourceOutcome Read(SourceRequest request, CancellationToken cancel)
        {
            Interlocked.Increment(ref asked);
            return read(request);
        }
    }
}

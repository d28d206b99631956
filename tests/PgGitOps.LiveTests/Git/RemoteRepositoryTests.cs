using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using PgGitOps.Core.Ports;
using PgGitOps.Core.Sources;
using PgGitOps.LiveTests.Fleet;
using PgGitOps.Providers.Git;
using PgGitOps.Providers.Git.Remotes;
using static PgGitOps.LiveTests.Git.GitScratch;

namespace PgGitOps.LiveTests.Git;

[Trait("Requirement", "R-16")]
public sealed class RemoteRepositoryTests : IDisposable
{
    private readonly GitScratch scratch = new();
    private readonly string repository;
    private readonly string bare;
    private readonly HttpGitServer server;

    public RemoteRepositoryTests()
    {
        repository = scratch.NewRepository();
        bare = scratch.Bare(repository);
        server = new HttpGitServer(scratch);
    }

    public void Dispose()
    {
        server.Dispose();
        scratch.Dispose();
    }

    [Fact]
    public void Read_OverHttp_FollowsTheRemote()
    {
        var source = scratch.Source(server.Url("bare.git"));
        var first = ReadOf(source.Read(new SourceRequest())).Tree;
        Assert.Equal(["environments/local/b.yaml", "policies/a.yaml"], first.Paths());
        Assert.Equal(
            new SourceOutcome.Unchanged(first.Revision.CommitId),
            source.Read(new SourceRequest { KnownCommitId = first.Revision.CommitId })
        );

        var pushed = Push("second", ("policies/a.yaml", "a: 2\n"));

        var second = ReadOf(
            source.Read(new SourceRequest { KnownCommitId = first.Revision.CommitId, LastGoodCommitId = first.Revision.CommitId })
        ).Tree;
        Assert.Equal(pushed, second.Revision.CommitId);
        Assert.Equal("a: 2\n", second.Text("policies/a.yaml"));
        var log = Assert.IsType<SourceAnswer<EquatableArray<RevisionInfo>>.Found>(source.RevisionLog("HEAD", 10)).Value;
        Assert.Equal(["second", "first"], log.Select(one => one.Subject));
    }

    [Fact]
    public void Read_OverHttp_FollowsBranchesTagsAndHeadAsTheyComeAndGo()
    {
        var source = scratch.Source(server.Url("bare.git"));
        scratch.Git(bare, "branch", "a", "main");
        scratch.Git(bare, "tag", "-a", "v1", "-m", "v1", "main");
        Assert.Equal(scratch.Head(repository), ReadOf(source.Read(At("a"))).Tree.Revision.CommitId);
        Assert.Equal(scratch.Head(repository), ReadOf(source.Read(At("v1"))).Tree.Revision.CommitId);

        // A branch that becomes a folder of branches, a tag that moves and another default branch.
        var pushed = Push("second");
        scratch.Git(bare, "branch", "-D", "a");
        scratch.Git(bare, "branch", "a/b", "main");
        scratch.Git(bare, "tag", "-f", "v1", "main");
        scratch.Git(bare, "symbolic-ref", "HEAD", "refs/heads/a/b");

        Assert.Equal(SourceRefusalKind.ReferenceMissing, RefusalOf(source.Read(At("a"))).Kind);
        Assert.Equal(pushed, ReadOf(source.Read(At("a/b"))).Tree.Revision.CommitId);
        Assert.Equal(pushed, ReadOf(source.Read(At("v1"))).Tree.Revision.CommitId);
        Assert.Equal(pushed, ReadOf(source.Read(At("HEAD"))).Tree.Revision.CommitId);
    }

    [Fact]
    public void Read_WhenTheRemoteIsDown_KeepsTheLastGoodRevisionReadable()
    {
        var source = scratch.Source(server.Url("bare.git"));
        var good = ReadOf(source.Read(new SourceRequest())).Tree;
        server.Dispose();

        Assert.Equal(SourceRefusalKind.RemoteUnreachable, RefusalOf(source.Read(new SourceRequest())).Kind);

        // Another process, with nothing in memory, at the commit that the state file names.
        var again = ReadOf(scratch.Source(server.Url("bare.git")).Read(At(good.Revision.CommitId))).Tree;
        Assert.Equal(good.Text("policies/a.yaml"), again.Text("policies/a.yaml"));
    }

    [Fact]
    public void Read_AfterAForcePush_RefusesUntilItIsAcceptedAndKeepsTheOldCommit()
    {
        Push("second", ("policies/a.yaml", "a: 2\n"));
        var source = scratch.Source(server.Url("bare.git"));
        var good = ReadOf(source.Read(new SourceRequest())).Tree.Revision.CommitId;
        scratch.Git(repository, "reset", "-q", "--hard", "HEAD~1");
        scratch.Commit(repository, "other", ("policies/a.yaml", "a: 3\n"));
        scratch.Git(repository, "push", "-q", "--force", bare, "main");

        var refusal = RefusalOf(source.Read(new SourceRequest { LastGoodCommitId = good }));
        Assert.Equal(SourceRefusalKind.HistoryRewritten, refusal.Kind);
        Assert.Contains(good, refusal.Message, StringComparison.Ordinal);
        Assert.Equal("a: 2\n", ReadOf(source.Read(At(good))).Tree.Text("policies/a.yaml"));

        var accepted = ReadOf(source.Read(new SourceRequest { LastGoodCommitId = good, AcceptRewrittenHistory = true }));
        Assert.Equal("a: 3\n", accepted.Tree.Text("policies/a.yaml"));
        // A mirror that never saw the old commit knows as little that the new one descends from it.
        var elsewhere = new GitSource(scratch.Options(server.Url("bare.git")) with { CacheDirectory = scratch.Path("cache2") });
        Assert.Equal(
            SourceRefusalKind.HistoryRewritten,
            RefusalOf(elsewhere.Read(new SourceRequest { LastGoodCommitId = good })).Kind
        );
    }

    [Fact]
    public void Read_WhenATransferBreaksOff_IsInterruptedAndMovesNothing()
    {
        var source = scratch.Source(server.Url("bare.git"));
        var good = ReadOf(source.Read(new SourceRequest())).Tree.Revision.CommitId;
        Push(
            "big",
            ("policies/big.yaml", Convert.ToHexString(System.Security.Cryptography.RandomNumberGenerator.GetBytes(200_000)))
        );
        server.PackBytesMax = 50_000;

        Assert.Equal(SourceRefusalKind.FetchInterrupted, RefusalOf(source.Read(new SourceRequest())).Kind);

        var log = Assert.IsType<SourceAnswer<EquatableArray<RevisionInfo>>.Found>(source.RevisionLog("main", 5)).Value;
        Assert.Equal(good, log[0].CommitId);
        server.PackBytesMax = null;
        Assert.Equal(
            400_000,
            ReadOf(source.Read(new SourceRequest { LastGoodCommitId = good }))
                .Tree.Files.Single(file => file.Path == "policies/big.yaml")
                .Content.Length
        );
    }

    [Fact]
    public void Read_WhenTheFirstTransferBreaksOff_LeavesNoMirror()
    {
        server.PackBytesMax = 20;
        var source = scratch.Source(server.Url("bare.git"));

        Assert.Equal(SourceRefusalKind.FetchInterrupted, RefusalOf(source.Read(new SourceRequest())).Kind);

        Assert.Empty(Directory.EnumerateDirectories(scratch.Path("cache"), "*.git"));
        server.PackBytesMax = null;
        Assert.Equal(2, ReadOf(source.Read(new SourceRequest())).Tree.Files.Count);
    }

    [Fact]
    public void Read_WhenAKilledFetchLeftLocksAndHalfAPack_ClearsThemAndFetches()
    {
        var source = scratch.Source(server.Url("bare.git"));
        ReadOf(source.Read(new SourceRequest()));
        var mirror = Directory.EnumerateDirectories(scratch.Path("cache"), "*.git").Single();
        Directory.CreateDirectory(System.IO.Path.Combine(mirror, "refs/heads"));
        File.WriteAllText(System.IO.Path.Combine(mirror, "refs/heads/main.lock"), "");
        File.WriteAllText(System.IO.Path.Combine(mirror, "packed-refs.lock"), "");
        File.WriteAllText(System.IO.Path.Combine(mirror, "objects/pack/tmp_pack_abc123"), "half");
        var pushed = Push("second");

        Assert.Equal(pushed, ReadOf(source.Read(new SourceRequest())).Tree.Revision.CommitId);
        Assert.False(File.Exists(System.IO.Path.Combine(mirror, "objects/pack/tmp_pack_abc123")));
    }

    [Theory]
    [InlineData("object")]
    [InlineData("config")]
    [InlineData("reference")]
    public void Read_WhenTheMirrorIsDamaged_FetchesItAnew(string what)
    {
        var options = scratch.Options(server.Url("bare.git"));
        ReadOf(new GitSource(options).Read(new SourceRequest()));
        var mirror = Directory.EnumerateDirectories(scratch.Path("cache"), "*.git").Single();
        foreach (var file in Directory.EnumerateFiles(mirror, "*", SearchOption.AllDirectories))
        {
            var name = System.IO.Path.GetRelativePath(mirror, file);
            var hit = what switch
            {
                "object" => name.StartsWith("objects/", StringComparison.Ordinal)
                    && !name.EndsWith(".idx", StringComparison.Ordinal),
                "config" => name == "config",
                _ => name is "refs/heads/main" or "refs/pggitops/HEAD",
            };
            if (!hit)
                continue;
            File.SetUnixFileMode(file, UnixFileMode.UserRead | UnixFileMode.UserWrite);
            File.WriteAllText(file, "damage");
        }

        Assert.Equal(
            ["environments/local/b.yaml", "policies/a.yaml"],
            ReadOf(new GitSource(options).Read(new SourceRequest())).Tree.Paths()
        );
    }

    [Fact]
    public void Read_WhenTheServerNeverAnswers_EndsAtTheDeadlineAndLeavesNoProcess()
    {
        using var silent = new TcpListener(IPAddress.Loopback, 0);
        silent.Start();
        var mark = $"/silent-{Guid.NewGuid():N}.git";
        var address = $"http://127.0.0.1:{((IPEndPoint)silent.LocalEndpoint).Port}{mark}";
        var source = new GitSource(scratch.Options(address) with { Deadline = TimeSpan.FromMilliseconds(700) });
        var clock = Stopwatch.StartNew();

        var refusal = RefusalOf(source.Read(new SourceRequest()));

        Assert.Equal(SourceRefusalKind.RemoteTimeout, refusal.Kind);
        Assert.InRange(clock.ElapsedMilliseconds, 600, 20_000);
        AssertNoProcessNames(mark);
    }

    [Fact]
    public void Read_WhenCancelled_EndsTheTransferAtOnceAndLeavesNoProcess()
    {
        using var silent = new TcpListener(IPAddress.Loopback, 0);
        silent.Start();
        var mark = $"/silent-{Guid.NewGuid():N}.git";
        var source = scratch.Source($"http://127.0.0.1:{((IPEndPoint)silent.LocalEndpoint).Port}{mark}");
        using var cancellation = new CancellationTokenSource(TimeSpan.FromMilliseconds(500));
        var clock = Stopwatch.StartNew();

        Assert.ThrowsAny<OperationCanceledException>(() => source.Read(new SourceRequest(), cancellation.Token));

        Assert.InRange(clock.ElapsedMilliseconds, 400, 20_000);
        AssertNoProcessNames(mark);
    }

    [Fact]
    public void Read_WithCredentialsInTheAddress_UsesThemAndNeverShowsThem()
    {
        const string Secret = "s3cr3t-t0ken/&x";
        server.Login = "robot:" + Secret;
        var place = server.Url("bare.git");
        var address = place.Replace("http://", $"http://robot:{Uri.EscapeDataString(Secret)}@", StringComparison.Ordinal);

        Assert.Equal(2, ReadOf(scratch.Source(address).Read(new SourceRequest())).Tree.Files.Count);

        var wrong = scratch.Source(address.Replace("robot", "other", StringComparison.Ordinal));
        var refused = RefusalOf(wrong.Read(new SourceRequest()));
        Assert.Equal(SourceRefusalKind.AuthenticationFailed, refused.Kind);
        server.Dispose();
        var down = RefusalOf(scratch.Source(address).Read(new SourceRequest()));
        Assert.Equal(SourceRefusalKind.RemoteUnreachable, down.Kind);
        foreach (var shown in new[] { refused.ToString(), down.ToString(), wrong.Address, GitAddress.Parse(address).ToString() })
            Assert.DoesNotContain("s3cr3t", shown, StringComparison.Ordinal);
        foreach (var file in Directory.EnumerateFiles(scratch.Path("cache"), "*", SearchOption.AllDirectories))
            Assert.DoesNotContain("s3cr3t", File.ReadAllText(file), StringComparison.Ordinal);
    }

    [Fact]
    public void Read_WithCredentials_KeepsThemOutOfEveryProcessArgument()
    {
        using var silent = new TcpListener(IPAddress.Loopback, 0);
        silent.Start();
        var mark = $"args-{Guid.NewGuid():N}";
        var source = new GitSource(
            scratch.Options($"http://robot:s3cr3t-args@127.0.0.1:{((IPEndPoint)silent.LocalEndpoint).Port}/{mark}.git")
        );
        using var cancellation = new CancellationTokenSource();
        var reader = new Thread(() =>
        {
            try
            {
                source.Read(new SourceRequest(), cancellation.Token);
            }
            catch (OperationCanceledException)
            {
                // Ended by the test once it has seen the processes.
            }
        });
        reader.Start();

        var seen = Poll(
            () => CommandLines().Where(line => line.Contains(mark, StringComparison.Ordinal)).ToList(),
            lines => lines.Any(line => line.Contains("remote-http", StringComparison.Ordinal))
        );
        cancellation.Cancel();
        reader.Join();

        Assert.NotEmpty(seen);
        Assert.All(seen, line => Assert.DoesNotContain("s3cr3t", line, StringComparison.Ordinal));
        Assert.DoesNotContain(CommandLines(), line => line.Contains("s3cr3t-args", StringComparison.Ordinal));
    }

    [Fact]
    public void Read_WithoutAPassword_FailsWithoutAsking()
    {
        server.Login = "robot:x";
        Assert.Equal(
            SourceRefusalKind.AuthenticationFailed,
            RefusalOf(scratch.Source(server.Url("bare.git")).Read(new SourceRequest())).Kind
        );
    }

    [Fact]
    public void Read_OfRemotesThatCannotBeRead_NamesWhy()
    {
        scratch.Git(scratch.Root, "init", "-q", "--bare", "empty.git");
        scratch.Git(scratch.Root, "init", "-q", "--bare", "--object-format=sha256", "long.git");
        var longer = scratch.Path("long");
        scratch.Git(scratch.Root, "init", "-q", "-b", "main", "--object-format=sha256", longer);
        scratch.Commit(longer, "first", ("policies/a.yaml", "a"));
        scratch.Git(longer, "push", "-q", scratch.Path("long.git"), "main");

        SourceRefusalKind KindOf(string address, string reference = "HEAD") =>
            RefusalOf(scratch.Source(address).Read(At(reference))).Kind;

        Assert.Equal(SourceRefusalKind.RepositoryMissing, KindOf(server.Url("absent.git")));
        Assert.Equal(SourceRefusalKind.NoCommits, KindOf(server.Url("empty.git")));
        Assert.Equal(SourceRefusalKind.Sha256Unsupported, KindOf(server.Url("long.git")));
        Assert.Equal(SourceRefusalKind.ReferenceMissing, KindOf(server.Url("bare.git"), "absent"));
        Assert.Equal(SourceRefusalKind.RemoteUnreachable, KindOf($"http://127.0.0.1:{FreePort.Next()}/x.git"));
        Assert.Equal(SourceRefusalKind.RemoteUnreachable, KindOf("https://no-such-host.invalid/x.git"));
        Assert.Equal(SourceRefusalKind.AddressUnsupported, KindOf("ext::sh -c id"));
        Assert.Equal(
            SourceRefusalKind.CacheUnusable,
            RefusalOf(
                new GitSource(scratch.Options(server.Url("bare.git")) with { CacheDirectory = "/proc/nowhere" }).Read(
                    new SourceRequest()
                )
            ).Kind
        );
    }

    [Fact]
    public async Task Read_FromManyProcessesAndThreads_AlwaysSeesWholeCommits()
    {
        const int Readers = 6;
        using var stop = new CancellationTokenSource();
        var shared = scratch.Source(server.Url("bare.git"));
        // Half share one source, half have their own on the same mirror, as other processes would.
        var readers = Enumerable
            .Range(0, Readers)
            .Select(number =>
                Task.Run(() =>
                {
                    var source = number % 2 == 0 ? shared : scratch.Source(server.Url("bare.git"));
                    var reads = 0;
                    while (!stop.IsCancellationRequested)
                    {
                        var tree = ReadOf(source.Read(new SourceRequest())).Tree;
                        var values = tree
                            .Files.Where(file => file.Path.StartsWith("policies/pair", StringComparison.Ordinal))
                            .Select(file => tree.Text(file.Path))
                            .Distinct();
                        Assert.True(values.Count() <= 1, "files of two commits in one tree");
                        reads++;
                    }
                    return reads;
                })
            )
            .ToList();
        for (var version = 0; version < 8; version++)
            Push(
                $"v{version}",
                [.. Enumerable.Range(0, 20).Select(number => ($"policies/pair{number}.yaml", (string?)$"v: {version}\n"))]
            );
        stop.Cancel();

        var counts = await Task.WhenAll(readers);

        Assert.All(counts, count => Assert.True(count > 0));
        Assert.Equal("v: 7\n", ReadOf(shared.Read(new SourceRequest())).Tree.Text("policies/pair3.yaml"));
    }

    private string Push(string subject, params (string, string?)[] files)
    {
        var id = scratch.Commit(repository, subject, files);
        scratch.Git(repository, "push", "-q", bare, "main");
        return id;
    }

    private static void AssertNoProcessNames(string mark) =>
        Assert.Empty(
            Poll(
                () => CommandLines().Where(line => line.Contains(mark, StringComparison.Ordinal)).ToList(),
                lines => lines.Count == 0
            )
        );

    private static List<string> Poll(Func<List<string>> look, Func<List<string>, bool> until)
    {
        var clock = Stopwatch.StartNew();
        var seen = look();
        while (!until(seen) && clock.Elapsed < TimeSpan.FromSeconds(30))
        {
            Thread.Sleep(20);
            seen = look();
        }
        return seen;
    }

    private static IEnumerable<string> CommandLines()
    {
        foreach (
            var directory in Directory
                .EnumerateDirectories("/proc")
                .Where(path => int.TryParse(System.IO.Path.GetFileName(path), out _))
        )
        {
            string line;
            try
            {
                line = File.ReadAllText(System.IO.Path.Combine(directory, "cmdline"));
            }
            catch (Exception e) when (e is IOException or UnauthorizedAccessException)
            {
                continue;
            }
            yield return line.Replace('\0', ' ');
        }
    }
}

using System.Diagnostics;
using PgGitOps.Core.Ports;
using PgGitOps.Providers.Git;
using PgGitOps.Providers.Git.Reading;
using static PgGitOps.LiveTests.Git.GitScratch;

namespace PgGitOps.LiveTests.Git;

/// <summary>What a power cut, a full disk, a careless copy or an enemy leaves of a repository: every read ends, and says what is damaged.</summary>
[Trait("Requirement", "R-16")]
public sealed partial class TornRepositoryTests : IDisposable
{
    // No test waits for this long; only a reader that never comes back meets it.
    private static readonly TimeSpan Ever = TimeSpan.FromMinutes(2);

    private readonly GitScratch scratch = new();
    private readonly string repository;

    public TornRepositoryTests() => repository = scratch.NewRepository();

    public static TheoryData<string, string> LooseDamages()
    {
        var data = new TheoryData<string, string>();
        foreach (var what in (string[])["HEAD", "HEAD^{tree}", "HEAD:policies", "HEAD:policies/a.yaml"])
        {
            foreach (
                var damage in (string[])
                    [
                        "half",
                        "its first 20 bytes",
                        "all but 5 bytes",
                        "all but 1 byte",
                        "empty",
                        "zeros",
                        "garbage",
                        "another object",
                        "another kind",
                        "a pipe",
                        "a directory",
                        "gone",
                    ]
            )
                data.Add(what, damage);
        }
        return data;
    }

    public void Dispose() => scratch.Dispose();

    [Theory]
    [MemberData(nameof(LooseDamages))]
    public void Read_WhenOneLooseObjectIsDamaged_EndsAndNamesIt(string what, string damage)
    {
        scratch.Commit(
            repository,
            "longer",
            ("policies/a.yaml", string.Join('\n', Enumerable.Range(0, 200).Select(n => $"a{n}: {n * 7919}")))
        );
        var id = scratch.Git(repository, "rev-parse", what).Trim();
        var (blob, tree) = (
            scratch.Git(repository, "rev-parse", "HEAD:README.md").Trim(),
            scratch.Git(repository, "rev-parse", "HEAD:environments").Trim()
        );
        Damage(
            Loose(id),
            damage,
            damage == "another object"
                ? Loose(what == "HEAD:policies" ? tree : blob)
                : Loose(what.EndsWith(".yaml", StringComparison.Ordinal) ? tree : blob)
        );

        var refusal = Refusal(scratch.Source(repository));

        Assert.Equal(SourceRefusalKind.CorruptObject, refusal.Kind);
        Assert.Contains(id, refusal.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("pack", "half")]
    [InlineData("pack", "its first 20 bytes")]
    [InlineData("pack", "all but 6 bytes")]
    [InlineData("pack", "empty")]
    [InlineData("pack", "zeros")]
    [InlineData("pack", "garbage")]
    [InlineData("pack", "a pipe")]
    [InlineData("pack", "a directory")]
    [InlineData("pack", "gone")]
    [InlineData("idx", "half")]
    [InlineData("idx", "its first 20 bytes")]
    [InlineData("idx", "empty")]
    [InlineData("idx", "zeros")]
    [InlineData("idx", "garbage")]
    [InlineData("idx", "a pipe")]
    [InlineData("idx", "a directory")]
    [InlineData("idx", "gone")]
    public void Read_WhenAPackIsDamaged_EndsAndSaysSo(string suffix, string damage)
    {
        for (var version = 0; version < 6; version++)
            scratch.Commit(
                repository,
                $"v{version}",
                (
                    "policies/a.yaml",
                    string.Join('\n', Enumerable.Range(0, 300).Select(n => $"a{n}: {n * 7919 + (n == version ? 1 : 0)}"))
                )
            );
        scratch.Git(repository, "repack", "-q", "-a", "-d");
        scratch.Git(repository, "prune-packed");
        Damage(Directory.EnumerateFiles(System.IO.Path.Combine(repository, ".git/objects/pack"), $"*.{suffix}").Single(), damage);

        var outcome = Soon(() => scratch.Source(repository).Read(new SourceRequest()));

        // The last bytes of a pack are its checksum, and what was asked for may lie before the cut: then its ids prove it whole.
        if (damage == "all but 6 bytes" && outcome is SourceOutcome.Read)
            return;
        Assert.Equal(SourceRefusalKind.CorruptObject, RefusalOf(outcome).Kind);
    }

    [Theory]
    [InlineData("HEAD", "empty")]
    [InlineData("HEAD", "garbage")]
    [InlineData("HEAD", "zeros")]
    [InlineData("HEAD", "a pipe")]
    [InlineData("HEAD", "a directory")]
    [InlineData("config", "a pipe")]
    [InlineData("config", "a directory")]
    [InlineData("config", "garbage")]
    [InlineData("packed-refs", "a pipe")]
    [InlineData("packed-refs", "a directory")]
    [InlineData("refs/heads/main", "empty")]
    [InlineData("refs/heads/main", "garbage")]
    [InlineData("refs/heads/main", "zeros")]
    [InlineData("refs/heads/main", "a pipe")]
    [InlineData("refs/heads/other", "a pipe")]
    [InlineData("objects", "gone")]
    [InlineData("objects", "a pipe")]
    [InlineData("refs", "gone")]
    [InlineData("objects/info/alternates", "a pipe")]
    [InlineData("objects/info/alternates", "a directory")]
    [InlineData("shallow", "a pipe")]
    public void Read_WhenAFileOfTheRepositoryIsDamaged_EndsWithANamedRefusal(string file, string damage)
    {
        var path = System.IO.Path.Combine(repository, ".git", file);
        Damage(path, damage);

        var refusal = Refusal(scratch.Source(repository));

        Assert.Contains(refusal.Kind, new[] { SourceRefusalKind.RepositoryUnreadable, SourceRefusalKind.CorruptObject });
        Assert.Contains(damage is "a pipe" or "a directory" ? path : repository, refusal.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("half")]
    [InlineData("empty")]
    [InlineData("garbage")]
    [InlineData("zeros")]
    public void Read_WhenTheOnlyReferencesAreTorn_EndsWithANamedRefusal(string damage)
    {
        scratch.Git(repository, "pack-refs", "--all");
        Damage(System.IO.Path.Combine(repository, ".git/packed-refs"), damage);

        Assert.Contains(
            Refusal(scratch.Source(repository)).Kind,
            new[] { SourceRefusalKind.CorruptObject, SourceRefusalKind.RepositoryUnreadable, SourceRefusalKind.NoCommits }
        );
    }

    [Fact]
    public void Read_WhenTheConfigurationIncludesAPipe_DoesNotWaitForIt()
    {
        MakePipe(scratch.Path("pipe"));
        scratch.Git(repository, "config", "include.path", scratch.Path("pipe"));

        Assert.Contains(scratch.Path("pipe"), Refusal(scratch.Source(repository)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Read_WhenALenderOfObjectsIsGone_NamesIt()
    {
        scratch.Git(scratch.Root, "clone", "-q", "--shared", repository, scratch.Path("borrower"));
        Directory.Move(repository, scratch.Path("elsewhere"));
        var source = scratch.Source(scratch.Path("borrower"));

        var refusal = Refusal(source);
        Assert.Equal(SourceRefusalKind.CorruptObject, refusal.Kind);
        Assert.Contains(repository, refusal.Message, StringComparison.Ordinal);

        // Borrowing from oneself, a device and what is no repository changes nothing once the lender is back.
        Directory.Move(scratch.Path("elsewhere"), repository);
        File.AppendAllText(
            scratch.Path("borrower/.git/objects/info/alternates"),
            $"{scratch.Path("borrower/.git/objects")}\n/dev/zero\n/proc/self\n# text\n"
        );
        Assert.Equal(2, ReadOf(Soon(() => source.Read(new SourceRequest()))).Tree.Files.Count);
    }

    [Fact]
    public void Read_OfWhatIsDamagedInOnePlaceAndWholeInAnother_ReadsIt()
    {
        scratch.Git(repository, "repack", "-q", "-a");
        Damage(Loose(scratch.Git(repository, "rev-parse", "HEAD:policies/a.yaml").Trim()), "half");

        Assert.Equal(
            "a: 1\n",
            ReadOf(Soon(() => scratch.Source(repository).Read(new SourceRequest()))).Tree.Text("policies/a.yaml")
        );
    }

    [Fact]
    public void Run_WhenTheReaderHeedsNothing_IsLeftAtTheDeadlineAndWhenAskedTo()
    {
        // Held still by the test: what a file server that went away does to a read.
        using var release = new ManualResetEventSlim();
        int Stuck(CancellationToken limit)
        {
            release.Wait(CancellationToken.None);
            return 0;
        }

        try
        {
            Assert.Equal(
                1,
                Soon(() =>
                    BoundedRead.Run(
                        Stuck,
                        TimeSpan.FromMilliseconds(50),
                        TimeSpan.FromMilliseconds(50),
                        isStuck => isStuck ? 1 : 2,
                        CancellationToken.None
                    )
                )
            );
            using var asked = new CancellationTokenSource();
            asked.Cancel();
            using var later = new CancellationTokenSource(TimeSpan.FromMilliseconds(50));
            Assert.ThrowsAny<OperationCanceledException>(() =>
                Soon(() => BoundedRead.Run(Stuck, Ever, TimeSpan.FromMilliseconds(50), _ => 2, later.Token))
            );
            Assert.ThrowsAny<OperationCanceledException>(() =>
                Soon(() => BoundedRead.Run(Stuck, Ever, Ever, _ => 2, asked.Token))
            );
        }
        finally
        {
            release.Set();
        }
        Assert.Equal(
            2,
            Soon(() =>
                BoundedRead.Run(
                    limit =>
                    {
                        limit.WaitHandle.WaitOne();
                        limit.ThrowIfCancellationRequested();
                        return 0;
                    },
                    TimeSpan.FromMilliseconds(50),
                    Ever,
                    isStuck => isStuck ? 1 : 2,
                    CancellationToken.None
                )
            )
        );
    }

    /// <summary>The answer, or a failure where there is none: a reader that turns for ever cannot be stopped, only left.</summary>
    private static T Soon<T>(Func<T> act)
    {
        var task = Task.Factory.StartNew(act, CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default);
        Assert.True(Task.WaitAny([task], Ever) == 0, "the read does not end");
        return task.GetAwaiter().GetResult();
    }

    private static SourceRefusal Refusal(GitSource source) => RefusalOf(Soon(() => source.Read(new SourceRequest())));

    private string Loose(string id) => System.IO.Path.Combine(repository, ".git/objects", id[..2], id[2..]);

    private string CommitOf(string tree) => scratch.Git(repository, "commit-tree", "-m", "made", "-p", "HEAD", tree).Trim();

    private string Write(string kind, byte[] content)
    {
        var file = scratch.Path("object");
        File.WriteAllBytes(file, content);
        return scratch.Git(repository, "hash-object", "-w", "--literally", "-t", kind, file).Trim();
    }

    private void Damage(string path, string damage, string? donor = null)
    {
        var bytes = File.Exists(path) ? File.ReadAllBytes(path) : [];
        if (Directory.Exists(path))
            Directory.Move(path, scratch.Path("moved away"));
        else if (bytes.Length > 0)
            File.Delete(path);
        switch (damage)
        {
            case "half":
                File.WriteAllBytes(path, bytes[..(bytes.Length / 2)]);
                break;
            case "its first 20 bytes":
                File.WriteAllBytes(path, bytes[..20]);
                break;
            case "all but 6 bytes":
                File.WriteAllBytes(path, bytes[..^6]);
                break;
            case "all but 5 bytes":
                File.WriteAllBytes(path, bytes[..^5]);
                break;
            case "all but 1 byte":
                File.WriteAllBytes(path, bytes[..^1]);
                break;
            case "empty":
                File.WriteAllBytes(path, []);
                break;
            case "zeros":
                File.WriteAllBytes(path, new byte[bytes.Length]);
                break;
            case "garbage":
                File.WriteAllText(path, "[garbage\n");
                break;
            case "another object" or "another kind":
                File.Copy(donor!, path);
                break;
            case "a pipe":
                MakePipe(path);
                break;
            case "a directory":
                Directory.CreateDirectory(path);
                break;
            case "gone":
                break;
            default:
                throw new ArgumentOutOfRangeException(nameof(damage), damage, "no such damage");
        }
    }

    private static void MakePipe(string path)
    {
        using var process = Process.Start("mkfifo", [path]);
        process.WaitForExit();
        Assert.Equal(0, process.ExitCode);
    }
}

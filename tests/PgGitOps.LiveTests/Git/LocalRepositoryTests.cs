using PgGitOps.Core.Ports;
using PgGitOps.Core.Sources;
using PgGitOps.Providers.Git;
using static PgGitOps.LiveTests.Git.GitScratch;

namespace PgGitOps.LiveTests.Git;

[Trait("Requirement", "R-16")]
public sealed class LocalRepositoryTests : IDisposable
{
    private readonly GitScratch scratch = new();

    public void Dispose() => scratch.Dispose();

    [Fact]
    public void Read_FromWorkTree_ReadsTheCommitAndNotTheFilesBesideIt()
    {
        var repository = scratch.NewRepository();
        File.WriteAllText(System.IO.Path.Combine(repository, "policies/a.yaml"), "a: changed but not committed\n");
        File.WriteAllText(System.IO.Path.Combine(repository, "policies/new.yaml"), "new: 1\n");

        var tree = ReadOf(scratch.Source(repository).Read(new SourceRequest())).Tree;

        Assert.Equal(["environments/local/b.yaml", "policies/a.yaml"], tree.Paths());
        Assert.Equal("a: 1\n", tree.Text("policies/a.yaml"));
        Assert.Equal(scratch.Head(repository), tree.Revision.CommitId);
        Assert.Equal(("Ada <ada@example.org>", "first"), (tree.Revision.Author, tree.Revision.Subject));
        Assert.Equal(scratch.Git(repository, "rev-parse", "HEAD:policies/a.yaml").Trim(), tree.Files[1].BlobId);
    }

    [Theory]
    [InlineData("work tree")]
    [InlineData("bare")]
    [InlineData("linked work tree")]
    [InlineData("file url")]
    [InlineData("alternates")]
    [InlineData("packed")]
    public void Read_FromEveryKindOfLocalRepository_GivesTheSameFilesAndWritesNothing(string kind)
    {
        var repository = scratch.NewRepository();
        var address = repository;
        switch (kind)
        {
            case "bare":
                address = scratch.Bare(repository);
                break;
            case "file url":
                address = "file://" + scratch.Bare(repository, "with space.git").Replace(" ", "%20", StringComparison.Ordinal);
                break;
            case "linked work tree":
                scratch.Git(repository, "worktree", "add", "-q", "-b", "side", scratch.Path("linked"));
                address = scratch.Path("linked");
                break;
            case "alternates":
                scratch.Git(scratch.Root, "clone", "-q", "--shared", repository, scratch.Path("shared"));
                address = scratch.Path("shared");
                break;
            case "packed":
                scratch.Git(repository, "pack-refs", "--all");
                scratch.Git(repository, "repack", "-q", "-a", "-d");
                break;
        }
        var before = Fingerprint();

        var tree = ReadOf(scratch.Source(address).Read(new SourceRequest())).Tree;

        Assert.Equal(["environments/local/b.yaml", "policies/a.yaml"], tree.Paths());
        Assert.Equal(before, Fingerprint());
    }

    [Fact]
    public void Read_WhenTheCommitIsKnown_AnswersUnchanged()
    {
        var repository = scratch.NewRepository();
        var source = scratch.Source(repository);
        var first = ReadOf(source.Read(new SourceRequest())).Tree.Revision.CommitId;

        Assert.Equal(new SourceOutcome.Unchanged(first), source.Read(new SourceRequest { KnownCommitId = first }));

        var second = scratch.Commit(repository, "second", ("policies/a.yaml", "a: 2\n"));
        Assert.Equal(second, ReadOf(source.Read(new SourceRequest { KnownCommitId = first })).Tree.Revision.CommitId);
    }

    [Fact]
    public void Read_AfterACommit_KeepsTheBytesOfUnchangedFiles()
    {
        var repository = scratch.NewRepository();
        var source = scratch.Source(repository);
        var before = ReadOf(source.Read(new SourceRequest())).Tree;
        scratch.Commit(
            repository,
            "second",
            ("policies/a.yaml", "a: 2\n"),
            ("policies/z/c.yaml", "c: 1\n"),
            ("environments/local/b.yaml", "b: 1\n")
        );

        var after = ReadOf(source.Read(new SourceRequest())).Tree;

        Assert.Equal(["environments/local/b.yaml", "policies/a.yaml", "policies/z/c.yaml"], after.Paths());
        Assert.Equal("a: 2\n", after.Text("policies/a.yaml"));
        // The same memory, not equal memory: it was not read again.
        Assert.True(before.Files[0].Content.Equals(after.Files[0].Content));
        Assert.False(before.Files[1].Content.Equals(after.Files[1].Content));
    }

    [Fact]
    public void Read_WithAFullCache_StillReadsAndKeepsTheBound()
    {
        var repository = scratch.NewRepository();
        var big = new string('x', 4000);
        scratch.Commit(
            repository,
            "big",
            ("policies/x1.yaml", big + "1"),
            ("policies/x2.yaml", big + "2"),
            ("policies/x3.yaml", big + "3")
        );
        var source = new GitSource(scratch.Options(repository) with { CacheBytesMax = 9000 });

        var first = ReadOf(source.Read(new SourceRequest())).Tree;
        Assert.InRange(source.CachedBytes, 1, 9000);
        var second = ReadOf(source.Read(new SourceRequest())).Tree;

        Assert.Equal(first.Files.Select(file => (file.Path, file.BlobId)), second.Files.Select(file => (file.Path, file.BlobId)));
        Assert.Equal(big + "3", second.Text("policies/x3.yaml"));
        Assert.InRange(source.CachedBytes, 1, 9000);
    }

    [Fact]
    public void Read_WithFoldersAndPredicate_ReadsOnlyThose()
    {
        var repository = scratch.NewRepository();
        scratch.Commit(repository, "more", ("schemas/s.json", "{}"), ("policies/notes.txt", "x"), ("policiesnot/a.yaml", "x"));
        var options = scratch.Options(repository) with
        {
            Folders = ["policies", "schemas"],
            Wanted = path => path.EndsWith(".yaml", StringComparison.Ordinal) || path.EndsWith(".json", StringComparison.Ordinal),
        };

        Assert.Equal(
            ["policies/a.yaml", "schemas/s.json"],
            ReadOf(new GitSource(options).Read(new SourceRequest())).Tree.Paths()
        );
    }

    [Fact]
    public void Read_WhenEntriesCannotBeRead_NamesEachAndReadsTheRest()
    {
        var repository = scratch.NewRepository();
        File.CreateSymbolicLink(System.IO.Path.Combine(repository, "policies/link.yaml"), "/etc/passwd");
        scratch.Commit(
            repository,
            "odd",
            (
                "policies/lfs.yaml",
                "version https://git-lfs.github.com/spec/v1\noid sha256:4d7a214614ab2935c943f9e0ff69d22eadbb8f32b1258daaa5e2ca24d17e2393\nsize 12345\n"
            ),
            ("policies/bell\u0007.yaml", "x: 1\n"),
            ("policies/grün/ß.yaml", "x: 1\n")
        );
        var blob = scratch.Git(repository, "rev-parse", "HEAD:policies/a.yaml").Trim();
        // Neither a name that is not UTF-8 nor a submodule can be made by writing files here.
        File.WriteAllBytes(
            scratch.Path("index"),
            [.. System.Text.Encoding.ASCII.GetBytes($"100644 {blob}\tpolicies/bad"), 0xff, .. ".yaml\n"u8]
        );
        scratch.Git(repository, "config", "core.quotePath", "false");
        Shell(repository, "git update-index --index-info < ../index");
        scratch.Git(repository, "update-index", "--add", "--cacheinfo", $"160000,{scratch.Head(repository)},policies/module");
        scratch.Git(repository, "commit", "-q", "-m", "odder");

        var read = ReadOf(scratch.Source(repository).Read(new SourceRequest()));

        Assert.Equal(["environments/local/b.yaml", "policies/a.yaml", "policies/grün/ß.yaml"], read.Tree.Paths());
        Assert.Equal(
            [
                ("PGG003", "policies/bad\uFFFD.yaml"),
                ("PGG003", "policies/bell\\u0007.yaml"),
                ("PGG004", "policies/lfs.yaml"),
                ("PGG001", "policies/link.yaml"),
                ("PGG002", "policies/module"),
            ],
            read.Diagnostics.OrderBy(one => one.Span.Path, StringComparer.Ordinal).Select(one => (one.RuleId, one.Span.Path))
        );
        Assert.All(read.Diagnostics, one => Assert.Equal(Severity.Error, one.Severity));
    }

    [Fact]
    public void Read_WhenAWantedFolderIsALink_NamesItAndDoesNotFollow()
    {
        var repository = scratch.NewRepository();
        Directory.Move(System.IO.Path.Combine(repository, "policies"), System.IO.Path.Combine(repository, "elsewhere"));
        Directory.CreateSymbolicLink(System.IO.Path.Combine(repository, "policies"), "elsewhere");
        scratch.Commit(repository, "linked");

        var read = ReadOf(scratch.Source(repository).Read(new SourceRequest()));

        Assert.Equal(["environments/local/b.yaml"], read.Tree.Paths());
        Assert.Equal(("PGG001", "policies"), (Assert.Single(read.Diagnostics).RuleId, read.Diagnostics[0].Span.Path));
    }

    [Fact]
    public void Read_PastALimit_IsTooLargeAndNamesIt()
    {
        var repository = scratch.NewRepository();
        scratch.Commit(repository, "big", ("policies/big.yaml", new string('x', 20_000)));

        var file = RefusalOf(new GitSource(scratch.Options(repository) with { FileBytesMax = 10_000 }).Read(new SourceRequest()));
        var count = RefusalOf(new GitSource(scratch.Options(repository) with { FilesMax = 2 }).Read(new SourceRequest()));
        var sum = RefusalOf(new GitSource(scratch.Options(repository) with { TotalBytesMax = 15_000 }).Read(new SourceRequest()));

        Assert.Equal(
            [SourceRefusalKind.TooLarge, SourceRefusalKind.TooLarge, SourceRefusalKind.TooLarge],
            [file.Kind, count.Kind, sum.Kind]
        );
        Assert.Contains("policies/big.yaml has 20000 bytes", file.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void ChangedPathsAndRevisionLog_TellWhatHappened()
    {
        var repository = scratch.NewRepository();
        var first = scratch.Head(repository);
        scratch.Commit(repository, "outside", ("README.md", "other\n"));
        var last = scratch.Commit(
            repository,
            "inside",
            ("policies/a.yaml", "a: 2\n"),
            ("policies/c.yaml", "c\n"),
            ("environments/local/b.yaml", null)
        );
        var source = scratch.Source(scratch.Bare(repository));

        var changed = Assert.IsType<SourceAnswer<EquatableArray<ChangedPath>>.Found>(source.ChangedPaths(first, last)).Value;
        var log = Assert.IsType<SourceAnswer<EquatableArray<RevisionInfo>>.Found>(source.RevisionLog("main", 2)).Value;

        Assert.Equal(
            [
                new("environments/local/b.yaml", PathChange.Removed),
                new("policies/a.yaml", PathChange.Modified),
                new ChangedPath("policies/c.yaml", PathChange.Added),
            ],
            changed
        );
        Assert.Equal(["inside", "outside"], log.Select(one => one.Subject));
    }

    private void Shell(string directory, string command)
    {
        var start = new System.Diagnostics.ProcessStartInfo("sh")
        {
            WorkingDirectory = directory,
            ArgumentList = { "-ec", command },
        };
        foreach (var (name, value) in scratch.Environment)
            start.Environment[name] = value;
        using var process = System.Diagnostics.Process.Start(start)!;
        process.WaitForExit();
        Assert.Equal(0, process.ExitCode);
    }

    private string[] Fingerprint() =>
        [
            .. Directory
                .EnumerateFileSystemEntries(scratch.Root, "*", SearchOption.AllDirectories)
                .Order(StringComparer.Ordinal)
                .Select(path => $"{path} {File.GetLastWriteTimeUtc(path):O}"),
        ];
}

using System.Text;
using PgGitOps.Core.Ports;
using PgGitOps.Core.Sources;
using PgGitOps.Providers.Git.References;
using PgGitOps.Providers.Git.Repositories;
using static PgGitOps.LiveTests.Git.GitScratch;

namespace PgGitOps.LiveTests.Git;

/// <summary>Objects and history as git itself tells them.</summary>
[Trait("Requirement", "R-16")]
public sealed class ObjectReadingTests : IDisposable
{
    private readonly GitScratch scratch = new();
    private readonly string repository;

    public ObjectReadingTests() => repository = scratch.NewRepository();

    public void Dispose() => scratch.Dispose();

    [Theory]
    [InlineData("loose")]
    [InlineData("packed", "repack", "-q", "-a", "-d", "-f", "--depth=50", "--window=50")]
    [InlineData(
        "packed by id",
        "-c",
        "repack.useDeltaBaseOffset=false",
        "repack",
        "-q",
        "-a",
        "-d",
        "-f",
        "--depth=50",
        "--window=50"
    )]
    [InlineData(
        "packed, first version of the index",
        "-c",
        "pack.indexVersion=1",
        "repack",
        "-q",
        "-a",
        "-d",
        "-f",
        "--depth=50"
    )]
    [InlineData("many packs")]
    public void Read_OfEveryCommit_GivesTheBytesThatGitGives(string how, params string[] repack)
    {
        var random = new Random(20261127);
        var lines = Enumerable.Range(0, 400).Select(n => $"key{n}: {random.Next()}").ToList();
        for (var version = 0; version < 25; version++)
        {
            lines[random.Next(lines.Count)] = $"key: {random.Next()}";
            lines.Insert(random.Next(lines.Count), $"new: {version}");
            scratch.Commit(
                repository,
                $"v{version}",
                ("policies/a.yaml", string.Join('\n', lines)),
                ($"policies/sub/f{version}.yaml", string.Join('\n', lines.Skip(version * 3)))
            );
            if (how == "many packs" && version % 5 == 0)
                scratch.Git(repository, "repack", "-q", "-d");
        }
        if (repack.Length > 0)
            scratch.Git(repository, repack);
        var source = scratch.Source(repository);

        foreach (var commit in scratch.Git(repository, "rev-list", "HEAD").Split('\n', StringSplitOptions.RemoveEmptyEntries))
        {
            var read = ReadOf(source.Read(At(commit))).Tree;
            Assert.Equal(
                scratch
                    .Git(repository, "ls-tree", "-r", "--format=%(path) %(objectname)", commit, "policies", "environments")
                    .Split('\n', StringSplitOptions.RemoveEmptyEntries)
                    .Order(StringComparer.Ordinal),
                read.Files.Select(file => $"{file.Path} {file.BlobId}").Order(StringComparer.Ordinal)
            );
            foreach (var path in (string[])["policies/a.yaml", "environments/local/b.yaml"])
                Assert.Equal(scratch.Git(repository, "cat-file", "blob", $"{commit}:{path}"), read.Text(path));
            var described = scratch.Git(repository, "show", "-s", "--format=%an <%ae>%n%ct%n%s", commit).Split('\n');
            Assert.Equal(
                (described[0], described[1], described[2]),
                (read.Revision.Author, $"{read.Revision.CommittedAt.ToUnixTimeSeconds()}", read.Revision.Subject)
            );
        }
    }

    [Theory]
    [InlineData(1, 0)]
    [InlineData(2, 0)]
    [InlineData(3, 7200)]
    [InlineData(4, 7200)]
    public void DescentAndWhatIsNew_AreRight_AlsoWhereClocksWereWrong(int seed, int wrongBySeconds)
    {
        var random = new Random(seed);
        var tree = scratch.Git(repository, "rev-parse", "HEAD^{tree}").Trim();
        List<string> commits = [scratch.Head(repository)];
        var leadsTo = new Dictionary<string, HashSet<string>> { [commits[0]] = [commits[0]] };
        for (var number = 0; number < 40; number++)
        {
            var parents = Enumerable
                .Range(0, random.Next(1, 4))
                .Select(_ => commits[Math.Max(0, commits.Count - 1 - random.Next(6))])
                .Distinct()
                .ToList();
            var raw =
                $"tree {tree}\n{string.Concat(parents.Select(p => $"parent {p}\n"))}author A <a@x> 1 +0000\ncommitter A <a@x> {1_900_000_000 + number * 60 + random.Next(-wrongBySeconds, wrongBySeconds + 1)} +0130\n\nc{number}\n";
            File.WriteAllText(scratch.Path("object"), raw);
            commits.Add(scratch.Git(repository, "hash-object", "-w", "-t", "commit", scratch.Path("object")).Trim());
            leadsTo[commits[^1]] = [commits[^1], .. parents.SelectMany(p => leadsTo[p])];
        }
        using var opened = LocalRepository.Open(
            repository,
            new GitCommand(scratch.Environment),
            readForeign: true,
            CancellationToken.None
        );

        for (var pair = 0; pair < 60; pair++)
        {
            var (older, newer) = (commits[random.Next(commits.Count)], commits[random.Next(commits.Count)]);
            var refused = Record.Exception(() => CommitHistory.RequireDescent(opened, opened.FindCommit(newer)!, older));
            Assert.True(refused is null == leadsTo[newer].Contains(older), $"{older} to {newer}: {refused}");
            var expected = leadsTo[newer].Except(leadsTo[older]).Order(StringComparer.Ordinal).ToList();
            var found = CommitHistory
                .Between(opened, older, opened.FindCommit(newer)!)
                .Select(one => one.Sha)
                .Order(StringComparer.Ordinal)
                .ToList();
            // With wrong clocks an older commit may be counted as new, as by git itself; a new one is never missed.
            Assert.Subset(found.ToHashSet(), expected.ToHashSet());
            if (wrongBySeconds == 0)
                Assert.Equal(expected, found);
        }
        Assert.Equal(
            scratch
                .Git(repository, "rev-list", commits[^1])
                .Split('\n', StringSplitOptions.RemoveEmptyEntries)
                .Order(StringComparer.Ordinal),
            CommitHistory
                .Log(opened, opened.FindCommit(commits[^1])!, 1000)
                .Select(one => one.CommitId)
                .Order(StringComparer.Ordinal)
        );
    }

    [Fact]
    public async Task Read_BesideOtherQuestions_AnswersAll()
    {
        for (var version = 0; version < 10; version++)
            scratch.Commit(
                repository,
                $"v{version}",
                [.. Enumerable.Range(0, 100).Select(n => ($"policies/f{n}.yaml", (string?)$"v: {version + n}\n"))]
            );
        scratch.Git(repository, "repack", "-q", "-a", "-d");
        var (first, last) = (scratch.Git(repository, "rev-parse", "HEAD~9").Trim(), scratch.Head(repository));
        var source = scratch.Source(repository);

        await Task.WhenAll(
            Enumerable
                .Range(0, 24)
                .Select(number =>
                    Task.Run(() =>
                    {
                        switch (number % 3)
                        {
                            case 0:
                                Assert.Equal(102, ReadOf(source.Read(At(number % 2 == 0 ? first : last))).Tree.Files.Count);
                                break;
                            case 1:
                                Assert.Equal(
                                    100,
                                    Assert
                                        .IsType<SourceAnswer<EquatableArray<ChangedPath>>.Found>(source.ChangedPaths(first, last))
                                        .Value.Count
                                );
                                break;
                            default:
                                Assert.Equal(
                                    11,
                                    Assert
                                        .IsType<SourceAnswer<EquatableArray<RevisionInfo>>.Found>(source.RevisionLog("main", 50))
                                        .Value.Count
                                );
                                break;
                        }
                    })
                )
        );
    }

    [Fact]
    public void Describe_OfACommitWithOddHeaders_ReadsWhatIsThere()
    {
        var tree = scratch.Git(repository, "rev-parse", "HEAD^{tree}").Trim();
        string Of(string rest)
        {
            File.WriteAllBytes(scratch.Path("object"), Encoding.Latin1.GetBytes($"tree {tree}\n{rest}"));
            return scratch.Git(repository, "hash-object", "-w", "--literally", "-t", "commit", scratch.Path("object")).Trim();
        }

        var source = scratch.Source(repository);
        var folded = ReadOf(
            source.Read(
                At(
                    Of(
                        "author A <a@x> 1 +0000\ncommitter A <a@x> 1700000000 +9999\nmergetag object 1\n parent no\n\n\nfirst\nand second line\n\nbody\n"
                    )
                )
            )
        ).Tree.Revision;
        var broken = ReadOf(source.Read(At(Of("author \u001b[31m <x\ncommitter nobody\n\n")))).Tree.Revision;
        var bare = ReadOf(source.Read(At(Of("")))).Tree.Revision;

        Assert.Equal(("first and second line", 1_700_000_000L), (folded.Subject, folded.CommittedAt.ToUnixTimeSeconds()));
        Assert.Equal((@"\u001B[31m <x", ""), (broken.Author, broken.Subject));
        Assert.Equal(DateTimeOffset.UnixEpoch, bare.CommittedAt);
        Assert.Equal(SourceRefusalKind.CorruptObject, RefusalOf(source.Read(At(Of("parent x\n")))).Kind);
    }
}

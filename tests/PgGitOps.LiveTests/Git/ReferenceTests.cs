using PgGitOps.Core.Ports;
using static PgGitOps.LiveTests.Git.GitScratch;

namespace PgGitOps.LiveTests.Git;

[Trait("Requirement", "R-16")]
public sealed class ReferenceTests : IDisposable
{
    private readonly GitScratch scratch = new();
    private readonly string repository;
    private readonly string first;
    private readonly string second;

    public ReferenceTests()
    {
        repository = scratch.NewRepository();
        first = scratch.Head(repository);
        scratch.Git(repository, "branch", "old");
        scratch.Git(repository, "tag", "light");
        scratch.Git(repository, "tag", "-a", "-m", "note", "annotated");
        scratch.Git(repository, "tag", "-a", "-m", "note", "twice", "annotated");
        second = scratch.Commit(repository, "second", ("policies/a.yaml", "a: 2\n"));
    }

    public void Dispose() => scratch.Dispose();

    [Theory]
    [InlineData("HEAD", 2)]
    [InlineData("main", 2)]
    [InlineData("refs/heads/main", 2)]
    [InlineData("old", 1)]
    [InlineData("light", 1)]
    [InlineData("annotated", 1)]
    [InlineData("twice", 1)]
    [InlineData("refs/tags/annotated", 1)]
    public void Read_ByName_LeadsToItsCommit(string reference, int commit)
    {
        var read = ReadOf(scratch.Source(repository).Read(At(reference)));
        Assert.Equal(commit == 1 ? first : second, read.Tree.Revision.CommitId);
        Assert.Empty(read.Diagnostics);
    }

    [Fact]
    public void Read_ByFullOrAbbreviatedId_LeadsToThatCommit()
    {
        var source = scratch.Source(scratch.Bare(repository));
        foreach (var id in new[] { first, first[..7], first[..12].ToUpperInvariant() })
            Assert.Equal(first, ReadOf(source.Read(At(id))).Tree.Revision.CommitId);
    }

    [Theory]
    [InlineData("refs/heads/old", "refs/tags/old")]
    [InlineData("refs/tags/light", "refs/heads/light")]
    [InlineData("refs/tags/light", "refs/remotes/light")]
    [InlineData("refs/remotes/origin/main", "refs/tags/origin/main")]
    [InlineData("refs/remotes/origin/main", "refs/heads/origin/main")]
    public void Read_ByANameOfTwoThings_IsRefusedWithBothSpellings_AndEachSpellingDecides(string one, string other)
    {
        var name = one.Split('/', 3)[2];
        scratch.Git(repository, "update-ref", one, first);
        scratch.Git(repository, "update-ref", other, second);
        var source = scratch.Source(repository);

        var refusal = RefusalOf(source.Read(At(name)));

        Assert.Equal(SourceRefusalKind.ReferenceAmbiguous, refusal.Kind);
        Assert.Contains($"{one} (at {first[..12]})", refusal.Message, StringComparison.Ordinal);
        Assert.Contains($"{other} (at {second[..12]})", refusal.Message, StringComparison.Ordinal);
        Assert.Contains(one, refusal.Hint!, StringComparison.Ordinal);
        Assert.Contains(other, refusal.Hint!, StringComparison.Ordinal);
        Assert.Equal(first, ReadOf(source.Read(At(one))).Tree.Revision.CommitId);
        Assert.Equal(second, ReadOf(source.Read(At(other))).Tree.Revision.CommitId);
    }

    [Fact]
    public void Read_ByANameThatIsAlsoTheBeginningOfAnId_IsRefusedWithBoth()
    {
        scratch.Git(repository, "branch", first[..8], "main");
        var refusal = RefusalOf(scratch.Source(repository).Read(At(first[..8])));
        Assert.Equal(SourceRefusalKind.ReferenceAmbiguous, refusal.Kind);
        Assert.Contains($"refs/heads/{first[..8]} or {first}.", refusal.Hint!, StringComparison.Ordinal);
        Assert.Equal(first, ReadOf(scratch.Source(repository).Read(At(first))).Tree.Revision.CommitId);
    }

    [Fact]
    public void Read_WhenABranchIsCalledLikeACommitId_ReadsTheCommit()
    {
        // git refuses to make such a branch by name, but not a server that receives one.
        scratch.Git(repository, "update-ref", $"refs/heads/{first}", second);

        var read = ReadOf(scratch.Source(repository).Read(At(first)));

        Assert.Equal(first, read.Tree.Revision.CommitId);
        Assert.Equal("PGG005", Assert.Single(read.Diagnostics).RuleId);
    }

    [Theory]
    [InlineData("--upload-pack=id")]
    [InlineData("-")]
    [InlineData("")]
    [InlineData("main~1")]
    [InlineData("main^{tree}")]
    [InlineData(":/second")]
    [InlineData("old..main")]
    [InlineData("main@{1}")]
    [InlineData("a b")]
    [InlineData("ma\nin")]
    public void Read_ByWhatIsNoName_IsInvalid(string reference) =>
        Assert.Equal(SourceRefusalKind.ReferenceInvalid, RefusalOf(scratch.Source(repository).Read(At(reference))).Kind);

    [Fact]
    public void Read_ByWhatLeadsNowhereOrElsewhere_NamesWhy()
    {
        var tree = scratch.Git(repository, "rev-parse", "HEAD^{tree}").Trim();
        scratch.Git(repository, "tag", "tree-tag", tree);
        var empty = scratch.Path("empty");
        scratch.Git(scratch.Root, "init", "-q", empty);
        scratch.Git(repository, "symbolic-ref", "refs/heads/dangling", "refs/heads/gone");

        SourceRefusalKind KindOf(string address, string reference) => RefusalOf(scratch.Source(address).Read(At(reference))).Kind;

        Assert.Equal(SourceRefusalKind.ReferenceMissing, KindOf(repository, "absent"));
        Assert.Equal(SourceRefusalKind.ReferenceMissing, KindOf(repository, "dangling"));
        Assert.Equal(SourceRefusalKind.ReferenceMissing, KindOf(repository, new string('0', 39) + "1"));
        Assert.Equal(SourceRefusalKind.ReferenceMissing, KindOf(repository, "0123456"));
        Assert.Equal(SourceRefusalKind.NotACommit, KindOf(repository, "tree-tag"));
        Assert.Equal(SourceRefusalKind.NotACommit, KindOf(repository, tree));
        Assert.Equal(SourceRefusalKind.NoCommits, KindOf(empty, "HEAD"));
        Assert.Equal(SourceRefusalKind.NoCommits, KindOf(empty, "main"));
        Assert.Contains("main", RefusalOf(scratch.Source(repository).Read(At("absent"))).Hint, StringComparison.Ordinal);
    }

    [Fact]
    public void Read_ByAnAbbreviationOfTwoObjects_IsAmbiguous()
    {
        // Four digits stand for 65,536 ids: among 700 blobs two that share them are all but certain.
        for (var number = 0; number < 700; number++)
            File.WriteAllText(System.IO.Path.Combine(repository, $"policies/f{number}.yaml"), $"n: {number}\n");
        scratch.Commit(repository, "many");
        var shared = scratch
            .Git(repository, "ls-tree", "-r", "--format=%(objectname)", "HEAD")
            .Split('\n', StringSplitOptions.RemoveEmptyEntries)
            .Distinct()
            .GroupBy(id => id[..4])
            .First(group => group.Count() > 1)
            .Key;

        Assert.Equal(SourceRefusalKind.ReferenceAmbiguous, RefusalOf(scratch.Source(repository).Read(At(shared))).Kind);
    }

    [Fact]
    public void Read_WhenHistoryIsRewritten_RefusesUnlessItDescends()
    {
        var source = scratch.Source(repository);
        Assert.Equal(second, ReadOf(source.Read(new SourceRequest { LastGoodCommitId = first })).Tree.Revision.CommitId);

        scratch.Git(repository, "reset", "-q", "--hard", first);

        Assert.Equal(
            SourceRefusalKind.HistoryRewritten,
            RefusalOf(source.Read(new SourceRequest { LastGoodCommitId = second })).Kind
        );
        Assert.Equal(
            first,
            ReadOf(
                source.Read(new SourceRequest { LastGoodCommitId = second, AcceptRewrittenHistory = true })
            ).Tree.Revision.CommitId
        );
    }
}

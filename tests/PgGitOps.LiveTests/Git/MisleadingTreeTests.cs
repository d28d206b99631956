using System.Text;
using PgGitOps.Core.Ports;
using PgGitOps.Core.Sources;
using static PgGitOps.LiveTests.Git.GitScratch;

namespace PgGitOps.LiveTests.Git;

/// <summary>Folders that no git writes by itself: a reviewer's checkout or diff shows something else than what they hold.</summary>
[Trait("Requirement", "R-16")]
public sealed class MisleadingTreeTests : IDisposable
{
    private readonly GitScratch scratch = new();
    private readonly string repository;

    public MisleadingTreeTests() => repository = scratch.NewRepository();

    public void Dispose() => scratch.Dispose();

    [Theory]
    [InlineData("c.yaml", "100644 c.yaml", "100644 c.yaml")]
    [InlineData("c.yaml", "100644 c.yaml", "100644 c.yaml.more", "40000 c.yaml")]
    [InlineData("b.yaml", "100644 c.yaml", "100644 b.yaml")]
    [InlineData("a", "100644 a", "100644 a.yaml", "40000 a")]
    [InlineData("x?..?y.yaml", "100644 x/../y.yaml")]
    [InlineData("?", "40000 ..")]
    [InlineData("?", "40000 .")]
    [InlineData(".git", "40000 .git")]
    [InlineData(".GiT", "40000 .GiT")]
    [InlineData("GIT~1", "40000 GIT~1")]
    [InlineData(".git. .", "40000 .git. .")]
    [InlineData(".git::$INDEX_ALLOCATION", "40000 .git::$INDEX_ALLOCATION")]
    [InlineData(".g\\u200Cit", "40000 .g\u200cit")]
    [InlineData("x?.git", "100644 x\\.git")]
    [InlineData("c.yaml", "100644 C.yaml", "100644 c.yaml")]
    [InlineData("sub", "40000 Sub", "40000 sub")]
    [InlineData("c.yaml", "0 c.yaml")]
    public void Read_OfAFolderThatShowsTwoThings_NamesTreeAndEntryAndReadsNothingOfIt(string named, params string[] entries)
    {
        var tree = Tree(entries);
        var commit = Commit("policies", tree);

        var read = ReadOf(scratch.Source(repository).Read(At(commit)));

        var finding = Assert.Single(read.Diagnostics);
        Assert.Equal((Severity.Error, "PGG006", $"policies/{named}"), (finding.Severity, finding.RuleId, finding.Span.Path));
        Assert.Contains(tree, finding.Message, StringComparison.Ordinal);
        Assert.Equal(["environments/local/b.yaml"], read.Tree.Paths());
    }

    [Theory]
    [InlineData("environments", "40000 environments", "40000 environments")]
    [InlineData("Environments", "40000 environments", "40000 Environments")]
    [InlineData("environments", "40000 environments", "40000 Environments", "40000 policies")]
    public void Read_OfARootThatShowsTwoThings_ReadsNothing(string named, params string[] entries)
    {
        var root = Tree(entries);

        var read = ReadOf(scratch.Source(repository).Read(At(CommitOf(root))));

        Assert.Contains(
            read.Diagnostics,
            finding =>
                finding.RuleId == "PGG006"
                && finding.Severity == Severity.Error
                && finding.Message.Contains(root, StringComparison.Ordinal)
        );
        Assert.Contains(named, read.Diagnostics[0].Message, StringComparison.Ordinal);
        Assert.Empty(read.Tree.Files);
    }

    /// <summary>A checkout where case does not count has them where they are read.</summary>
    [Theory]
    [InlineData("Policies/rules/hard.csx", "Policies", "policies")]
    [InlineData("POLICIES/x.yaml", "POLICIES", "policies")]
    [InlineData("schemas/Kinds/k.schema.json", "schemas/Kinds", "schemas/kinds")]
    [InlineData("Schemas/kinds/k.schema.json", "Schemas/kinds", "schemas/kinds")]
    public void Read_OfAFolderThatOnlyCaseKeepsFromBeingRead_SaysSo(string path, string named, string meant)
    {
        Directory.Delete(Path.Combine(repository, "policies"), recursive: true);
        var commit = scratch.Commit(repository, "odd", ("environments/local/b.yaml", "x: 1\n"), (path, "x: 1\n"));

        var read = ReadOf(scratch.Source(repository).Read(At(commit)));

        var finding = Assert.Single(read.Diagnostics);
        Assert.Equal((Severity.Error, "PGG008", named), (finding.Severity, finding.RuleId, finding.Span.Path));
        Assert.Contains(meant, finding.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("Schemas/tables.sql")]
    [InlineData("docs/Policies/x.yaml")]
    [InlineData("Environments.md")]
    public void Read_OfAFolderThatNobodyWouldTakeForOne_SaysNothing(string path)
    {
        var commit = scratch.Commit(repository, "harmless", ("policies/b.yaml", "x: 1\n"), (path, "x: 1\n"));

        Assert.Empty(ReadOf(scratch.Source(repository).Read(At(commit))).Diagnostics);
    }

    [Fact]
    public void Read_OfWhatGitWritesItself_FindsNothing()
    {
        // Names around the rules, sorted as only git sorts them: a folder as if it ended in a slash.
        scratch.Commit(
            repository,
            "odd but right",
            ("policies/a/x.yaml", "x: 1\n"),
            ("policies/a.yaml", "x: 1\n"),
            ("policies/a-b.yaml", "x: 1\n"),
            ("policies/a0.yaml", "x: 1\n"),
            ("policies/.gitkeep", ""),
            ("policies/git~2", ""),
            ("policies/...", ""),
            ("policies/.github/x.yaml", "x: 1\n"),
            ("policies/blåbær.yaml", "x: 1\n"),
            ("README.MD", "other case than README.md, and not read\n"),
            ("readme.md", "again\n")
        );

        Assert.Empty(ReadOf(scratch.Source(repository).Read(new SourceRequest())).Diagnostics);
    }

    [Fact]
    public void Read_FromARemote_KeepsNoObjectThatBreaksTheRules()
    {
        var bare = scratch.Bare(repository);
        using var server = new HttpGitServer(scratch);
        var source = scratch.Source(server.Url("bare.git"));
        var good = ReadOf(source.Read(new SourceRequest())).Tree.Revision.CommitId;
        var tree = Tree("100644 c.yaml", "100644 c.yaml");
        scratch.Git(repository, "push", "-q", bare, $"{Commit("policies", tree)}:refs/heads/main");

        var refusal = RefusalOf(source.Read(new SourceRequest { LastGoodCommitId = good }));

        Assert.Equal(SourceRefusalKind.MalformedObjects, refusal.Kind);
        Assert.Contains(tree, refusal.Message, StringComparison.Ordinal);
        Assert.Equal("a: 1\n", ReadOf(source.Read(At(good))).Tree.Text("policies/a.yaml"));
        scratch.Git(repository, "push", "-q", "--force", bare, "main");
        Assert.Equal(good, ReadOf(source.Read(new SourceRequest { LastGoodCommitId = good })).Tree.Revision.CommitId);
    }

    private string Commit(string folder, string tree) =>
        CommitOf(
            Write(
                "tree",
                [
                    .. Entry("40000 environments", scratch.Git(repository, "rev-parse", "HEAD:environments").Trim()),
                    .. Entry($"40000 {folder}", tree),
                ]
            )
        );

    private string CommitOf(string tree) => scratch.Git(repository, "commit-tree", "-m", "made", "-p", "HEAD", tree).Trim();

    private string Tree(params string[] entries) =>
        Write(
            "tree",
            [
                .. entries.SelectMany(entry =>
                    Entry(
                        entry,
                        scratch
                            .Git(
                                repository,
                                "rev-parse",
                                entry.StartsWith("40000", StringComparison.Ordinal) ? "HEAD:environments" : "HEAD:policies/a.yaml"
                            )
                            .Trim()
                    )
                ),
            ]
        );

    private static byte[] Entry(string text, string id) => [.. Encoding.UTF8.GetBytes(text), 0, .. Convert.FromHexString(id)];

    private string Write(string kind, byte[] content)
    {
        var file = scratch.Path("object");
        File.WriteAllBytes(file, content);
        return scratch.Git(repository, "hash-object", "-w", "--literally", "-t", kind, file).Trim();
    }
}

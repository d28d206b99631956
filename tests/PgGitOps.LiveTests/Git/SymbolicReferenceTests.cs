using PgGitOps.Core.Ports;
using static PgGitOps.LiveTests.Git.GitScratch;

namespace PgGitOps.LiveTests.Git;

/// <summary>References to references. One that never ends used up the stack, which ends a process past every handler.</summary>
[Trait("Requirement", "R-16")]
public sealed class SymbolicReferenceTests : IDisposable
{
    private readonly GitScratch scratch = new();
    private readonly string repository;

    public SymbolicReferenceTests() => repository = scratch.NewRepository();

    public void Dispose() => scratch.Dispose();

    private void Write(string name, string content)
    {
        var path = Path.Combine(repository, ".git", name);
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        File.WriteAllText(path, content);
    }

    [Theory]
    [InlineData("HEAD", "HEAD=HEAD")]
    [InlineData("HEAD", "HEAD=refs/heads/a", "refs/heads/a=refs/heads/b", "refs/heads/b=refs/heads/a")]
    [InlineData("HEAD", "HEAD=ORIG_HEAD", "ORIG_HEAD=HEAD")]
    [InlineData("refs/heads/main", "refs/remotes/x/y=refs/remotes/x/y")]
    [InlineData("refs/tags/a", "refs/tags/a=refs/tags/a")]
    public void Read_OfAReferenceThatLeadsBackToItself_IsRefusedByName(string asked, params string[] links)
    {
        foreach (var link in links.Select(l => l.Split('=')))
            Write(link[0], $"ref: {link[1]}\n");

        var refusal = RefusalOf(scratch.Source(repository).Read(At(asked)));

        Assert.Equal(SourceRefusalKind.RepositoryUnreadable, refusal.Kind);
        Assert.Contains("leads back to itself", refusal.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Read_OfAReferenceThroughOthers_ReadsTheCommit()
    {
        Write("refs/heads/a", "ref: refs/heads/b\n");
        Write("refs/heads/b", "ref: refs/heads/main\n");
        Write("refs/heads/nowhere", "ref: refs/heads/missing\n");

        Assert.Equal(
            scratch.Head(repository),
            ReadOf(scratch.Source(repository).Read(At("refs/heads/a"))).Tree.Revision.CommitId
        );
    }
}

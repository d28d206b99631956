using System.IO.Compression;
using System.Text;
using PgGitOps.Core.Ports;
using static PgGitOps.LiveTests.Git.GitScratch;

namespace PgGitOps.LiveTests.Git;

/// <summary>Repositories that are whole and odd: bombs, crowds, what was left out on purpose, and what would like to be executed.</summary>
public sealed partial class TornRepositoryTests
{
    [Fact]
    public void Read_OfAFileThatClaimsGigabytes_IsTooLargeBeforeItIsUnpacked()
    {
        var id = scratch.Git(repository, "rev-parse", "HEAD:policies/a.yaml").Trim();
        var file = Loose(id);
        File.SetUnixFileMode(file, UnixFileMode.UserRead | UnixFileMode.UserWrite);
        using (var stream = new ZLibStream(File.Create(file), CompressionLevel.Fastest))
            stream.Write(Encoding.ASCII.GetBytes("blob 2147483648\0aaaa"));

        var refusal = Refusal(scratch.Source(repository));

        Assert.Equal(SourceRefusalKind.TooLarge, refusal.Kind);
        Assert.Contains("2147483648", refusal.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Read_OfADifferenceThatGrowsWithoutBound_IsTooLarge()
    {
        // 100 MB of zeros cost a few hundred bytes of a pack, and again as a difference to something else.
        File.WriteAllBytes(System.IO.Path.Combine(repository, "policies/bomb.yaml"), new byte[100 << 20]);
        scratch.Git(repository, "add", "-A");
        scratch.Git(repository, "commit", "-q", "-m", "bomb");
        scratch.Git(repository, "repack", "-q", "-a", "-d");

        var refusal = Refusal(scratch.Source(repository));

        Assert.Equal(SourceRefusalKind.TooLarge, refusal.Kind);
        Assert.Contains("policies/bomb.yaml", refusal.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Read_OfACommitOfManyParentsAndOfTagsOfTags_Ends()
    {
        var head = scratch.Head(repository);
        var raw = scratch.Git(repository, "cat-file", "commit", "HEAD");
        var parents = string.Concat(Enumerable.Repeat($"parent {head}\n", 100_000));
        var crowd = Write("commit", Encoding.UTF8.GetBytes(raw.Insert(raw.IndexOf('\n', StringComparison.Ordinal) + 1, parents)));
        scratch.Git(repository, "update-ref", "refs/heads/crowd", crowd);
        var tag = head;
        for (var level = 0; level < 12; level++)
            tag = Write(
                "tag",
                Encoding.UTF8.GetBytes(
                    $"object {tag}\ntype {(level == 0 ? "commit" : "tag")}\ntag t{level}\ntagger A <a@x> 1 +0000\n\nx\n"
                )
            );
        scratch.Git(repository, "update-ref", "refs/tags/deep", tag);
        var source = scratch.Source(repository);

        Assert.Equal(
            crowd,
            ReadOf(
                Soon(() => source.Read(new SourceRequest { Reference = "crowd", LastGoodCommitId = head }))
            ).Tree.Revision.CommitId
        );
        Assert.Equal(SourceRefusalKind.NotACommit, RefusalOf(Soon(() => source.Read(At("deep")))).Kind);
    }

    [Fact]
    public void Read_OfFoldersInFoldersWithoutEnd_IsTooLarge()
    {
        var tree = scratch.Git(repository, "rev-parse", "HEAD:policies").Trim();
        for (var depth = 0; depth < 300; depth++)
            tree = Write("tree", [.. "40000 d\0"u8, .. Convert.FromHexString(tree)]);
        scratch.Git(
            repository,
            "update-ref",
            "refs/heads/deep",
            CommitOf(Write("tree", [.. "40000 policies\0"u8, .. Convert.FromHexString(tree)]))
        );

        Assert.Equal(SourceRefusalKind.TooLarge, RefusalOf(Soon(() => scratch.Source(repository).Read(At("deep")))).Kind);
    }

    [Fact]
    public void Read_OfAPartialClone_SaysSoAndAsksNobody()
    {
        scratch.Git(repository, "config", "uploadpack.allowFilter", "true");
        using var server = new HttpGitServer(scratch);
        foreach (var filter in (string[])["tree:0", "blob:none"])
        {
            var clone = scratch.Path(filter.Replace(":", "", StringComparison.Ordinal));
            scratch.Git(scratch.Root, "clone", "-q", "--bare", $"--filter={filter}", "file://" + repository, clone);
            scratch.Git(clone, "config", "remote.origin.url", server.Url("repository"));

            Assert.Equal(SourceRefusalKind.IncompleteObjects, Refusal(scratch.Source(clone)).Kind);
        }
        Assert.Equal(0, server.Requests);
    }

    [Fact]
    public void Read_OfAShallowClone_WhoseLastGoodCommitIsBehindTheCut_IsIncomplete()
    {
        var first = scratch.Head(repository);
        scratch.Commit(repository, "second");
        scratch.Commit(repository, "third");
        scratch.Commit(repository, "fourth");
        scratch.Git(scratch.Root, "clone", "-q", "--depth", "2", "file://" + repository, scratch.Path("shallow"));
        // The commit itself came along once, its way to the new ones did not.
        scratch.Git(scratch.Path("shallow"), "fetch", "-q", "--depth", "1", "origin", first);

        var refusal = RefusalOf(
            Soon(() => scratch.Source(scratch.Path("shallow")).Read(new SourceRequest { LastGoodCommitId = first }))
        );

        Assert.Equal(SourceRefusalKind.IncompleteObjects, refusal.Kind);
        Assert.Contains("--unshallow", refusal.Hint, StringComparison.Ordinal);
    }

    [Fact]
    public void Read_OfARepositoryWhoseConfigurationNamesPrograms_StartsNone()
    {
        var mark = scratch.Path("started");
        foreach (
            var (name, value) in ((string, string)[])
                [
                    ("core.fsmonitor", $"touch {mark}"),
                    ("core.sshCommand", $"touch {mark}"),
                    ("core.gitProxy", $"touch {mark}"),
                    ("core.pager", $"touch {mark}"),
                    ("credential.helper", $"!touch {mark}"),
                    ("gpg.program", $"touch {mark}"),
                    ("uploadpack.packObjectsHook", $"touch {mark}"),
                    ("core.hooksPath", scratch.Root),
                    ("url.ext::sh.insteadOf", "https://"),
                    ("remote.origin.url", $"ext::touch {mark}"),
                    ("remote.origin.promisor", "true"),
                    ("extensions.partialClone", "origin"),
                    ("core.repositoryFormatVersion", "1"),
                ]
        )
            scratch.Git(repository, "config", name, value);
        File.Delete(Loose(scratch.Git(repository, "rev-parse", "HEAD:policies/a.yaml").Trim()));

        _ = Refusal(scratch.Source(repository));

        Assert.False(File.Exists(mark));
    }
}

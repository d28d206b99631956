using System.Runtime.InteropServices;
using PgGitOps.Core.Ports;
using PgGitOps.Providers.Git;
using static PgGitOps.LiveTests.Git.GitScratch;

namespace PgGitOps.LiveTests.Git;

[Trait("Requirement", "R-16")]
public sealed partial class DamagedRepositoryTests : IDisposable
{
    private readonly GitScratch scratch = new();

    public void Dispose() => scratch.Dispose();

    [Theory]
    [InlineData("garbage")]
    [InlineData("cut short")]
    [InlineData("other content under the same id")]
    [InlineData("gone")]
    public void Read_WhenABlobIsDamaged_NamesTheFile(string damage)
    {
        var repository = scratch.NewRepository();
        var file = LooseObject(repository, "HEAD:policies/a.yaml");
        var other = LooseObject(repository, "HEAD:README.md");
        File.SetUnixFileMode(file, UnixFileMode.UserRead | UnixFileMode.UserWrite);
        switch (damage)
        {
            case "garbage":
                File.WriteAllText(file, "garbage");
                break;
            case "cut short":
                File.WriteAllBytes(file, File.ReadAllBytes(file)[..8]);
                break;
            case "other content under the same id":
                File.Copy(other, file, overwrite: true);
                break;
            default:
                File.Delete(file);
                break;
        }

        var refusal = RefusalOf(scratch.Source(repository).Read(new SourceRequest()));

        Assert.Equal(SourceRefusalKind.CorruptObject, refusal.Kind);
        Assert.Contains("policies/a.yaml", refusal.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("HEAD^{tree}")]
    [InlineData("HEAD:policies")]
    [InlineData("HEAD")]
    public void Read_WhenATreeOrACommitIsDamaged_IsCorrupt(string what)
    {
        var repository = scratch.NewRepository();
        var file = LooseObject(repository, what);
        File.SetUnixFileMode(file, UnixFileMode.UserRead | UnixFileMode.UserWrite);
        File.WriteAllText(file, "garbage");

        Assert.Equal(SourceRefusalKind.CorruptObject, RefusalOf(scratch.Source(repository).Read(new SourceRequest())).Kind);
    }

    [Fact]
    public void Read_AfterDamageInANewCommit_StillReadsTheLastGoodOne()
    {
        var repository = scratch.NewRepository();
        var good = scratch.Head(repository);
        scratch.Commit(repository, "second", ("policies/a.yaml", "a: 2\n"));
        var file = LooseObject(repository, "HEAD:policies/a.yaml");
        File.SetUnixFileMode(file, UnixFileMode.UserRead | UnixFileMode.UserWrite);
        File.WriteAllText(file, "garbage");
        var source = scratch.Source(repository);

        Assert.Equal(SourceRefusalKind.CorruptObject, RefusalOf(source.Read(new SourceRequest { LastGoodCommitId = good })).Kind);
        Assert.Equal("a: 1\n", ReadOf(source.Read(At(good))).Tree.Text("policies/a.yaml"));
    }

    [Fact]
    public void Read_OfAShallowClone_ReadsWhatIsThereAndNamesWhatIsNot()
    {
        var repository = scratch.NewRepository();
        var first = scratch.Head(repository);
        scratch.Commit(repository, "second");
        var third = scratch.Commit(repository, "third", ("policies/a.yaml", "a: 3\n"));
        scratch.Git(scratch.Root, "clone", "-q", "--depth", "1", "file://" + repository, scratch.Path("shallow"));
        var source = scratch.Source(scratch.Path("shallow"));

        Assert.Equal(third, ReadOf(source.Read(new SourceRequest())).Tree.Revision.CommitId);
        Assert.Equal(
            SourceRefusalKind.IncompleteObjects,
            RefusalOf(source.Read(new SourceRequest { LastGoodCommitId = first })).Kind
        );
        Assert.Equal(SourceRefusalKind.ReferenceMissing, RefusalOf(source.Read(At(first))).Kind);
    }

    [Fact]
    public void Read_OfAPartialClone_IsIncomplete()
    {
        var repository = scratch.NewRepository();
        scratch.Git(repository, "config", "uploadpack.allowFilter", "true");
        scratch.Git(
            scratch.Root,
            "clone",
            "-q",
            "--bare",
            "--filter=blob:none",
            "file://" + repository,
            scratch.Path("partial.git")
        );

        var refusal = RefusalOf(scratch.Source(scratch.Path("partial.git")).Read(new SourceRequest()));

        Assert.Equal(SourceRefusalKind.IncompleteObjects, refusal.Kind);
        Assert.Contains("environments/local/b.yaml", refusal.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Read_OfWhatIsNoReadableRepository_NamesWhy()
    {
        var repository = scratch.NewRepository();
        Directory.CreateDirectory(scratch.Path("plain"));
        scratch.Git(scratch.Root, "init", "-q", "--object-format=sha256", scratch.Path("long"));

        SourceRefusal Of(string address) => RefusalOf(scratch.Source(address).Read(new SourceRequest()));

        Assert.Equal(SourceRefusalKind.RepositoryMissing, Of(scratch.Path("absent")).Kind);
        Assert.Equal(SourceRefusalKind.RepositoryMissing, Of(scratch.Path("plain")).Kind);
        Assert.Equal(SourceRefusalKind.Sha256Unsupported, Of(scratch.Path("long")).Kind);
        var inside = Of(System.IO.Path.Combine(repository, "policies"));
        Assert.Equal(SourceRefusalKind.RepositoryMissing, inside.Kind);
        Assert.Equal($"The repository is {repository}.", inside.Hint);
    }

    [RootFact]
    public void Read_OfARepositoryOfAnotherUser_NeedsConsent()
    {
        var bare = scratch.Bare(scratch.NewRepository());
        Assert.Equal(0, chown(bare, 65534, 65534));
        var options = scratch.Options(bare);

        var refusal = RefusalOf(new GitSource(options).Read(new SourceRequest()));
        Assert.Equal(SourceRefusalKind.RepositoryForeign, refusal.Kind);
        Assert.Contains("user id 65534", refusal.Message, StringComparison.Ordinal);

        Assert.Equal(
            2,
            ReadOf(new GitSource(options with { ReadForeignRepository = true }).Read(new SourceRequest())).Tree.Files.Count
        );

        var config = scratch.Path("gitconfig");
        scratch.Git(scratch.Root, "config", "--file", config, "--add", "safe.directory", bare);
        var consented = options with
        {
            CommandEnvironment = new Dictionary<string, string>(scratch.Environment) { ["GIT_CONFIG_GLOBAL"] = config },
        };
        Assert.Equal(2, ReadOf(new GitSource(consented).Read(new SourceRequest())).Tree.Files.Count);

        // An empty entry takes all earlier ones back.
        scratch.Git(scratch.Root, "config", "--file", config, "--add", "safe.directory", "");
        Assert.Equal(SourceRefusalKind.RepositoryForeign, RefusalOf(new GitSource(consented).Read(new SourceRequest())).Kind);
    }

    private string LooseObject(string repository, string what)
    {
        var id = scratch.Git(repository, "rev-parse", what).Trim();
        return System.IO.Path.Combine(repository, ".git/objects", id[..2], id[2..]);
    }

    [DllImport("libc", SetLastError = true)]
    private static extern int chown([MarshalAs(UnmanagedType.LPUTF8Str)] string path, uint owner, uint group);
}

/// <summary>Runs only as root: giving a file to another user needs it. The skip is shown.</summary>
public sealed class RootFactAttribute : FactAttribute
{
    public RootFactAttribute()
    {
        if (Environment.UserName != "root")
            Skip = "Needs root, to give a repository to another user.";
    }
}

using PgGitOps.Core.Ports;
using PgGitOps.Providers.Git;
using static PgGitOps.LiveTests.Git.GitScratch;

namespace PgGitOps.LiveTests.Git;

/// <summary>A source that has read earlier commits reads the same as one that has not, whatever the commits changed.</summary>
[Trait("Requirement", "R-16")]
public sealed class KeptListingTests : IDisposable
{
    private static readonly string[] Folders =
    [
        "policies",
        "policies/contexts",
        "environments/prod",
        "environments/prod/clusters",
    ];

    private readonly GitScratch scratch = new();

    public void Dispose() => scratch.Dispose();

    [Fact]
    public void Read_OverARandomHistory_EqualsAFreshRead()
    {
        var random = new Random(20_261_127);
        var repository = scratch.NewRepository();
        var kept = scratch.Source(repository);
        var bounded = new GitSource(scratch.Options(repository) with { CacheBytesMax = 200 });
        var commits = new List<string>();
        for (var commit = 0; commit < 60; commit++)
        {
            commits.Add(
                scratch.Commit(
                    repository,
                    $"{commit}",
                    [.. Enumerable.Range(0, random.Next(1, 4)).Select(_ => Edit(random, repository))]
                )
            );
            var at = random.Next(4) == 0 ? commits[random.Next(commits.Count)] : "HEAD";

            var fresh = Read(scratch.Source(repository), at);

            Assert.Equal(fresh, Read(kept, at));
            Assert.Equal(fresh, Read(bounded, at));
        }
    }

    private static (string Path, string? Content) Edit(Random random, string repository)
    {
        var path = $"{Folders[random.Next(Folders.Length)]}/f{random.Next(6)}.{(random.Next(5) == 0 ? "txt" : "yaml")}";
        var full = Path.Combine(repository, path);
        var exists = File.Exists(full);
        if (exists && random.Next(4) == 0)
            return (path, null);
        if (exists && random.Next(6) == 0)
            File.SetUnixFileMode(full, File.GetUnixFileMode(full) ^ UnixFileMode.UserExecute);
        return (
            path,
            random.Next(8) == 0
                ? $"version https://git-lfs.github.com/spec/v1\noid sha256:{random.Next()}\n"
                : $"value: {random.Next(3)}\n"
        );
    }

    private static string Read(GitSource source, string reference)
    {
        var read = ReadOf(source.Read(new SourceRequest { Reference = reference }));
        return string.Join(
            '\n',
            read.Tree.Files.Select(f => $"{f.Path} {f.BlobId} {System.Text.Encoding.UTF8.GetString(f.Content.Span)}")
                .Concat(read.Diagnostics.Select(d => $"{d}"))
        );
    }
}

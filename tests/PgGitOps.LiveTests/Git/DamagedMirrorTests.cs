using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using System.Runtime.InteropServices;
using PgGitOps.Core.Ports;
using PgGitOps.Core.Sources;
using PgGitOps.Providers.Git;
using static PgGitOps.LiveTests.Git.GitScratch;

namespace PgGitOps.LiveTests.Git;

/// <summary>Whatever happens to a mirror, it is fetched anew and that is said once.</summary>
[Trait("Requirement", "R-16")]
public sealed partial class DamagedMirrorTests : IDisposable
{
    private readonly GitScratch scratch = new();
    private readonly string repository;
    private readonly string bare;
    private readonly HttpGitServer server;

    public DamagedMirrorTests()
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

    [Theory]
    [InlineData("emptied")]
    [InlineData("without objects")]
    [InlineData("without refs")]
    [InlineData("without HEAD")]
    [InlineData("without config")]
    [InlineData("a file in its place")]
    [InlineData("a link in its place")]
    [InlineData("a link to nowhere")]
    [InlineData("a pipe in its place")]
    [InlineData("every object cut in half")]
    [InlineData("every object empty")]
    [InlineData("every pack without its index")]
    [InlineData("every pack gone")]
    [InlineData("HEAD torn")]
    [InlineData("packed-refs torn")]
    public void Read_WhenTheMirrorIsDamaged_FetchesItAnewAndSaysSoOnce(string damage)
    {
        // Packed in the mirror as a large repository is.
        scratch.Commit(
            repository,
            "many",
            [.. Enumerable.Range(0, 150).Select(n => ($"policies/f{n}.yaml", (string?)$"n: {n}\n"))]
        );
        scratch.Git(repository, "push", "-q", bare, "main");
        var options = scratch.Options(server.Url("bare.git"));
        var good = ReadOf(new GitSource(options).Read(new SourceRequest())).Tree;
        Damage(Mirror(), damage);

        // Another process, with nothing in memory.
        var source = new GitSource(options);
        var read = ReadOf(source.Read(new SourceRequest { LastGoodCommitId = good.Revision.CommitId }));

        Assert.Equal(good.Paths(), read.Tree.Paths());
        var note = Assert.Single(read.Diagnostics);
        Assert.Equal((Severity.Note, "PGG007"), (note.Severity, note.RuleId));
        Assert.Equal(
            new SourceOutcome.Unchanged(good.Revision.CommitId),
            source.Read(new SourceRequest { KnownCommitId = good.Revision.CommitId })
        );
        Assert.Empty(ReadOf(new GitSource(options).Read(new SourceRequest())).Diagnostics);
        Assert.Single(
            Directory.EnumerateFileSystemEntries(scratch.Path("cache"), "*.git*"),
            path => !path.EndsWith("lock", StringComparison.Ordinal)
        );
    }

    [Theory]
    [InlineData("gone")]
    [InlineData("half a new one beside it")]
    [InlineData("a file where the new one is made")]
    [InlineData("a directory for a lock")]
    public void Read_WhenTheCacheIsUntidy_Reads(string state)
    {
        var options = scratch.Options(server.Url("bare.git"));
        ReadOf(new GitSource(options).Read(new SourceRequest()));
        var mirror = Mirror();
        switch (state)
        {
            case "half a new one beside it":
                Directory.CreateDirectory(mirror + ".new/objects");
                break;
            case "a file where the new one is made":
                File.WriteAllText(mirror + ".new", "x");
                break;
            case "a directory for a lock":
                File.Delete(mirror + ".lock");
                Directory.CreateDirectory(mirror + ".lock");
                break;
        }
        Directory.Delete(mirror, recursive: true);

        Assert.Equal(2, ReadOf(new GitSource(options).Read(new SourceRequest())).Tree.Files.Count);
    }

    [Fact]
    public void Read_WhenTheMirrorIsDamagedAndTheRemoteIsDown_IsRefusedAndMendsItselfLater()
    {
        var source = scratch.Source(server.Url("bare.git"));
        ReadOf(source.Read(new SourceRequest()));
        Damage(Mirror(), "every object empty");
        var log = Assert.IsType<SourceAnswer<EquatableArray<RevisionInfo>>.Refused>(source.RevisionLog("HEAD", 5));
        Assert.Equal(SourceRefusalKind.CorruptObject, log.Refusal.Kind);
        Directory.Move(bare, scratch.Path("away.git"));

        Assert.Equal(SourceRefusalKind.RepositoryMissing, RefusalOf(source.Read(new SourceRequest())).Kind);

        Directory.Move(scratch.Path("away.git"), bare);
        Assert.Equal(2, ReadOf(source.Read(new SourceRequest())).Tree.Files.Count);
    }

    [RootFact]
    public void Read_WhenTheMirrorBelongsToAnother_FetchesItAnew()
    {
        var source = scratch.Source(server.Url("bare.git"));
        ReadOf(source.Read(new SourceRequest()));
        Assert.Equal(0, chown(Mirror(), 65534, 65534));

        Assert.Contains(
            "another user",
            Assert.Single(ReadOf(source.Read(new SourceRequest())).Diagnostics).Message,
            StringComparison.Ordinal
        );
        Assert.Empty(ReadOf(source.Read(new SourceRequest())).Diagnostics);
    }

    [Fact]
    public void Read_WhenOthersMayWriteTheCache_ForbidsIt()
    {
        Directory.CreateDirectory(scratch.Path("cache"));
        File.SetUnixFileMode(scratch.Path("cache"), (UnixFileMode)0b111_111_111);

        ReadOf(scratch.Source(server.Url("bare.git")).Read(new SourceRequest()));

        Assert.Equal(
            UnixFileMode.None,
            File.GetUnixFileMode(scratch.Path("cache")) & (UnixFileMode.GroupWrite | UnixFileMode.OtherWrite)
        );
    }

    [Theory]
    [InlineData("http")]
    [InlineData("https")]
    [InlineData("ssh")]
    public void Read_WhenTheServerFallsSilentAtOnce_EndsWithItsWholeProcessGroup(string scheme)
    {
        using var silent = new TcpListener(IPAddress.Loopback, 0);
        silent.Start();
        var mark = $"/silent-{Guid.NewGuid():N}.git";
        var source = new GitSource(
            scratch.Options($"{scheme}://127.0.0.1:{((IPEndPoint)silent.LocalEndpoint).Port}{mark}") with
            {
                Deadline = TimeSpan.FromMilliseconds(900),
            }
        );

        Assert.Equal(SourceRefusalKind.RemoteTimeout, RefusalOf(source.Read(new SourceRequest())).Kind);

        var clock = Stopwatch.StartNew();
        while (CommandLines().Any(line => line.Contains(mark, StringComparison.Ordinal)))
        {
            Assert.True(clock.Elapsed < TimeSpan.FromMinutes(1), "a process of the transfer lives on");
            Thread.Sleep(20);
        }
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

    private string Mirror() => Directory.EnumerateDirectories(scratch.Path("cache"), "*.git").Single();

    private void Damage(string mirror, string damage)
    {
        void Cut(Func<int, int> length)
        {
            foreach (
                var file in Directory
                    .EnumerateFiles(System.IO.Path.Combine(mirror, "objects"), "*", SearchOption.AllDirectories)
                    .Where(f => !f.EndsWith(".idx", StringComparison.Ordinal))
            )
            {
                var bytes = File.ReadAllBytes(file);
                File.SetUnixFileMode(file, UnixFileMode.UserRead | UnixFileMode.UserWrite);
                File.WriteAllBytes(file, bytes[..length(bytes.Length)]);
            }
        }

        void Remove(string suffix)
        {
            foreach (
                var file in Directory.EnumerateFiles(
                    System.IO.Path.Combine(mirror, "objects"),
                    suffix,
                    SearchOption.AllDirectories
                )
            )
                File.Delete(file);
        }

        switch (damage)
        {
            case "emptied":
                Directory.Delete(mirror, recursive: true);
                Directory.CreateDirectory(mirror);
                break;
            case "without objects" or "without refs":
                Directory.Delete(System.IO.Path.Combine(mirror, damage["without ".Length..]), recursive: true);
                break;
            case "without HEAD" or "without config":
                File.Delete(System.IO.Path.Combine(mirror, damage["without ".Length..]));
                break;
            case "a file in its place":
                Directory.Delete(mirror, recursive: true);
                File.WriteAllText(mirror, "x");
                break;
            case "a link in its place":
                Directory.Move(mirror, scratch.Path("elsewhere"));
                Directory.CreateSymbolicLink(mirror, scratch.Path("elsewhere"));
                break;
            case "a link to nowhere":
                Directory.Delete(mirror, recursive: true);
                File.CreateSymbolicLink(mirror, "/nonexistent/mirror");
                break;
            case "a pipe in its place":
                Directory.Delete(mirror, recursive: true);
                Process.Start("mkfifo", [mirror]).WaitForExit();
                break;
            case "every object cut in half":
                Cut(length => length / 2);
                break;
            case "every object empty":
                Cut(_ => 0);
                break;
            case "every pack without its index":
                Remove("*.idx");
                break;
            case "every pack gone":
                Remove("*.pack");
                break;
            case "HEAD torn":
                File.WriteAllText(System.IO.Path.Combine(mirror, "HEAD"), "");
                break;
            case "packed-refs torn":
                File.WriteAllText(System.IO.Path.Combine(mirror, "packed-refs"), "zz refs/heads/x\n\0");
                break;
            default:
                throw new ArgumentOutOfRangeException(nameof(damage), damage, "no such damage");
        }
    }

    [DllImport("libc", SetLastError = true)]
    private static extern int chown([MarshalAs(UnmanagedType.LPUTF8Str)] string path, uint owner, uint group);
}

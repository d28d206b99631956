using System.Diagnostics;
using PgGitOps.Providers.Git.Remotes;

namespace PgGitOps.LiveTests.Git;

/// <summary>The lock of a mirror: held by another process, or not to be had at all.</summary>
public sealed class MirrorLockTests : IDisposable
{
    private readonly DirectoryInfo scratch = Directory.CreateTempSubdirectory("pggitops-lock-");

    public void Dispose() => scratch.Delete(recursive: true);

    [Fact]
    public void TryLock_WhileAnotherHoldsIt_WaitsForNobody()
    {
        var path = Path.Combine(scratch.FullName, "lock");
        using (MirrorPlace.TryLock(path))
            Assert.Null(MirrorPlace.TryLock(path));
        using var again = MirrorPlace.TryLock(path);
        Assert.NotNull(again);
    }

    /// <summary>As on a file system without write access: there is a file, and nobody may open it to write. It was taken for another process that holds it, and waited for.</summary>
    [Fact]
    public void TryLock_WhereItCannotBeMade_SaysWhy()
    {
        var path = Path.Combine(scratch.FullName, "lock");
        File.Copy("/bin/sleep", path);
        File.SetUnixFileMode(path, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        // The kernel lets nobody write to a program that runs.
        using var busy = Process.Start(path, ["600"]);
        try
        {
            Assert.ThrowsAny<IOException>(() => MirrorPlace.TryLock(path));
        }
        finally
        {
            busy.Kill();
            busy.WaitForExit();
        }
    }
}

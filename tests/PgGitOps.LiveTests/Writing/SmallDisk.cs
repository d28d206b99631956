using System.Diagnostics;
using PgGitOps.LiveTests.Fleet;

namespace PgGitOps.LiveTests.Writing;

/// <summary>A small file system in memory, where the tests may mount one.</summary>
public sealed class SmallDisk : IAsyncDisposable
{
    private readonly string path;

    private SmallDisk(string path) => this.path = path;

    /// <summary>Null, and said aloud, where mounting is not allowed.</summary>
    public static async Task<SmallDisk?> MountAsync(string path, string size)
    {
        path = path.TrimEnd('/');
        await ServerPrograms.RunAsync("mkdir", ["-p", path]);
        var user = Environment.IsPrivilegedProcess ? ServerPrograms.ServerUser : Environment.UserName;
        if (await RunAsync("mount", "-t", "tmpfs", "-o", $"size={size},mode=0700,uid={user}", "tmpfs", path))
            return new SmallDisk(path);
        await Console.Error.WriteLineAsync("LIVE TEST SKIPPED: a full disk cannot be made here, mounting is not allowed");
        return null;
    }

    public async ValueTask DisposeAsync() => await RunAsync("umount", path);

    private static async Task<bool> RunAsync(params string[] command)
    {
        using var process = Process.Start(new ProcessStartInfo(command[0], command[1..]) { RedirectStandardError = true });
        await process!.WaitForExitAsync();
        return process.ExitCode == 0;
    }
}

using System.Runtime.InteropServices;

namespace PgGitOps.Providers.Git;

/// <summary>The few system calls that .NET does not offer: process groups, file owners, directory sync, atomic exchange.</summary>
internal static class Posix
{
    private const int SigKill = 9;
    private const int AtFdCwd = -100;
    private const uint StatxUid = 0x8;
    private const uint RenameExchange = 2;
    private const int OpenReadOnlyDirectory = 0x10000;

    // struct statx has 256 bytes on every architecture; stx_uid is its sixth 32-bit word.
    private const int StatxBytes = 256;
    private const int StatxUidOffset = 20;

    public static uint EffectiveUserId => geteuid();

    /// <summary>Ends every process of the group. A group that is gone already is no failure.</summary>
    public static void KillGroup(int groupId) => _ = kill(-groupId, SigKill);

    /// <summary>User id of the file's owner, or null when it cannot be told.</summary>
    public static uint? OwnerOf(string path)
    {
        var buffer = new byte[StatxBytes];
        return statx(AtFdCwd, path, 0, StatxUid, buffer) == 0 ? BitConverter.ToUInt32(buffer, StatxUidOffset) : null;
    }

    /// <summary>Makes a rename inside the directory survive a power cut.</summary>
    public static void SyncDirectory(string path)
    {
        var descriptor = open(path, OpenReadOnlyDirectory);
        if (descriptor < 0)
            throw new IOException($"The directory {path} cannot be opened for sync (errno {Marshal.GetLastPInvokeError()}).");
        var result = fsync(descriptor);
        var error = Marshal.GetLastPInvokeError();
        _ = close(descriptor);
        if (result != 0)
            throw new IOException($"The directory {path} cannot be synced (errno {error}).");
    }

    /// <summary>Swaps two directories in one step, so that a reader sees the one or the other.</summary>
    public static void Exchange(string first, string second)
    {
        if (renameat2(AtFdCwd, first, AtFdCwd, second, RenameExchange) != 0)
            throw new IOException($"{first} and {second} cannot be exchanged (errno {Marshal.GetLastPInvokeError()}).");
    }

    [DllImport("libc")]
    private static extern uint geteuid();

    [DllImport("libc", SetLastError = true)]
    private static extern int kill(int pid, int signal);

    [DllImport("libc", SetLastError = true)]
    private static extern int statx(int directory, [MarshalAs(UnmanagedType.LPUTF8Str)] string path, int flags, uint mask, byte[] buffer);

    [DllImport("libc", SetLastError = true)]
    private static extern int open([MarshalAs(UnmanagedType.LPUTF8Str)] string path, int flags);

    [DllImport("libc", SetLastError = true)]
    private static extern int fsync(int descriptor);

    [DllImport("libc")]
    private static extern int close(int descriptor);

    [DllImport("libc", SetLastError = true)]
    private static extern int renameat2(
        int firstDirectory,
        [MarshalAs(UnmanagedType.LPUTF8Str)] string first,
        int secondDirectory,
        [MarshalAs(UnmanagedType.LPUTF8Str)] string second,
        uint flags);
}

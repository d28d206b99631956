using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;

namespace PgGitOps.Providers;

internal enum FileKind
{
    None,
    File,
    Directory,
    Pipe,
    Device,
    Other,
}

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
    private const int StatxModeOffset = 28;
    private const uint StatxType = 0x1;
    private const int AtEmptyPath = 0x1000;
    private const int FileTypeMask = 0xF000;

    // O_NONBLOCK: a pipe that nobody writes to would hold the open itself for ever.
    private const int OpenReadOnlyNow = 0x800 | 0x80000;

    public static uint EffectiveUserId => geteuid();

    /// <summary>Ends every process of the group. A group that is gone already is no failure.</summary>
    public static void KillGroup(int groupId) => _ = kill(-groupId, SigKill);

    /// <summary>User id of the file's owner, or null when it cannot be told.</summary>
    public static uint? OwnerOf(string path)
    {
        var buffer = new byte[StatxBytes];
        return statx(AtFdCwd, path, 0, StatxUid, buffer) == 0 ? BitConverter.ToUInt32(buffer, StatxUidOffset) : null;
    }

    /// <summary>Makes another user the file's owner, which only root may.</summary>
    public static void GiveTo(string path, uint owner)
    {
        if (chown(path, owner, uint.MaxValue) != 0)
            throw new IOException($"{path} cannot be given to user {owner} (errno {Marshal.GetLastPInvokeError()}).");
    }

    /// <summary>Opens for reading without waiting for anybody; null with the error's number when that fails.</summary>
    public static SafeFileHandle? OpenNow(string path, out int error)
    {
        var descriptor = open(path, OpenReadOnlyNow);
        error = descriptor < 0 ? Marshal.GetLastPInvokeError() : 0;
        return descriptor < 0 ? null : new SafeFileHandle(descriptor, ownsHandle: true);
    }

    /// <summary>What lies at the path, links followed; <see cref="FileKind.None"/> where nothing can be seen.</summary>
    public static FileKind KindOf(string path)
    {
        var buffer = new byte[StatxBytes];
        return statx(AtFdCwd, path, 0, StatxType, buffer) == 0 ? KindIn(buffer) : FileKind.None;
    }

    public static FileKind KindOf(SafeFileHandle handle)
    {
        var buffer = new byte[StatxBytes];
        return statx((int)handle.DangerousGetHandle(), "", AtEmptyPath, StatxType, buffer) == 0 ? KindIn(buffer) : FileKind.None;
    }

    private static FileKind KindIn(byte[] buffer) =>
        (BitConverter.ToUInt16(buffer, StatxModeOffset) & FileTypeMask) switch
        {
            0x8000 => FileKind.File,
            0x4000 => FileKind.Directory,
            0x1000 => FileKind.Pipe,
            0x2000 or 0x6000 => FileKind.Device,
            _ => FileKind.Other,
        };

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
    private static extern int statx(
        int directory,
        [MarshalAs(UnmanagedType.LPUTF8Str)] string path,
        int flags,
        uint mask,
        byte[] buffer
    );

    [DllImport("libc", SetLastError = true)]
    private static extern int open([MarshalAs(UnmanagedType.LPUTF8Str)] string path, int flags);

    [DllImport("libc", SetLastError = true)]
    private static extern int fsync(int descriptor);

    [DllImport("libc", SetLastError = true)]
    private static extern int chown([MarshalAs(UnmanagedType.LPUTF8Str)] string path, uint owner, uint group);

    [DllImport("libc")]
    private static extern int close(int descriptor);

    [DllImport("libc", SetLastError = true)]
    private static extern int renameat2(
        int firstDirectory,
        [MarshalAs(UnmanagedType.LPUTF8Str)] string first,
        int secondDirectory,
        [MarshalAs(UnmanagedType.LPUTF8Str)] string second,
        uint flags
    );
}

using System.Globalization;
using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;

namespace PgGitOps.Providers;

/// <summary>The few system calls that .NET does not offer: process groups, file owners, directory sync, atomic exchange.</summary>
internal static class Posix
{
    private const int SigKill = 9;
    private const int AtFdCwd = -100;
    private const int NoFollow = 0x100;
    private const uint StatxTypeModeUid = 0x1 | 0x2 | 0x8;
    private const uint RenameExchange = 2;
    private const int OpenReadOnlyDirectory = 0x10000;
    private const short PollIn = 1;

    // struct statx has 256 bytes on every architecture, with owner and mode at these places.
    private const int StatxBytes = 256;
    private const int StatxUidOffset = 20;
    private const int StatxModeOffset = 28;
    private const int AtEmptyPath = 0x1000;

    // O_NONBLOCK: a pipe that nobody writes to would hold the open itself for ever.
    private const int OpenReadOnlyNow = 0x800 | 0x80000;

    public static uint EffectiveUserId => geteuid();

    /// <summary>For root: the user who asked sudo for it; else null.</summary>
    public static uint? UserBehindSudo =>
        EffectiveUserId == 0
        && uint.TryParse(
            Environment.GetEnvironmentVariable("SUDO_UID"),
            NumberStyles.None,
            CultureInfo.InvariantCulture,
            out var user
        )
            ? user
            : null;

    /// <summary>Ends every process of the group. A group that is gone already is no failure.</summary>
    public static void KillGroup(int groupId) => _ = kill(-groupId, SigKill);

    /// <summary>User id of the file's owner, or null when it cannot be told.</summary>
    public static uint? OwnerOf(string path) => FactsOf(path)?.Owner;

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
    public static FileKind KindOf(string path) => FactsOf(path)?.Kind ?? FileKind.None;

    public static FileKind KindOf(SafeFileHandle handle) =>
        FactsOf((int)handle.DangerousGetHandle(), "", AtEmptyPath)?.Kind ?? FileKind.None;

    /// <summary>What the kernel says of a path; null where nothing can be seen.</summary>
    /// <param name="ofLink">Of a link itself, not of what it leads to.</param>
    public static FileFacts? FactsOf(string path, bool ofLink = false) => FactsOf(AtFdCwd, path, ofLink ? NoFollow : 0);

    private static FileFacts? FactsOf(int directory, string path, int flags)
    {
        var buffer = new byte[StatxBytes];
        return statx(directory, path, flags, StatxTypeModeUid, buffer) == 0
            ? new(BitConverter.ToUInt16(buffer, StatxModeOffset), BitConverter.ToUInt32(buffer, StatxUidOffset))
            : null;
    }

    /// <summary>Whether a read would return at once: there is something, or the other end is closed. Waits so long for it.</summary>
    public static bool IsReadable(SafeHandle handle, TimeSpan wait)
    {
        var held = false;
        try
        {
            handle.DangerousAddRef(ref held);
            var one = new PollDescriptor { Descriptor = (int)handle.DangerousGetHandle(), Events = PollIn };
            return poll(ref one, 1, (int)wait.TotalMilliseconds) > 0;
        }
        finally
        {
            if (held)
                handle.DangerousRelease();
        }
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

    [StructLayout(LayoutKind.Sequential)]
    private struct PollDescriptor
    {
        public int Descriptor;
        public short Events;
        public short Found;
    }

    [DllImport("libc")]
    private static extern int poll(ref PollDescriptor descriptors, nuint count, int milliseconds);

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

using System.Runtime.InteropServices;

namespace PgGitOps.Providers.RuleHost.Jail;

/// <summary>The few calls of the Linux kernel that a jail is made of.</summary>
internal static partial class Kernel
{
    public const int NoNewPrivileges = 38,
        ParentDeathSignal = 1;
    public const int KillSignal = 9;
    public const int PathOnly = 0x200000 | 0x80000; // O_PATH | O_CLOEXEC

    [LibraryImport("libc", EntryPoint = "syscall", SetLastError = true)]
    public static partial nint Call(nint number, nint a, nint b, nint c, nint d);

    [LibraryImport("libc", EntryPoint = "prctl", SetLastError = true)]
    public static partial int Prctl(int option, nuint a, nuint b, nuint c, nuint d);

    [LibraryImport("libc", EntryPoint = "open", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    public static partial int Open(string path, int flags);

    [LibraryImport("libc", EntryPoint = "close")]
    public static partial int Close(int descriptor);

    [LibraryImport("libc", EntryPoint = "chdir", StringMarshalling = StringMarshalling.Utf8)]
    public static partial int ChangeDirectory(string path);

    [LibraryImport("libc", EntryPoint = "setrlimit", SetLastError = true)]
    public static partial int SetLimit(int resource, in ResourceLimit limit);

    [LibraryImport("libc", EntryPoint = "execve", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    public static partial int Execute(string path, string?[] arguments, string?[] environment);

    [LibraryImport("libc", EntryPoint = "getppid")]
    public static partial int ParentId();

    [LibraryImport("libc", EntryPoint = "_exit")]
    public static partial void Exit(int code);

    [LibraryImport("libc", EntryPoint = "poll", SetLastError = true)]
    private static partial int Poll(ref PollEntry entries, nuint count, int milliseconds);

    [StructLayout(LayoutKind.Sequential)]
    private struct PollEntry
    {
        public int Descriptor;
        public short Events;
        public short Returned;
    }

    /// <summary>Returns when the other end of a pipe is closed, whoever closed it and however.</summary>
    public static void WaitForHangUp(int descriptor)
    {
        const int HangUp = 0x10,
            Error = 0x08,
            Invalid = 0x20;
        while (true)
        {
            var entry = new PollEntry { Descriptor = descriptor };
            if (Poll(ref entry, 1, -1) > 0 && (entry.Returned & (HangUp | Error | Invalid)) != 0)
                return;
        }
    }

    public const nint Landlock = 444;
    public const nint LandlockAddRule = 445;
    public const nint LandlockRestrictSelf = 446;
    public const nint CloseRange = 436;
    public const nint SetCapabilities = 126;
    public const nint Seccomp = 317;

    [StructLayout(LayoutKind.Sequential)]
    public readonly record struct ResourceLimit(ulong Soft, ulong Hard);
}

/// <summary>The jail cannot be built on this machine.</summary>
internal sealed class JailUnavailable(string message) : Exception(message);

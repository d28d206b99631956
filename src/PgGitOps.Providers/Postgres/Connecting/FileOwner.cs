using System.Runtime.InteropServices;

namespace PgGitOps.Providers.Postgres.Connecting;

/// <summary>Who owns a file, which .NET does not tell.</summary>
internal static class FileOwner
{
    private const int AtFdCwd = -100;
    private const uint StatxUid = 0x8;

    // struct statx has 256 bytes on every architecture; stx_uid is its sixth 32-bit word.
    private const int StatxBytes = 256;
    private const int StatxUidOffset = 20;

    /// <summary>User id, or null when it cannot be told.</summary>
    public static uint? Of(string path)
    {
        var buffer = new byte[StatxBytes];
        return statx(AtFdCwd, path, 0, StatxUid, buffer) == 0 ? BitConverter.ToUInt32(buffer, StatxUidOffset) : null;
    }

    [DllImport("libc", SetLastError = true)]
    private static extern int statx(
        int directory,
        [MarshalAs(UnmanagedType.LPUTF8Str)] string path,
        int flags,
        uint mask,
        byte[] buffer
    );
}

namespace PgGitOps.Providers;

/// <summary>Locks that are files opened for one process alone: flock(2), which the kernel drops with the process.</summary>
internal static class FileLock
{
    private const int WouldBlock = 11,
        WouldBlockOfDarwin = 35,
        SharingViolation = unchecked((int)0x80070020);

    /// <summary>Whether a file could not be opened because another process holds it. A file system without write access, a full one or a broken one holds nobody off.</summary>
    public static bool IsHeld(IOException e) => e.HResult is WouldBlock or WouldBlockOfDarwin or SharingViolation;
}

using Microsoft.Win32.SafeHandles;

namespace PgGitOps.Cli;

/// <summary>Keeps the numbers 0 to 2 from being given to anything that is opened later.</summary>
/// <remarks>
/// Whoever starts a program with them closed (<c>2>&amp;-</c>) makes the next file, socket or pipe one of them, and what was meant for stderr is
/// written into that: over a journal, say, or into the pipe by which the runtime hears of signals, which then ends the process by one
/// that nobody sent.
/// </remarks>
internal static class StandardDescriptors
{
    private const int Last = 2;
    private static readonly List<SafeFileHandle> Kept = [];

    /// <summary>To be called before anything else is opened.</summary>
    public static void Reserve()
    {
        try
        {
            // For reading only: what is written to it is refused, and so reported as lost.
            while (File.OpenHandle("/dev/null", FileMode.Open, FileAccess.Read, FileShare.ReadWrite) is var handle)
            {
                Kept.Add(handle);
                if (handle.DangerousGetHandle() > Last)
                {
                    handle.Dispose();
                    return;
                }
            }
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            // In the jail of the rules, whose streams are the engine's pipes, and where there is no such device.
        }
    }
}

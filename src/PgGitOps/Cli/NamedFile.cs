using System.Globalization;

namespace PgGitOps.Cli;

/// <summary>A file that the command line names: it may be a pipe that nobody writes to, or a device that never ends.</summary>
internal static class NamedFile
{
    private const int BytesMax = 64 << 20;

    /// <exception cref="UsageException">It cannot be read, or is larger than anything of ours.</exception>
    public static byte[] Read(Invocation invocation, string path)
    {
        if (path.Length == 0)
            throw new UsageException("the name of a file is empty");
        try
        {
            // On a thread that can be left behind: what waits for a pipe hears no signal.
            return Task.Run(() => ReadWhole(path)).WaitAsync(invocation.Stopping).GetAwaiter().GetResult();
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or NotSupportedException)
        {
            throw new UsageException($"{path} cannot be read: {e.Message}");
        }
    }

    private static byte[] ReadWhole(string path)
    {
        using var file = File.OpenRead(path);
        using var whole = new MemoryStream();
        var buffer = new byte[64 * 1024];
        for (int read; (read = file.Read(buffer)) > 0; )
        {
            whole.Write(buffer.AsSpan(0, read));
            if (whole.Length > BytesMax)
                throw new UsageException(
                    string.Create(CultureInfo.InvariantCulture, $"{path} is larger than {BytesMax >> 20} MiB")
                );
        }
        return whole.ToArray();
    }
}

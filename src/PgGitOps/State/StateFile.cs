using PgGitOps.Providers;
using PgGitOps.Providers.Git.Reading;

namespace PgGitOps.State;

/// <summary>A small file of the state directory that is replaced as a whole. Safe for passes in parallel, and for processes beside each other.</summary>
/// <param name="conditions">Told while it cannot be written.</param>
internal sealed class StateFile(string path, StateConditions conditions)
{
    private const long BytesMax = 256 << 20;
    private static long saves;

    private readonly Lock gate = new();

    public string Path => path;

    /// <returns>Null where there is no file, or none that can be read and believed.</returns>
    public byte[]? Read()
    {
        if (conditions.Distrust(path) is not null)
            return null;
        try
        {
            return File.Exists(path) ? RegularFile.TryRead(path, BytesMax) : null;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            conditions.Tell(Name, $"{path} cannot be read: {e.Message}");
            return null;
        }
    }

    /// <returns>False where it could not be written; the caller keeps what it has and saves again later.</returns>
    public bool Save(byte[] content)
    {
        // Of this save alone: passes of one process, and processes, save at the same time.
        var aside = $"{path}.{Environment.ProcessId}.{Interlocked.Increment(ref saves)}";
        if (conditions.Distrust(path) is not null)
            return false;
        lock (gate)
        {
            try
            {
                OwnDirectory.Make(System.IO.Path.GetDirectoryName(path)!);
                // Written aside and renamed: another process reads the old or the new, never half.
                using (var file = new FileStream(aside, OwnDirectory.Writing(FileMode.Create)))
                    file.Write(content);
                File.Move(aside, path, overwrite: true);
                conditions.Tell(Name, null);
                return true;
            }
            catch (Exception e) when (e is IOException or UnauthorizedAccessException)
            {
                Remove(aside);
                conditions.Tell(Name, $"{path} cannot be written: {e.Message}");
                return false;
            }
        }
    }

    private string Name => System.IO.Path.GetFileName(path);

    private static void Remove(string aside)
    {
        try
        {
            File.Delete(aside);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            // It stays until somebody can; it is never read.
        }
    }
}

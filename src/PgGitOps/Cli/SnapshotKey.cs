using System.Security.Cryptography;

namespace PgGitOps.Cli;

/// <summary>The key of the digests that stand for password verifiers: the same on one machine, so that two snapshots show whether one moved.</summary>
internal static class SnapshotKey
{
    private const int Length = 32;

    public static byte[] Of(Invocation invocation)
    {
        var path = invocation.State.File("snapshot.key");
        if (invocation.Ownership.Distrust(path) is { } why)
            throw new UsageException($"{path} cannot be used: {why}");
        try
        {
            if (File.Exists(path) && File.ReadAllBytes(path) is { Length: Length } known)
                return known;
            var made = RandomNumberGenerator.GetBytes(Length);
            var aside = $"{path}.{Environment.ProcessId}";
            var options = new FileStreamOptions { Mode = FileMode.Create, Access = FileAccess.Write };
            if (!OperatingSystem.IsWindows())
                options.UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite;
            using (var file = new FileStream(aside, options))
                file.Write(made);
            File.Move(aside, path, overwrite: true);
            return made;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new UsageException($"{path} cannot be used: {e.Message}");
        }
    }
}

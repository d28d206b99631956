using PgGitOps.Providers.Git.Reading;
using PgGitOps.Providers.Git.Repositories;

namespace PgGitOps.Providers.Git.Remotes;

/// <summary>Where mirrors lie: what is there, whether it is a mirror of ours, and how it gets out of the way.</summary>
internal static class MirrorPlace
{
    /// <exception cref="IOException">It cannot be made, or is another user's.</exception>
    public static void MakeCacheDirectory(string cacheDirectory)
    {
        // Policies may be confidential, and whoever can write here can change what is read.
        if (OperatingSystem.IsWindows())
        {
            Directory.CreateDirectory(cacheDirectory);
            return;
        }
        if (Posix.FactsOf(cacheDirectory) is { } facts && !facts.IsOurs && facts.Owner != Posix.UserBehindSudo)
            throw new IOException($"it belongs to user {facts.Owner}, not to {Posix.EffectiveUserId}");
        const UnixFileMode Others = UnixFileMode.GroupWrite | UnixFileMode.OtherWrite;
        var made = Directory.CreateDirectory(
            cacheDirectory,
            UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute
        );
        if ((made.UnixFileMode & Others) != 0)
            made.UnixFileMode &= ~Others;
    }

    /// <summary>A link counts, also one that leads nowhere.</summary>
    public static bool Exists(string path) => Posix.KindOf(path) != FileKind.None || new FileInfo(path).LinkTarget is not null;

    /// <summary>What lies in the mirror's place and is no mirror of ours; null when there is one, or nothing.</summary>
    public static string? Damage(string mirror, string shown, CancellationToken cancellation)
    {
        if (!Exists(mirror))
            return null;
        if (new FileInfo(mirror).LinkTarget is not null)
            return "a link lies in its place.";
        if (Posix.KindOf(mirror) is var kind && kind != FileKind.Directory)
            return $"{RegularFile.Describe(kind)} lies in its place.";
        if (Posix.OwnerOf(mirror) != Posix.EffectiveUserId)
            return "it belongs to another user.";
        foreach (var part in (string[])["HEAD", "config", "objects", "refs"])
        {
            if (Posix.KindOf(Path.Combine(mirror, part)) == FileKind.None)
                return $"it has no {part}.";
        }
        try
        {
            RepositoryFiles.Check(mirror, shown, cancellation);
            return null;
        }
        catch (RefusedException e)
        {
            return e.Message;
        }
    }

    /// <returns>Null while another process holds it.</returns>
    /// <exception cref="IOException">It cannot be made.</exception>
    public static FileStream? TryLock(string path)
    {
        try
        {
            // Nothing of ours makes a directory here; an empty one is in nobody's way.
            if (Directory.Exists(path))
                Directory.Delete(path);
            return new FileStream(path, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None);
        }
        catch (IOException e) when (FileLock.IsHeld(e))
        {
            return null;
        }
    }

    /// <summary>Removes whatever lies there, or moves out of the way what may not be removed.</summary>
    public static void Discard(string path)
    {
        if (!Exists(path))
            return;
        try
        {
            if (new FileInfo(path).LinkTarget is null && Directory.Exists(path))
                Directory.Delete(path, recursive: true);
            else
                File.Delete(path);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            Directory.Move(path, $"{path}.unusable-{Guid.NewGuid():N}");
        }
    }
}

using System.Globalization;

namespace PgGitOps.Providers;

/// <summary>Directories of the engine's own state. They name objects and hosts: for the owner's eyes only.</summary>
public static class OwnDirectory
{
    private const UnixFileMode OwnerAlone = UnixFileMode.UserRead | UnixFileMode.UserWrite;

    public static void Make(string path)
    {
        if (OperatingSystem.IsWindows())
            Directory.CreateDirectory(path);
        else
            Directory.CreateDirectory(path, OwnerAlone | UnixFileMode.UserExecute);
    }

    /// <summary>How a file in one is opened for writing: whatever the umask says, others than its owner may not.</summary>
    public static FileStreamOptions Writing(FileMode mode, FileShare share = FileShare.None)
    {
        var options = new FileStreamOptions
        {
            Mode = mode,
            Access = FileAccess.Write,
            Share = share,
            BufferSize = 0,
        };
        if (!OperatingSystem.IsWindows())
            options.UnixCreateMode = OwnerAlone;
        return options;
    }

    /// <summary>Whether a path, and each folder from the root of the state down to it, can only have been put there and changed by this user or root.</summary>
    /// <param name="root">The path itself, or a folder above it. What lies above the root is whoever's it may be: who names a state directory says where it is to be.</param>
    /// <returns>The outermost place that is not to be trusted, and why in a sentence with what to do; null where all are, also where nothing is there yet.</returns>
    public static (string Path, string Why)? Distrust(string root, string path)
    {
        if (!OperatingSystem.IsLinux())
            return null;
        if (Of(root) is { } whole)
            return (root, whole);
        for (var at = root.Length; at < path.Length; )
        {
            var next = path.IndexOf(Path.DirectorySeparatorChar, at + 1);
            at = next < 0 ? path.Length : next;
            if (Of(path[..at]) is { } why)
                return (path[..at], why);
        }
        return null;
    }

    private static string? Of(string path)
    {
        if (Posix.FactsOf(path) is not { } facts)
            return null;
        var (what, recursive) =
            facts.Kind == FileKind.Directory ? ("nothing in it is read or written", "-R ") : ("it is not read or written", "");
        if (!facts.IsOurs && facts.Owner != Posix.UserBehindSudo)
            return string.Create(
                CultureInfo.InvariantCulture,
                $"{path} belongs to user {facts.Owner}, not to {Posix.EffectiveUserId}: {what} (chown {recursive}{Posix.EffectiveUserId} {path}, once you know that nobody changed it)"
            );
        return facts.IsWritableByOthers
            ? $"{path} can be written by others (mode {facts.Permissions}): {what} (chmod {recursive}go-w {path}, once you know that nobody did)"
            : null;
    }
}

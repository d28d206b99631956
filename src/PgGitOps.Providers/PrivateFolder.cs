namespace PgGitOps.Providers;

/// <summary>Whether what lies in a directory can only have been put there by this user, or by root.</summary>
internal static class PrivateFolder
{
    /// <param name="folder">A directory of ours, made with the one above it where they are missing.</param>
    /// <returns>Why it is not to be trusted, or null; also null where it is not there yet.</returns>
    public static string? Distrust(string folder)
    {
        // The directory, the one above that is made with it, and the one that holds both: who owns any of them can put another in its place.
        for (var (path, level) = (folder, 0); path is not null && level < 3; path = Path.GetDirectoryName(path), level++)
        {
            // Of a link itself: where it leads to is none of the folder's business.
            if (Posix.FactsOf(path, ofLink: true) is not { } facts)
                continue;
            var isFolder = facts.Kind == FileKind.Directory;
            if (!isFolder && level < 2)
                return $"{path} is no directory";
            if (isFolder && !facts.IsOurs)
                return $"{path} belongs to user {facts.Owner}";
            if (isFolder && facts.IsWritableByOthers)
                return $"{path} can be written by others (mode {facts.Permissions})";
        }
        return null;
    }

    /// <returns>Why a file is not to be trusted as a secret of this user, or null.</returns>
    public static string? DistrustSecret(string file) =>
        Posix.FactsOf(file, ofLink: true) is not { } facts ? null
        : facts.Kind != FileKind.File ? $"{file} is no file"
        : facts.Owner != Posix.EffectiveUserId ? $"{file} belongs to user {facts.Owner}"
        : facts.IsOpenToOthers ? $"{file} can be read or written by others (mode {facts.Permissions})"
        : null;
}

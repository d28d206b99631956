using System.Globalization;
using PgGitOps.Core.Ports;
using PgGitOps.Providers.Git.Reading;

namespace PgGitOps.Providers.Git.Repositories;

/// <summary>Judges whose repository it is as git does: one's own, that of the user behind sudo, or one listed in safe.directory.</summary>
internal static class RepositoryOwner
{
    private static readonly TimeSpan ConfigDeadline = TimeSpan.FromSeconds(10);

    /// <exception cref="RefusedException">RepositoryForeign.</exception>
    public static void Check(string path, GitCommand git, CancellationToken cancellation)
    {
        var marker = Path.Combine(path, ".git");
        string[] judged = Path.Exists(marker) ? [path, marker] : [path];
        var foreign = judged.FirstOrDefault(one => Posix.OwnerOf(one) is not { } owner || !IsOurs(owner));
        if (foreign is null || IsListedSafe(path, git, cancellation))
            return;
        throw new RefusedException(
            SourceRefusalKind.RepositoryForeign,
            $"{path} belongs to another user ({OwnerText(foreign)}).",
            $"If it may be read: git config --global --add safe.directory {path}"
        );
    }

    private static bool IsOurs(uint owner) => owner == Posix.EffectiveUserId || owner == Posix.UserBehindSudo;

    private static bool IsListedSafe(string path, GitCommand git, CancellationToken cancellation)
    {
        // Asked outside of any repository: a repository must not declare itself safe.
        var run = git.Run(["-C", "/", "config", "--null", "--get-all", "safe.directory"], ConfigDeadline, cancellation);
        var safe = false;
        foreach (var entry in run.ExitCode == 0 ? run.OutputText.Split('\0', StringSplitOptions.None)[..^1] : [])
        {
            // An empty entry takes back what stood before it.
            if (entry.Length == 0)
                safe = false;
            else if (entry == "*" || IsSamePath(entry, path))
                safe = true;
        }
        return safe;
    }

    private static bool IsSamePath(string entry, string path) =>
        entry.EndsWith("/*", StringComparison.Ordinal)
            ? path.StartsWith(entry[..^1], StringComparison.Ordinal)
            : Path.IsPathRooted(entry)
                && Path.TrimEndingDirectorySeparator(Path.GetFullPath(entry)) == Path.TrimEndingDirectorySeparator(path);

    private static string OwnerText(string path) =>
        Posix.OwnerOf(path) is { } owner
            ? string.Create(CultureInfo.InvariantCulture, $"user id {owner}")
            : "its owner is unknown";
}

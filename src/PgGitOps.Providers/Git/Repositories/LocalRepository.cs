using LibGit2Sharp;
using PgGitOps.Core.Ports;
using PgGitOps.Providers.Git.Reading;

namespace PgGitOps.Providers.Git.Repositories;

/// <summary>Opens a repository of this machine for reading. Nothing is written into it.</summary>
internal static class LocalRepository
{
    /// <exception cref="RefusedException">RepositoryMissing, RepositoryForeign, RepositoryUnreadable, Sha256Unsupported.</exception>
    public static OpenedRepository Open(string path, GitCommand git, bool readForeign, CancellationToken cancellation)
    {
        if (!Directory.Exists(path))
            throw Missing(path);
        if (!readForeign)
            RepositoryOwner.Check(path, git, cancellation);
        RepositoryFiles.Check(path, path, cancellation);
        var opened = new OpenedRepository(OpenUnchecked(path, path), "HEAD", path);
        try
        {
            if (PushQuarantine.Open(opened) is not { } pushed)
                return opened;
            opened.Dispose();
            return pushed;
        }
        catch
        {
            opened.Dispose();
            throw;
        }
    }

    public static Repository OpenUnchecked(string path, string shown)
    {
        try
        {
            return new Repository(path);
        }
        catch (RepositoryNotFoundException)
        {
            throw Missing(shown);
        }
        catch (LibGit2SharpException e) when (e.Message.Contains("object format", StringComparison.OrdinalIgnoreCase))
        {
            throw new RefusedException(
                SourceRefusalKind.Sha256Unsupported,
                $"{shown} names its objects by SHA-256, which libgit2 does not read.",
                "Use a repository with SHA-1 object names."
            );
        }
        catch (LibGit2SharpException e)
        {
            throw new RefusedException(SourceRefusalKind.RepositoryUnreadable, $"{shown} cannot be opened: {e.Message}.");
        }
    }

    private static RefusedException Missing(string path) =>
        new(
            SourceRefusalKind.RepositoryMissing,
            $"{path} is not a Git repository.",
            EnclosingRepository(path) is { } found
                ? $"The repository is {found}."
                : "Give the directory that holds .git, or a bare repository."
        );

    private static string? EnclosingRepository(string path)
    {
        for (var parent = Path.GetDirectoryName(path); parent is not null; parent = Path.GetDirectoryName(parent))
        {
            if (Path.Exists(Path.Combine(parent, ".git")))
                return parent;
        }
        return null;
    }
}

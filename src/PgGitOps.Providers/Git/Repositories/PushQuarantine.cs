using System.Text;
using LibGit2Sharp;
using PgGitOps.Core.Ports;
using PgGitOps.Providers.Git.Reading;

namespace PgGitOps.Providers.Git.Repositories;

/// <summary>Reads what a push brings before git has taken it in: the objects lie in a directory of their own until the hook agrees.</summary>
/// <remarks>
/// Git tells its hook where by variables that its own programs follow and libgit2 does not. So a repository is put together
/// that holds nothing of its own: it borrows the objects of both places and repeats the references.
/// </remarks>
internal static class PushQuarantine
{
    private const string Variable = "GIT_QUARANTINE_PATH";
    private const long ShallowBytesMax = 16 << 20;

    /// <summary>The repository with the pushed objects, or null when no push into it is under way.</summary>
    /// <param name="opened">Still the caller's to close.</param>
    /// <exception cref="RefusedException">RepositoryUnreadable.</exception>
    public static OpenedRepository? Open(OpenedRepository opened)
    {
        if (Environment.GetEnvironmentVariable(Variable) is not { Length: > 0 } told)
            return null;
        var objects = Path.Combine(Path.GetFullPath(opened.CommonDirectory), "objects");
        var quarantine = Path.GetFullPath(told);
        // A variable must not lend the repository objects from just anywhere: git keeps its quarantine among the objects.
        if (!IsBelow(quarantine, objects) || !Directory.Exists(quarantine))
            return null;
        var workspace = Directory.CreateTempSubdirectory("pggitops-push-").FullName;
        try
        {
            Write(opened.Repository, workspace, [quarantine, objects]);
            // What a shallow clone left out stays left out.
            if (RegularFile.TryRead(Path.Combine(opened.CommonDirectory, "shallow"), ShallowBytesMax) is { } shallow)
                File.WriteAllBytes(Path.Combine(workspace, "shallow"), shallow);
            return new OpenedRepository(
                LocalRepository.OpenUnchecked(workspace, opened.ShownAddress),
                opened.HeadName,
                opened.ShownAddress,
                new Workspace(workspace)
            );
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            Directory.Delete(workspace, recursive: true);
            throw new RefusedException(
                SourceRefusalKind.RepositoryUnreadable,
                $"The pushed objects of {opened.ShownAddress} cannot be read: {e.Message}"
            );
        }
        catch
        {
            Directory.Delete(workspace, recursive: true);
            throw;
        }
    }

    // Git hands out the real path, and the repository may have been reached by a link.
    private static bool IsBelow(string path, string directory) =>
        Path.GetDirectoryName(path) is { } parent && new DirectoryInfo(parent).Exists && RealPath(parent) == RealPath(directory);

    private static string RealPath(string directory)
    {
        var real = Path.GetPathRoot(directory)!;
        foreach (var part in directory[real.Length..].Split(Path.DirectorySeparatorChar, StringSplitOptions.RemoveEmptyEntries))
        {
            real = Path.Combine(real, part);
            if (new DirectoryInfo(real).ResolveLinkTarget(returnFinalTarget: true) is { } target)
                real = RealPath(target.FullName);
        }
        return real;
    }

    private static void Write(Repository repository, string workspace, string[] lenders)
    {
        Directory.CreateDirectory(Path.Combine(workspace, "objects", "info"));
        Directory.CreateDirectory(Path.Combine(workspace, "refs"));
        File.WriteAllText(Path.Combine(workspace, "config"), "[core]\n\trepositoryformatversion = 0\n\tbare = true\n");
        File.WriteAllText(
            Path.Combine(workspace, "objects", "info", "alternates"),
            string.Concat(lenders.Select(path => path + "\n"))
        );
        var head = repository.Refs["HEAD"];
        File.WriteAllText(
            Path.Combine(workspace, "HEAD"),
            head is SymbolicReference symbolic ? $"ref: {symbolic.TargetIdentifier}\n" : $"{head?.TargetIdentifier}\n"
        );
        var packed = new StringBuilder();
        foreach (var reference in repository.Refs.OrderBy(one => one.CanonicalName, StringComparer.Ordinal))
        {
            if (reference.ResolveToDirectReference() is { } direct)
                packed.Append(direct.TargetIdentifier).Append(' ').Append(reference.CanonicalName).Append('\n');
        }
        File.WriteAllText(Path.Combine(workspace, "packed-refs"), packed.ToString());
    }

    private sealed class Workspace(string path) : IDisposable
    {
        public void Dispose() => Directory.Delete(path, recursive: true);
    }
}

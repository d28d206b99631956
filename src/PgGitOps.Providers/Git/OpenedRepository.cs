using LibGit2Sharp;
using PgGitOps.Core.Ports;

namespace PgGitOps.Providers.Git;

/// <summary>A repository that can be read now, and what keeps it so.</summary>
/// <param name="HeadName">Full name of the reference that stands for HEAD.</param>
/// <param name="hold">Released after the repository is closed: the lock of a mirror.</param>
internal sealed class OpenedRepository(Repository repository, string headName, string shownAddress, IDisposable? hold = null) : IDisposable
{
    public Repository Repository => repository;

    public string HeadName => headName;

    public string ShownAddress => shownAddress;

    /// <summary>Directory of objects and references; a linked work tree shares that of its main repository.</summary>
    public string CommonDirectory { get; } = FindCommonDirectory(repository.Info.Path);

    /// <summary>A reader of objects of its own, for one thread; the caller's to close.</summary>
    public ObjectStore OpenObjects() => new(Path.Combine(CommonDirectory, "objects"));

    /// <summary>Objects may be absent on purpose: a shallow history or a partial clone.</summary>
    public bool IsIncomplete =>
        File.Exists(Path.Combine(CommonDirectory, "shallow"))
        || (Directory.Exists(Path.Combine(CommonDirectory, "objects", "pack"))
            && Directory.EnumerateFiles(Path.Combine(CommonDirectory, "objects", "pack"), "*.promisor").Any());

    /// <summary>The refusal for an object that cannot be found.</summary>
    public RefusedException Absent(string what) => IsIncomplete
        ? new RefusedException(
            SourceRefusalKind.IncompleteObjects,
            $"{shownAddress} is a shallow or partial clone without {what}.",
            "Fetch it completely: git fetch --unshallow, or clone again without --depth and --filter.")
        : new RefusedException(
            SourceRefusalKind.CorruptObject,
            $"{shownAddress} lacks {what}.",
            "Check it with git fsck, then restore or clone the repository again.");

    public void Dispose()
    {
        repository.Dispose();
        hold?.Dispose();
    }

    private static string FindCommonDirectory(string gitDirectory)
    {
        var pointer = Path.Combine(gitDirectory, "commondir");
        return File.Exists(pointer) ? Path.GetFullPath(File.ReadAllText(pointer).Trim(), gitDirectory) : gitDirectory;
    }
}

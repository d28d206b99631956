using LibGit2Sharp;
using PgGitOps.Core.Ports;
using PgGitOps.Providers.Git.Objects;
using PgGitOps.Providers.Git.Reading;

namespace PgGitOps.Providers.Git.Repositories;

/// <summary>A repository that can be read now, and what keeps it so.</summary>
/// <param name="headName">Full name of the reference that stands for HEAD.</param>
/// <param name="hold">Released after the repository is closed: the lock of a mirror.</param>
internal sealed class OpenedRepository(Repository repository, string headName, string shownAddress, IDisposable? hold = null)
    : IDisposable
{
    private ObjectStore? objects;
    private HashSet<string>? shallow;

    /// <summary>For its references. Objects are never read through it (<see cref="ObjectStore"/>).</summary>
    public Repository Repository => repository;

    public string HeadName => headName;

    public string ShownAddress => shownAddress;

    /// <summary>Directory of objects and references; a linked work tree shares that of its main repository.</summary>
    public string CommonDirectory { get; } = RepositoryFiles.CommonDirectory(repository.Info.Path);

    /// <summary>Indexes of packs that were read before.</summary>
    public PackIndexes Indexes { get; set; } = new();

    /// <summary>Ends the read.</summary>
    public CancellationToken Cancellation { get; set; }

    /// <summary>Why a mirror was fetched anew on the way here; null when it was not.</summary>
    public string? Mended { get; init; }

    public ObjectStore Objects => objects ??= new(Path.Combine(CommonDirectory, "objects"), Indexes);

    /// <summary>Objects may be absent on purpose: a shallow history or a partial clone.</summary>
    public bool IsIncomplete => Shallow.Count > 0 || Objects.LeavesOut;

    private HashSet<string> Shallow => shallow ??= RepositoryFiles.Shallow(CommonDirectory);

    /// <summary>True for a commit whose parents a shallow clone left out.</summary>
    public bool IsCutAt(string commitId) => Shallow.Contains(commitId);

    /// <returns>Null when it is not there.</returns>
    /// <exception cref="RefusedException">CorruptObject, TooLarge.</exception>
    public CommitObject? FindCommit(string id)
    {
        try
        {
            return Find(id, ObjectKind.Commit) is { } content ? CommitObject.Parse(id, content) : null;
        }
        catch (ObjectDamagedException e)
        {
            throw e.Refuse($"{shownAddress} cannot be read: commit {id} is damaged");
        }
    }

    /// <summary>Content of a commit, a tag or a folder.</summary>
    /// <returns>Null when it is not there.</returns>
    /// <exception cref="ObjectDamagedException"/>
    /// <exception cref="RefusedException">TooLarge.</exception>
    public byte[]? Find(string id, ObjectKind kind) =>
        Objects.Find(id, kind, ObjectStore.StructureBytesMax, Cancellation) is not { } found
            ? null
            : found.Content
                ?? throw new RefusedException(
                    SourceRefusalKind.TooLarge,
                    $"{ObjectStore.Name(kind)} {id} of {shownAddress} has {found.Size} bytes; at most {ObjectStore.StructureBytesMax} are read."
                );

    /// <summary>The refusal for an object that cannot be found.</summary>
    public RefusedException Absent(string what) =>
        Objects.LenderGone is { } lender
            ? new RefusedException(
                SourceRefusalKind.CorruptObject,
                $"{shownAddress} lacks {what}: it borrows objects from {lender}, which is not there.",
                "Bring that directory back, or clone the repository again without --shared and --reference."
            )
        : IsIncomplete
            ? new RefusedException(
                SourceRefusalKind.IncompleteObjects,
                $"{shownAddress} is a shallow or partial clone without {what}.",
                "Fetch it completely: git fetch --unshallow, or clone again without --depth and --filter."
            )
        : new RefusedException(
            SourceRefusalKind.CorruptObject,
            $"{shownAddress} lacks {what}.",
            "Check it with git fsck, then restore or clone the repository again."
        );

    public void Dispose()
    {
        objects?.Dispose();
        repository.Dispose();
        hold?.Dispose();
    }
}

using PgGitOps.Core.Sources;

namespace PgGitOps.Core.Ports;

/// <summary>Why no revision could be read. Each kind asks for a different act of the operator.</summary>
public enum SourceRefusalKind
{
    /// <summary>The address names nothing that is a Git repository.</summary>
    RepositoryMissing,

    /// <summary>A local repository belongs to another user and nobody said it may be read.</summary>
    RepositoryForeign,

    /// <summary>The repository is there, but the system denies reading it or its format is not known.</summary>
    RepositoryUnreadable,

    /// <summary>The address has a form or a scheme that is not read.</summary>
    AddressUnsupported,

    /// <summary>The reference is not a name, or would be taken for an option.</summary>
    ReferenceInvalid,

    /// <summary>No branch, tag or commit of that name.</summary>
    ReferenceMissing,

    /// <summary>An abbreviated commit id fits more than one object.</summary>
    ReferenceAmbiguous,

    /// <summary>The repository, or the branch that HEAD names, has no commit yet.</summary>
    NoCommits,

    /// <summary>The name leads to a tree or a blob.</summary>
    NotACommit,

    /// <summary>An object does not hold what its id promises, or is cut short.</summary>
    CorruptObject,

    /// <summary>An object is absent because the repository is a shallow or a partial clone.</summary>
    IncompleteObjects,

    /// <summary>The repository names its objects by SHA-256.</summary>
    Sha256Unsupported,

    RemoteUnreachable,

    /// <summary>The remote did not finish within the deadline.</summary>
    RemoteTimeout,

    /// <summary>A repository of this machine was not read within the deadline.</summary>
    ReadTimeout,

    /// <summary>The remote sends objects that break Git's own rules, such as a folder that holds a name twice. Nothing of them is kept.</summary>
    MalformedObjects,

    /// <summary>The remote stopped in the middle of a transfer. Nothing of it is read.</summary>
    FetchInterrupted,

    AuthenticationFailed,

    /// <summary>The identity of an SSH server is unknown or has changed.</summary>
    HostKeyUnknown,

    /// <summary>The new commit does not descend from the last accepted one.</summary>
    HistoryRewritten,

    SignatureMissing,

    /// <summary>A signature that is wrong, or by a key that is not listed, expired or revoked.</summary>
    SignatureUntrusted,

    /// <summary>A file, the number of files or their sum passes a limit.</summary>
    TooLarge,

    /// <summary>libgit2 is not installed.</summary>
    LibraryMissing,

    /// <summary>The git command, or a program it needs, is not installed.</summary>
    CommandMissing,

    /// <summary>The cache directory cannot be written, is full or is held by another process.</summary>
    CacheUnusable,
}

/// <param name="Message">One sentence without credentials.</param>
/// <param name="Hint">What to do about it, or null.</param>
public sealed record SourceRefusal(SourceRefusalKind Kind, string Message, string? Hint = null);

/// <summary>What one attempt to read a revision came to. A refusal never touches what was read before.</summary>
public abstract record SourceOutcome
{
    private SourceOutcome() { }

    /// <param name="Diagnostics">Entries that were not read (links, submodules, unreadable names) and notes on the reference.</param>
    public sealed record Read(SourceTree Tree, EquatableArray<Diagnostic> Diagnostics) : SourceOutcome;

    /// <summary>The reference still leads to the commit that the caller already has.</summary>
    public sealed record Unchanged(string CommitId) : SourceOutcome;

    public sealed record Refused(SourceRefusal Refusal) : SourceOutcome;

    public T Match<T>(Func<Read, T> read, Func<Unchanged, T> unchanged, Func<Refused, T> refused) =>
        this switch
        {
            Read it => read(it),
            Unchanged it => unchanged(it),
            Refused it => refused(it),
            _ => throw new InvalidOperationException("A source outcome is Read, Unchanged or Refused."),
        };
}

/// <summary>An answer about the history of a source, or the reason why there is none.</summary>
public abstract record SourceAnswer<T>
{
    private SourceAnswer() { }

    public sealed record Found(T Value) : SourceAnswer<T>;

    public sealed record Refused(SourceRefusal Refusal) : SourceAnswer<T>;

    public TResult Match<TResult>(Func<T, TResult> found, Func<SourceRefusal, TResult> refused) =>
        this switch
        {
            Found it => found(it.Value),
            Refused it => refused(it.Refusal),
            _ => throw new InvalidOperationException("A source answer is Found or Refused."),
        };
}

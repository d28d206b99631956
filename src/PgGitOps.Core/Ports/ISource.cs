using PgGitOps.Core.Sources;

namespace PgGitOps.Core.Ports;

/// <summary>Where desired state comes from: the policy files of one revision.</summary>
/// <remarks>Synchronous: one caller waits for one revision, and every implementation keeps its own deadline.</remarks>
public interface ISource
{
    /// <summary>Where it reads from, without credentials.</summary>
    string Address { get; }

    SourceOutcome Read(SourceRequest request, CancellationToken cancellation);

    /// <summary>Paths of policy files that differ between two commits, ordered.</summary>
    SourceAnswer<EquatableArray<ChangedPath>> ChangedPaths(
        string fromCommitId,
        string toCommitId,
        CancellationToken cancellation
    );

    /// <summary>Revisions that lead to the reference, newest first. Reads what is at hand and asks no remote.</summary>
    SourceAnswer<EquatableArray<RevisionInfo>> RevisionLog(string reference, int revisionsMax, CancellationToken cancellation);
}

public sealed record SourceRequest
{
    /// <summary>Branch, tag, full or abbreviated commit id, or <c>HEAD</c>.</summary>
    public string Reference { get; init; } = "HEAD";

    /// <summary>The commit whose files the caller holds: the same commit answers <see cref="SourceOutcome.Unchanged"/>. Null reads always.</summary>
    public string? KnownCommitId { get; init; }

    /// <summary>
    /// A commit that an earlier process read and refused: it answers <see cref="SourceOutcome.Unchanged"/> as well, once its signature and its
    /// descent are found to be as they are asked for now. Its files are not read.
    /// </summary>
    public string? RefusedCommitId { get; init; }

    /// <summary>The last accepted commit, which a new one must descend from. Null on the first read.</summary>
    public string? LastGoodCommitId { get; init; }

    /// <summary>Accept a commit that does not descend from the last accepted one.</summary>
    public bool AcceptRewrittenHistory { get; init; }
}

public enum PathChange
{
    Added,
    Modified,
    Removed,
}

public sealed record ChangedPath(string Path, PathChange Change);

namespace PgGitOps.Core.Sources;

/// <summary>The bytes of one file at one revision.</summary>
/// <param name="Path">Path inside the repository, with forward slashes.</param>
/// <param name="BlobId">Content hash as 40 hex digits; equal ids mean equal bytes, so results are cached by it.</param>
public sealed record SourceFile(string Path, string BlobId, ReadOnlyMemory<byte> Content);

/// <summary>Who wrote a revision, for reports and the journal.</summary>
public sealed record RevisionInfo(string CommitId, string Author, DateTimeOffset CommittedAt, string Subject);

/// <summary>All policy files of one revision, ordered by path.</summary>
public sealed record SourceTree(RevisionInfo Revision, EquatableArray<SourceFile> Files);

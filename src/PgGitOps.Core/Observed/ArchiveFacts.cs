using PgGitOps.Core.Sources;

namespace PgGitOps.Core.Observed;

/// <summary>What the WAL archive of a member gave, asked on its host with the member's own <c>restore_command</c>.</summary>
public sealed record ArchiveFacts
{
    /// <summary>Timeline history files that it gave, of the member's own timeline and of younger ones; the youngest first.</summary>
    public EquatableArray<TimelineAncestry> Timelines { get; init; } = [];

    /// <summary>System identifier in the first WAL of the youngest of them; null where the archive gave none of that WAL. A history file names no cluster.</summary>
    public string? SystemIdentifier { get; init; }

    /// <summary>Why nobody knows whether it holds more; null where it answered to the end.</summary>
    public string? Gap { get; init; }
}

using PgGitOps.Core.Desired;
using PgGitOps.Core.Ports;
using PgGitOps.Core.Sources;

namespace PgGitOps.Revisions;

/// <summary>What is in force, and why nothing newer is. Immutable, so that whoever reads it sees one moment.</summary>
/// <param name="Fleet">Null until a valid revision was read.</param>
/// <param name="Tree">The files of <paramref name="Fleet"/>.</param>
/// <param name="Problem">Why a newer revision, or the newest, is not in force; null when all is well.</param>
/// <param name="NoLongerDeclared">Clusters of the revision before that the one in force does not declare; they are left as they are.</param>
internal sealed record RevisionState(
    ValidFleet? Fleet,
    SourceTree? Tree,
    RevisionProblem? Problem,
    EquatableArray<string> NoLongerDeclared
);

/// <summary>Why the newest revision is not in force. Closed.</summary>
internal abstract record RevisionProblem
{
    private RevisionProblem() { }

    public sealed record Invalid(SourceTree Tree, EquatableArray<Diagnostic> Diagnostics, bool Refuted) : RevisionProblem
    {
        public bool RuledOut { get; init; }

        public IEnumerable<Diagnostic> Errors => Diagnostics.Where(d => d.Severity == Severity.Error);
    }

    public sealed record Unreadable(SourceRefusal Refusal) : RevisionProblem;

    /// <summary>Reading or judging it ended with an exception: a bug of ours, which must not end the care for the clusters.</summary>
    /// <param name="Exception">Name of its type.</param>
    public sealed record Failed(string Exception, string Message) : RevisionProblem;

    /// <summary>Every cluster's document is gone at once. A lost directory looks the same as an intention, so the earlier revision stays in force.</summary>
    public sealed record Emptied(string CommitId, int Clusters) : RevisionProblem;

    /// <summary>One line.</summary>
    public string Describe() =>
        this switch
        {
            Invalid i =>
                $"{i.Tree.Revision.CommitId[..Math.Min(10, i.Tree.Revision.CommitId.Length)]} {(i.Refuted ? "declares a recovery objective that cannot be met" : i.RuledOut ? "is refused by a rule" : "is not valid")}: {i.Errors.Count()} error(s), first {First(i)}",
            Unreadable u => u.Refusal.Message,
            Failed f => $"reading or judging the newest revision failed: {f.Exception}: {f.Message}",
            Emptied { Clusters: 0 } e => $"{e.CommitId[..Math.Min(10, e.CommitId.Length)]} holds no documents",
            Emptied e =>
                $"{e.CommitId[..Math.Min(10, e.CommitId.Length)]} declares no cluster at all, where the revision before it declared {e.Clusters}",
            _ => throw new InvalidOperationException("RevisionProblem is closed"),
        };

    private static string First(Invalid invalid) =>
        invalid.Errors.FirstOrDefault() is { } d ? $"{d.Span}: {d.RuleId}: {d.Message}" : "unknown";
}

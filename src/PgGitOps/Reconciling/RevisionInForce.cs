using PgGitOps.Core.Desired;
using PgGitOps.Core.Ports;
using PgGitOps.Core.Sources;
using PgGitOps.Providers.Git;

namespace PgGitOps.Reconciling;

/// <summary>The revision the loop enforces: the newest valid one. One that is not valid, or cannot be read, never replaces it.</summary>
internal sealed class RevisionInForce(RevisionReader reader, LastGoodRevision lastGood, string reference, bool acceptRewrittenHistory, TimeProvider time)
{
    private string? newestRead;
    private DateTimeOffset? judgeAgainAt;
    private bool accepting = acceptRewrittenHistory;

    public string Address => reader.Address;

    /// <summary>Null until a valid revision was read.</summary>
    public ValidFleet? Fleet { get; private set; }

    /// <summary>The files of <see cref="Fleet"/>.</summary>
    public SourceTree? Tree { get; private set; }

    /// <summary>Why a newer revision, or the newest, is not in force; null when all is well.</summary>
    public RevisionProblem? Problem { get; private set; }

    /// <summary>Clusters of the revision before that the one in force does not declare; they are left as they are.</summary>
    public EquatableArray<string> NoLongerDeclared { get; private set; } = [];

    /// <summary>Looks for a newer revision.</summary>
    /// <returns>True when another revision is in force than before.</returns>
    public bool Refresh(CancellationToken cancel)
    {
        var remembered = lastGood.Read();
        if (remembered is LastGood.Unreadable unreadable && !accepting)
        {
            Problem = new RevisionProblem.Unreadable(new(SourceRefusalKind.CacheUnusable, $"What was accepted last is not known: {unreadable.Reason}", "Restore the file, or say --accept-rewritten-history once."));
            return false;
        }
        var known = remembered is LastGood.Found found ? found.Revision.CommitId : null;
        var outcome = reader.Read(
            new SourceRequest
            {
                Reference = reference,
                // One second past the expiry of a waiver the same commit is another case.
                KnownCommitId = judgeAgainAt <= time.GetUtcNow() ? null : newestRead,
                LastGoodCommitId = known,
                AcceptRewrittenHistory = accepting,
            },
            cancel);
        switch (outcome)
        {
            case RevisionOutcome.Valid valid:
                var moved = Fleet?.Revision.CommitId != valid.Fleet.Revision.CommitId;
                newestRead = valid.Fleet.Revision.CommitId;
                judgeAgainAt = valid.JudgeAgainAt;
                if (known is null && Fleet is null && Commands.EmptySource.Is(valid.Tree))
                {
                    Problem = new RevisionProblem.Emptied(newestRead, 0);
                    return false;
                }
                if (known is not null && known != newestRead && Before(known, cancel) is { } before)
                {
                    if (before.Fleet.Clusters.Count > 0 && valid.Fleet.Clusters.Count == 0)
                    {
                        moved = Fleet is null;
                        (Fleet, Tree) = (before.Fleet, before.Tree);
                        Problem = new RevisionProblem.Emptied(newestRead, before.Fleet.Clusters.Count);
                        return moved;
                    }
                    NoLongerDeclared = before.Fleet.Clusters.Where(c => valid.Fleet.FindCluster(c.Name) is null).Select(c => c.Name).ToEquatableArray();
                }
                (Fleet, Tree) = (valid.Fleet, valid.Tree);
                Problem = null;
                // Said once, meant once: a later rewrite is asked about again.
                accepting = false;
                if (known != newestRead && lastGood.Save(new(reader.Address, reference, newestRead, time.GetUtcNow())) is { } unsaved)
                    Problem = new RevisionProblem.Unreadable(unsaved);
                return moved;
            case RevisionOutcome.Invalid invalid:
                newestRead = invalid.MayChange ? null : invalid.Tree.Revision.CommitId;
                judgeAgainAt = null;
                Problem = new RevisionProblem.Invalid(invalid.Tree, invalid.Diagnostics, invalid.Refuted) { RuledOut = invalid.RuledOut };
                break;
            case RevisionOutcome.Refused refused:
                Problem = new RevisionProblem.Unreadable(refused.Refusal);
                break;
            case RevisionOutcome.Unchanged:
                // The newest revision is as it was: an invalid one stays a problem, an unreachable remote is one no more.
                if (Problem is RevisionProblem.Unreadable)
                    Problem = null;
                return false;
        }
        return Fleet is null && known is not null && TakeLastGood(known, cancel);
    }

    /// <summary>After a start: the newest revision is no good, and an earlier run knew one that was.</summary>
    private bool TakeLastGood(string commitId, CancellationToken cancel)
    {
        if (Before(commitId, cancel) is not { } before)
            return false;
        (Fleet, Tree) = before;
        return true;
    }

    /// <summary>The fleet of an earlier revision, or null when it can no longer be read.</summary>
    private (ValidFleet Fleet, SourceTree Tree)? Before(string commitId, CancellationToken cancel) =>
        Fleet?.Revision.CommitId == commitId && Tree is not null ? (Fleet, Tree)
        : reader.Read(new SourceRequest { Reference = commitId, AcceptRewrittenHistory = true }, cancel, byRules: false) is RevisionOutcome.Valid valid ? (valid.Fleet, valid.Tree)
        : null;
}

/// <summary>Why the newest revision is not in force. Closed.</summary>
internal abstract record RevisionProblem
{
    private RevisionProblem()
    {
    }

    public sealed record Invalid(SourceTree Tree, EquatableArray<Diagnostic> Diagnostics, bool Refuted) : RevisionProblem
    {
        public bool RuledOut { get; init; }

        public IEnumerable<Diagnostic> Errors => Diagnostics.Where(d => d.Severity == Severity.Error);
    }

    public sealed record Unreadable(SourceRefusal Refusal) : RevisionProblem;

    /// <summary>Every cluster's document is gone at once. A lost directory looks the same as an intention, so the earlier revision stays in force.</summary>
    public sealed record Emptied(string CommitId, int Clusters) : RevisionProblem;

    /// <summary>One line.</summary>
    public string Describe() => this switch
    {
        Invalid i => $"{i.Tree.Revision.CommitId[..Math.Min(10, i.Tree.Revision.CommitId.Length)]} {(i.Refuted ? "promises what cannot be kept" : i.RuledOut ? "is refused by a rule" : "is not valid")}: {i.Errors.Count()} error(s), first {First(i)}",
        Unreadable u => u.Refusal.Message,
        Emptied { Clusters: 0 } e => $"{e.CommitId[..Math.Min(10, e.CommitId.Length)]} holds no documents",
        Emptied e => $"{e.CommitId[..Math.Min(10, e.CommitId.Length)]} declares no cluster at all, where the revision before it declared {e.Clusters}",
        _ => throw new InvalidOperationException("RevisionProblem is closed"),
    };

    private static string First(Invalid invalid) => invalid.Errors.FirstOrDefault() is { } d ? $"{d.Span}: {d.RuleId}: {d.Message}" : "unknown";
}

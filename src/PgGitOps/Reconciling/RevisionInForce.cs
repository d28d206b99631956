using PgGitOps.Core.Desired;
using PgGitOps.Core.Ports;
using PgGitOps.Core.Sources;
using PgGitOps.Providers.Git;

namespace PgGitOps.Reconciling;

/// <summary>The revision the loop enforces: the newest valid one. One that is not valid, or cannot be read, never replaces it.</summary>
internal sealed class RevisionInForce(RevisionReader reader, LastGoodRevision lastGood, string reference, bool acceptRewrittenHistory, TimeProvider time)
{
    private string? newestRead;
    private bool accepting = acceptRewrittenHistory;

    public string Address => reader.Address;

    /// <summary>Null until a valid revision was read.</summary>
    public ValidFleet? Fleet { get; private set; }

    /// <summary>Why a newer revision, or the newest, is not in force; null when all is well.</summary>
    public RevisionProblem? Problem { get; private set; }

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
                KnownCommitId = newestRead,
                LastGoodCommitId = known,
                AcceptRewrittenHistory = accepting,
            },
            cancel);
        switch (outcome)
        {
            case RevisionOutcome.Valid valid:
                var moved = Fleet?.Revision.CommitId != valid.Fleet.Revision.CommitId;
                newestRead = valid.Fleet.Revision.CommitId;
                Fleet = valid.Fleet;
                Problem = null;
                // Said once, meant once: a later rewrite is asked about again.
                accepting = false;
                if (known != newestRead && lastGood.Save(new(reader.Address, reference, newestRead, time.GetUtcNow())) is { } unsaved)
                    Problem = new RevisionProblem.Unreadable(unsaved);
                return moved;
            case RevisionOutcome.Invalid invalid:
                newestRead = invalid.Tree.Revision.CommitId;
                Problem = new RevisionProblem.Invalid(invalid.Tree, invalid.Diagnostics, invalid.Refuted);
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
        if (reader.Read(new SourceRequest { Reference = commitId, AcceptRewrittenHistory = true }, cancel) is not RevisionOutcome.Valid valid)
            return false;
        Fleet = valid.Fleet;
        return true;
    }
}

/// <summary>Why the newest revision is not in force. Closed.</summary>
internal abstract record RevisionProblem
{
    private RevisionProblem()
    {
    }

    public sealed record Invalid(SourceTree Tree, EquatableArray<Diagnostic> Diagnostics, bool Refuted) : RevisionProblem
    {
        public IEnumerable<Diagnostic> Errors => Diagnostics.Where(d => d.Severity == Severity.Error);
    }

    public sealed record Unreadable(SourceRefusal Refusal) : RevisionProblem;

    /// <summary>One line.</summary>
    public string Describe() => this switch
    {
        Invalid i => $"{i.Tree.Revision.CommitId[..Math.Min(10, i.Tree.Revision.CommitId.Length)]} {(i.Refuted ? "promises what cannot be kept" : "is not valid")}: {i.Errors.Count()} error(s), first {First(i)}",
        Unreadable u => u.Refusal.Message,
        _ => throw new InvalidOperationException("RevisionProblem is closed"),
    };

    private static string First(Invalid invalid) => invalid.Errors.FirstOrDefault() is { } d ? $"{d.Span}: {d.RuleId}: {d.Message}" : "unknown";
}

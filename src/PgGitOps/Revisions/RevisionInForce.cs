using PgGitOps.Core.Desired;
using PgGitOps.Core.Ports;
using PgGitOps.Core.Sources;
using PgGitOps.Providers.Git;

namespace PgGitOps.Revisions;

/// <summary>The revision the loop enforces: the newest valid one. One that is not valid, or cannot be read, never replaces it.</summary>
internal sealed class RevisionInForce(
    RevisionReader reader,
    LastGoodRevision lastGood,
    string reference,
    bool acceptRewrittenHistory,
    TimeProvider time,
    RefusalMemory? refusals = null
)
{
    /// <summary>What judging a refused commit again may take of the time, where it was refused for what may change by itself: a tenth.</summary>
    private const int RestPerJudgement = 10;

    private static readonly TimeSpan RestMin = TimeSpan.FromSeconds(2),
        RestMax = TimeSpan.FromMinutes(10),
        RestAfterFailure = TimeSpan.FromMinutes(1);

    private string? newestRead;
    private long? mayChangeSince;
    private TimeSpan rest;
    private int failedJudgements;
    private DateTimeOffset? judgeAgainAt;

    // The newest revision was accepted and that could not be written down yet.
    private AcceptedRevision? unsaved;

    // Read by passes while another revision is being judged.
    private volatile RevisionState state = new(null, null, null, []);
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

    /// <summary>As of the last look.</summary>
    public RevisionState State => state;

    /// <summary>Looks for a newer revision. One caller at a time; whatever it comes to, what is in force goes on being so until it returns.</summary>
    /// <returns>True when another revision is in force than before.</returns>
    public bool Refresh(CancellationToken cancel)
    {
        bool moved;
        try
        {
            moved = Look(cancel);
        }
        catch (Exception e) when (e is not OperationCanceledException || !cancel.IsCancellationRequested)
        {
            // Whatever a commit holds: what is in force stays, or after a start what was, and the clusters are looked after.
            Problem = new RevisionProblem.Failed(e.GetType().Name, e.Message);
            moved = Fleet is null && RecallLastGood(cancel);
        }
        state = new(Fleet, Tree, Problem, NoLongerDeclared);
        return moved;
    }

    private bool RecallLastGood(CancellationToken cancel)
    {
        try
        {
            return lastGood.Read() is LastGood.Found found && TakeLastGood(found.Revision.CommitId, cancel);
        }
        catch (Exception e) when (e is not OperationCanceledException || !cancel.IsCancellationRequested)
        {
            return false;
        }
    }

    private bool Look(CancellationToken cancel)
    {
        var remembered = lastGood.Read();
        if (remembered is LastGood.Unreadable unreadable && !accepting)
        {
            Problem = new RevisionProblem.Unreadable(
                new(
                    SourceRefusalKind.CacheUnusable,
                    $"What was accepted last is not known: {unreadable.Reason}",
                    "Restore the file, or say --accept-rewritten-history once."
                )
            );
            return false;
        }
        var written = remembered is LastGood.Found found ? found.Revision.CommitId : null;
        // A state directory that was lost under a running loop takes nothing of what the loop itself knows.
        var known = written ?? Fleet?.Revision.CommitId;
        // After a start the newest commit may be the one that was refused before it.
        var refused = newestRead is null ? refusals?.Find() : null;
        var began = time.GetTimestamp();
        var outcome = reader.Read(
            new SourceRequest
            {
                Reference = reference,
                // One second past the expiry of a waiver the same commit is another case.
                KnownCommitId =
                    judgeAgainAt <= time.GetUtcNow() || (mayChangeSince is { } since && time.GetElapsedTime(since) >= rest)
                        ? null
                        : newestRead,
                RefusedCommitId = refused?.Tree.Revision.CommitId,
                LastGoodCommitId = known,
                AcceptRewrittenHistory = accepting,
            },
            cancel
        );
        switch (outcome)
        {
            case RevisionOutcome.Valid valid:
                var moved = Fleet?.Revision.CommitId != valid.Fleet.Revision.CommitId;
                newestRead = valid.Fleet.Revision.CommitId;
                judgeAgainAt = valid.JudgeAgainAt;
                mayChangeSince = null;
                if (known is null && Fleet is null && EmptySource.Is(valid.Tree))
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
                    NoLongerDeclared = before
                        .Fleet.Clusters.Where(c => valid.Fleet.FindCluster(c.Name) is null)
                        .Select(c => c.Name)
                        .ToEquatableArray();
                }
                (Fleet, Tree) = (valid.Fleet, valid.Tree);
                Problem = null;
                // Said once, meant once: a later rewrite is asked about again.
                accepting = false;
                unsaved = written != newestRead ? new(reader.Address, reference, newestRead, time.GetUtcNow()) : null;
                SaveAccepted();
                return moved;
            case RevisionOutcome.Invalid invalid:
                failedJudgements = invalid.Failed && newestRead == invalid.Tree.Revision.CommitId ? failedJudgements + 1 : 0;
                newestRead = invalid.Tree.Revision.CommitId;
                judgeAgainAt = null;
                mayChangeSince = invalid.MayChange ? time.GetTimestamp() : null;
                rest = Rest(time.GetElapsedTime(began), failedJudgements);
                Problem = new RevisionProblem.Invalid(invalid.Tree, invalid.Diagnostics, invalid.Refuted)
                {
                    RuledOut = invalid.RuledOut,
                };
                if (invalid.Lasts)
                    refusals?.Keep((RevisionProblem.Invalid)Problem);
                break;
            case RevisionOutcome.Refused none:
                Problem = new RevisionProblem.Unreadable(none.Refusal);
                break;
            case RevisionOutcome.Unchanged when refused is not null:
                newestRead = refused.Tree.Revision.CommitId;
                Problem = refused;
                break;
            case RevisionOutcome.Unchanged:
                // The newest revision is as it was: an invalid one stays a problem, an unreachable remote is one no more.
                if (Problem is RevisionProblem.Unreadable or RevisionProblem.Failed)
                    Problem = null;
                if (Problem is null && Fleet is not null && written != Fleet.Revision.CommitId)
                    unsaved ??= new(reader.Address, reference, Fleet.Revision.CommitId, time.GetUtcNow());
                SaveAccepted();
                return false;
        }
        return Fleet is null && known is not null && TakeLastGood(known, cancel);
    }

    /// <summary>What could not be written down when it was accepted is written down at a later look.</summary>
    private void SaveAccepted()
    {
        if (unsaved is null)
            return;
        if (lastGood.Save(unsaved) is { } refusal)
            Problem = new RevisionProblem.Unreadable(refusal);
        else
            unsaved = null;
    }

    // What a commit cost to judge, it may cost again: the more, the rarer. What we ourselves failed at we most likely fail at again.
    private static TimeSpan Rest(TimeSpan took, int failures)
    {
        var rest = took * RestPerJudgement is var paid && paid < RestMin ? RestMin : paid;
        if (failures > 0)
            rest += RestAfterFailure * Math.Pow(2, Math.Min(failures - 1, 10));
        return rest > RestMax ? RestMax : rest;
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
        : reader.Read(new SourceRequest { Reference = commitId, AcceptRewrittenHistory = true }, cancel, byRules: false)
            is RevisionOutcome.Valid valid
            ? (valid.Fleet, valid.Tree)
        : null;
}

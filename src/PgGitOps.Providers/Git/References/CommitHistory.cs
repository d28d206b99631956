using PgGitOps.Core.Ports;
using PgGitOps.Core.Sources;
using PgGitOps.Providers.Git.Objects;
using PgGitOps.Providers.Git.Reading;
using PgGitOps.Providers.Git.Repositories;

namespace PgGitOps.Providers.Git.References;

/// <summary>Questions about how commits lead to each other.</summary>
internal static class CommitHistory
{
    public static RevisionInfo Describe(CommitObject commit) =>
        new(commit.Sha, HiddenText.Shown(commit.Author), commit.CommittedAt, HiddenText.Shown(commit.Summary));

    /// <exception cref="RefusedException">HistoryRewritten; IncompleteObjects where a shallow history hides the answer; CorruptObject.</exception>
    public static void RequireDescent(OpenedRepository opened, CommitObject commit, string lastGoodCommitId)
    {
        if (commit.Sha == lastGoodCommitId)
            return;
        var lastGood = ReferenceName.IsFullId(lastGoodCommitId) ? opened.FindCommit(lastGoodCommitId) : null;
        // Where the last accepted commit is not even in the repository any more, nothing there can descend from it.
        var isCut = false;
        if (lastGood is not null)
        {
            var walk = new PaintedWalk(opened, commit, lastGood);
            while (!walk.LeadsToAccepted && walk.IsOpen)
                walk.Step();
            if (walk.LeadsToAccepted)
                return;
            isCut = walk.IsCut;
        }
        if (isCut || (lastGood is null && opened.IsIncomplete))
            throw opened.Absent($"the history that would show whether {commit.Sha} descends from the last accepted commit");
        throw new RefusedException(
            SourceRefusalKind.HistoryRewritten,
            $"Commit {commit.Sha} of {opened.ShownAddress} does not descend from the last accepted commit {lastGoodCommitId}.",
            "If the branch was rewritten on purpose, accept the rewritten history once."
        );
    }

    /// <summary>Commits that the new one has and the last accepted one has not, newest first.</summary>
    /// <exception cref="RefusedException">IncompleteObjects, CorruptObject.</exception>
    public static IReadOnlyList<CommitObject> Between(OpenedRepository opened, string lastGoodCommitId, CommitObject commit)
    {
        var walk = new PaintedWalk(
            opened,
            commit,
            ReferenceName.IsFullId(lastGoodCommitId) ? opened.FindCommit(lastGoodCommitId) : null
        );
        // Where clocks went wrong, what is common may only show behind commits that are older than those found.
        while (walk.IsOpen || walk.MayStillShrink)
            walk.Step();
        return walk.OnlyNew();
    }

    /// <exception cref="RefusedException">CorruptObject.</exception>
    public static EquatableArray<RevisionInfo> Log(OpenedRepository opened, CommitObject start, int revisionsMax)
    {
        var order = new PriorityQueue<CommitObject, long>();
        var seen = new HashSet<string>(StringComparer.Ordinal) { start.Sha };
        var log = new List<RevisionInfo>();
        order.Enqueue(start, -start.CommittedAt.ToUnixTimeSeconds());
        while (log.Count < revisionsMax && order.TryDequeue(out var commit, out _))
        {
            log.Add(Describe(commit));
            foreach (var id in commit.Parents.Where(seen.Add))
            {
                if (opened.FindCommit(id) is { } parent)
                    order.Enqueue(parent, -parent.CommittedAt.ToUnixTimeSeconds());
                // In a shallow clone the history ends where it was cut; that is what is at hand.
                else if (!opened.IsIncomplete)
                    throw opened.Absent($"commit {id}, a parent of {commit.Sha}");
            }
        }
        return [.. log];
    }

    /// <summary>Walks two commits' histories at once, newest first, and marks what each leads to.</summary>
    private sealed class PaintedWalk
    {
        private readonly OpenedRepository opened;
        private readonly CommitObject? accepted;
        private readonly Dictionary<string, Paint> paints = new(StringComparer.Ordinal);
        private readonly HashSet<string> queued = new(StringComparer.Ordinal);
        private readonly PriorityQueue<CommitObject, long> order = new();
        private readonly List<CommitObject> visited = [];
        private int notCommon;
        private long oldestNew = long.MaxValue;

        public PaintedWalk(OpenedRepository opened, CommitObject commit, CommitObject? accepted)
        {
            this.opened = opened;
            this.accepted = accepted;
            Mark(commit, Paint.New);
            if (accepted is not null)
                Mark(accepted, Paint.Accepted);
        }

        [Flags]
        private enum Paint
        {
            None = 0,
            New = 1,
            Accepted = 2,

            // Below a commit that both lead to: nothing new is to be learnt there.
            Common = 4,
        }

        public bool IsOpen => notCommon > 0;

        /// <summary>A shallow clone ended the walk somewhere.</summary>
        public bool IsCut { get; private set; }

        public bool LeadsToAccepted => accepted is not null && paints[accepted.Sha].HasFlag(Paint.New);

        public bool MayStillShrink => order.TryPeek(out var next, out _) && next.CommittedAt.ToUnixTimeSeconds() >= oldestNew;

        public void Step()
        {
            opened.Cancellation.ThrowIfCancellationRequested();
            var commit = order.Dequeue();
            queued.Remove(commit.Sha);
            var paint = paints[commit.Sha];
            if (!paint.HasFlag(Paint.Common))
                notCommon--;
            visited.Add(commit);
            if (paint == Paint.New)
                oldestNew = Math.Min(oldestNew, commit.CommittedAt.ToUnixTimeSeconds());
            if (paint.HasFlag(Paint.New | Paint.Accepted))
                paint |= Paint.Common;
            foreach (var id in commit.Parents)
            {
                if (paints.TryGetValue(id, out var before) && (before | paint) == before)
                    continue;
                if (opened.FindCommit(id) is { } parent)
                    Mark(parent, paint);
                else if (opened.IsCutAt(commit.Sha))
                    IsCut = true;
                else
                    throw opened.Absent($"commit {id}, a parent of {commit.Sha}");
            }
        }

        public IReadOnlyList<CommitObject> OnlyNew() =>
            [.. visited.DistinctBy(one => one.Sha).Where(one => paints[one.Sha] == Paint.New)];

        private void Mark(CommitObject commit, Paint paint)
        {
            var before = paints.GetValueOrDefault(commit.Sha);
            var after = paints[commit.Sha] = before | paint;
            if (queued.Add(commit.Sha))
            {
                order.Enqueue(commit, -commit.CommittedAt.ToUnixTimeSeconds());
                if (!after.HasFlag(Paint.Common))
                    notCommon++;
            }
            else if (!before.HasFlag(Paint.Common) && after.HasFlag(Paint.Common))
            {
                notCommon--;
            }
        }
    }
}

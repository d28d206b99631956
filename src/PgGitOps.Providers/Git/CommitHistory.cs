using LibGit2Sharp;
using PgGitOps.Core.Ports;
using PgGitOps.Core.Sources;

namespace PgGitOps.Providers.Git;

/// <summary>Questions about how commits lead to each other.</summary>
internal static class CommitHistory
{
    public static RevisionInfo Describe(Commit commit) => new(
        commit.Sha,
        PathText.Printable($"{commit.Author.Name} <{commit.Author.Email}>"),
        commit.Committer.When,
        PathText.Printable(commit.MessageShort));

    /// <exception cref="RefusedException">HistoryRewritten; IncompleteObjects where a shallow history hides the answer.</exception>
    public static void RequireDescent(OpenedRepository opened, Commit commit, string lastGoodCommitId)
    {
        if (commit.Sha == lastGoodCommitId)
            return;
        var lastGood = ReferenceName.IsFullId(lastGoodCommitId) ? opened.Repository.Lookup<Commit>(new ObjectId(lastGoodCommitId)) : null;
        // Where the last accepted commit is not even in the repository any more, nothing there can descend from it.
        var descends = false;
        try
        {
            descends = lastGood is not null && opened.Repository.ObjectDatabase.FindMergeBase(lastGood, commit)?.Id == lastGood.Id;
        }
        catch (NotFoundException) when (opened.IsIncomplete)
        {
            throw opened.Absent("the history between the last accepted commit and the new one");
        }
        if (descends)
            return;
        if (opened.IsIncomplete)
            throw opened.Absent($"the history that would show whether {commit.Sha} descends from the last accepted commit");
        throw new RefusedException(
            SourceRefusalKind.HistoryRewritten,
            $"Commit {commit.Sha} of {opened.ShownAddress} does not descend from the last accepted commit {lastGoodCommitId}.",
            "If the branch was rewritten on purpose, accept the rewritten history once.");
    }

    /// <summary>Commits that the new one has and the last accepted one has not, newest first.</summary>
    public static IReadOnlyList<Commit> Between(OpenedRepository opened, string lastGoodCommitId, Commit commit)
    {
        var lastGood = ReferenceName.IsFullId(lastGoodCommitId) ? opened.Repository.Lookup<Commit>(new ObjectId(lastGoodCommitId)) : null;
        var filter = new CommitFilter { IncludeReachableFrom = commit.Id, SortBy = CommitSortStrategies.Topological | CommitSortStrategies.Time };
        if (lastGood is not null)
            filter.ExcludeReachableFrom = lastGood.Id;
        return [.. opened.Repository.Commits.QueryBy(filter)];
    }

    public static EquatableArray<RevisionInfo> Log(OpenedRepository opened, Commit start, int revisionsMax)
    {
        // In a shallow clone the history ends where it was cut; that is what is at hand.
        var filter = new CommitFilter { IncludeReachableFrom = start.Id, SortBy = CommitSortStrategies.Topological | CommitSortStrategies.Time };
        return [.. opened.Repository.Commits.QueryBy(filter).Take(revisionsMax).Select(Describe)];
    }
}

using LibGit2Sharp;
using PgGitOps.Core.Ports;
using PgGitOps.Core.Sources;

namespace PgGitOps.Providers.Git;

/// <summary>Reads policy files at a commit of a Git repository, straight from its objects: there is no work tree to be half updated.</summary>
/// <remarks>Safe for concurrent use. Between reads it keeps folder lists and contents by object id, so a read costs what a commit changed.</remarks>
public sealed class GitSource : ISource
{
    private readonly GitSourceOptions options;
    private readonly GitAddress? address;
    private readonly SourceRefusal? addressRefusal;
    private readonly GitCommand git;
    private readonly TreeListing listing;
    private readonly BlobCache cache;
    private readonly BlobReading reading;
    private readonly CommitSignatures? signatures;

    public GitSource(GitSourceOptions options)
    {
        this.options = options;
        git = new GitCommand(options.CommandEnvironment);
        listing = new TreeListing(options);
        cache = new BlobCache(options.CacheBytesMax);
        reading = new BlobReading(options, cache);
        signatures = options.Signatures is { } required ? new CommitSignatures(required, git, options.Deadline) : null;
        try
        {
            address = GitAddress.Parse(options.Address);
        }
        catch (RefusedException e)
        {
            addressRefusal = e.Refusal;
        }
    }

    /// <summary>Where it reads from, without credentials.</summary>
    public string Address => address?.Display ?? "(unusable address)";

    internal long CachedBytes => cache.Bytes;

    public SourceOutcome Read(SourceRequest request, CancellationToken cancellation = default)
    {
        var outcome = Attempt(request, rebuild: false, cancellation);
        // A second look: a local repository may have been repacked under our hands, and a mirror can be fetched anew.
        return outcome is SourceOutcome.Refused { Refusal.Kind: SourceRefusalKind.CorruptObject or SourceRefusalKind.RepositoryUnreadable }
            ? Attempt(request, rebuild: true, cancellation)
            : outcome;
    }

    private SourceOutcome Attempt(SourceRequest request, bool rebuild, CancellationToken cancellation) =>
        Guarded(
            () =>
            {
                ReferenceName.Check(request.Reference);
                using var opened = Open(request.Reference, askRemote: true, cancellation, rebuild);
                return ReadOpened(opened, request, cancellation);
            },
            refusal => new SourceOutcome.Refused(refusal));

    public SourceAnswer<EquatableArray<ChangedPath>> ChangedPaths(string fromCommitId, string toCommitId, CancellationToken cancellation = default) =>
        Guarded<SourceAnswer<EquatableArray<ChangedPath>>>(
            () =>
            {
                ReferenceName.Check(fromCommitId);
                ReferenceName.Check(toCommitId);
                using var opened = Open(toCommitId, askRemote: false, cancellation);
                var from = listing.List(opened, ReferenceResolution.Resolve(opened, fromCommitId).Commit, cancellation);
                var to = listing.List(opened, ReferenceResolution.Resolve(opened, toCommitId).Commit, cancellation);
                return new SourceAnswer<EquatableArray<ChangedPath>>.Found(Compare(from.Files, to.Files));
            },
            refusal => new SourceAnswer<EquatableArray<ChangedPath>>.Refused(refusal));

    public SourceAnswer<EquatableArray<RevisionInfo>> RevisionLog(string reference, int revisionsMax, CancellationToken cancellation = default) =>
        Guarded<SourceAnswer<EquatableArray<RevisionInfo>>>(
            () =>
            {
                ReferenceName.Check(reference);
                using var opened = Open(reference, askRemote: false, cancellation);
                var start = ReferenceResolution.Resolve(opened, reference).Commit;
                return new SourceAnswer<EquatableArray<RevisionInfo>>.Found(CommitHistory.Log(opened, start, revisionsMax));
            },
            refusal => new SourceAnswer<EquatableArray<RevisionInfo>>.Refused(refusal));

    private SourceOutcome ReadOpened(OpenedRepository opened, SourceRequest request, CancellationToken cancellation)
    {
        var resolved = ReferenceResolution.Resolve(opened, request.Reference);
        var commit = resolved.Commit;
        if (commit.Sha == request.KnownCommitId)
            return new SourceOutcome.Unchanged(commit.Sha);
        if (request.LastGoodCommitId is { } lastGood && !request.AcceptRewrittenHistory)
            CommitHistory.RequireDescent(opened, commit, lastGood);
        signatures?.Require(opened, commit, request.LastGoodCommitId, cancellation);
        var list = listing.List(opened, commit, cancellation);
        var (files, diagnostics) = reading.Read(opened, list, cancellation);
        return new SourceOutcome.Read(
            new SourceTree(CommitHistory.Describe(commit), files),
            [.. list.Diagnostics.Concat(diagnostics).OrderBy(one => one.Span).Concat(resolved.Notes)]);
    }

    private OpenedRepository Open(string reference, bool askRemote, CancellationToken cancellation, bool rebuild = false) => address switch
    {
        GitAddress.Local local => LocalRepository.Open(local.Path, git, options.ReadForeignRepository, cancellation),
        GitAddress.Remote remote => new RemoteMirror(remote, options, git).Open(reference, askRemote, rebuild, cancellation),
        _ => throw new InvalidOperationException("An address is local or remote."),
    };

    private static EquatableArray<ChangedPath> Compare(IReadOnlyList<ListedFile> from, IReadOnlyList<ListedFile> to)
    {
        var before = from.ToDictionary(file => file.Path, file => file.BlobId, StringComparer.Ordinal);
        var after = to.ToDictionary(file => file.Path, file => file.BlobId, StringComparer.Ordinal);
        return
        [
            .. before.Keys.Union(after.Keys, StringComparer.Ordinal)
                .Where(path => !before.TryGetValue(path, out var old) || !after.TryGetValue(path, out var now) || old != now)
                .Order(StringComparer.Ordinal)
                .Select(path => new ChangedPath(
                    path,
                    !before.ContainsKey(path) ? PathChange.Added : after.ContainsKey(path) ? PathChange.Modified : PathChange.Removed)),
        ];
    }

    private T Guarded<T>(Func<T> act, Func<SourceRefusal, T> refuse)
    {
        if ((addressRefusal ?? GitLibrary.Missing) is { } known)
            return refuse(known);
        try
        {
            return act();
        }
        catch (RefusedException e)
        {
            return refuse(e.Refusal);
        }
        catch (LibGit2SharpException e)
        {
            // Every expected failure of a reference or a name was told apart before; what is left comes from
            // bytes of the repository that are not what they should be.
            return refuse(new SourceRefusal(
                SourceRefusalKind.CorruptObject,
                $"{Address} cannot be read: {e.Message}.",
                "Check the repository with git fsck, then restore or clone it again."));
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return refuse(new SourceRefusal(SourceRefusalKind.RepositoryUnreadable, $"{Address} cannot be read: {e.Message}"));
        }
    }
}

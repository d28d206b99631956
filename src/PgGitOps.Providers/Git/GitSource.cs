using System.Globalization;
using LibGit2Sharp;
using PgGitOps.Core.Ports;
using PgGitOps.Core.Sources;
using PgGitOps.Providers.Git.Objects;
using PgGitOps.Providers.Git.Reading;
using PgGitOps.Providers.Git.References;
using PgGitOps.Providers.Git.Remotes;
using PgGitOps.Providers.Git.Repositories;
using PgGitOps.Providers.Git.Trees;
using Diagnostic = PgGitOps.Core.Sources.Diagnostic;

namespace PgGitOps.Providers.Git;

/// <summary>Reads policy files at a commit of a Git repository, straight from its objects: there is no work tree to be half updated.</summary>
/// <remarks>Safe for concurrent use. Between reads it keeps folder lists and contents by object id, so a read costs what a commit changed.</remarks>
public sealed class GitSource : ISource
{
    private static readonly TimeSpan RemoteGrace = TimeSpan.FromSeconds(2);

    // Longer than ending a child of ours takes.
    private static readonly TimeSpan StuckGrace = TimeSpan.FromSeconds(8);

    private readonly GitSourceOptions options;
    private readonly GitAddress? address;
    private readonly SourceRefusal? addressRefusal;
    private readonly GitCommand git;
    private readonly TreeListing listing;
    private readonly BlobCache cache;
    private readonly BlobReading reading;
    private readonly CommitSignatures? signatures;
    private readonly PackIndexes indexes = new();

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

    public SourceOutcome Read(SourceRequest request, CancellationToken cancellation = default) =>
        Bounded<SourceOutcome>(
            limit =>
                Attempt(request, null, limit) switch
                {
                    // A second look: a local repository may have been repacked under our hands, and a mirror can be fetched anew.
                    SourceOutcome.Refused
                    {
                        Refusal: { Kind: SourceRefusalKind.CorruptObject or SourceRefusalKind.RepositoryUnreadable } refusal
                    } => Attempt(request, refusal.Message, limit),
                    var outcome => outcome,
                },
            refusal => new SourceOutcome.Refused(refusal),
            cancellation
        );

    private SourceOutcome Attempt(SourceRequest request, string? damage, CancellationToken cancellation) =>
        Guarded(
            () =>
            {
                ReferenceName.Check(request.Reference);
                using var opened = Open(request.Reference, askRemote: true, cancellation, damage);
                return ReadOpened(opened, request, cancellation);
            },
            refusal => new SourceOutcome.Refused(refusal)
        );

    public SourceAnswer<EquatableArray<ChangedPath>> ChangedPaths(
        string fromCommitId,
        string toCommitId,
        CancellationToken cancellation = default
    ) =>
        Asked(
            limit =>
            {
                ReferenceName.Check(fromCommitId);
                ReferenceName.Check(toCommitId);
                using var opened = Open(toCommitId, askRemote: false, limit);
                var from = listing.List(opened, ReferenceResolution.Resolve(opened, fromCommitId).Commit, limit);
                var to = listing.List(opened, ReferenceResolution.Resolve(opened, toCommitId).Commit, limit);
                return Compare(from.Files, to.Files);
            },
            cancellation
        );

    public SourceAnswer<EquatableArray<RevisionInfo>> RevisionLog(
        string reference,
        int revisionsMax,
        CancellationToken cancellation = default
    ) =>
        Asked(
            limit =>
            {
                ReferenceName.Check(reference);
                using var opened = Open(reference, askRemote: false, limit);
                return CommitHistory.Log(opened, ReferenceResolution.Resolve(opened, reference).Commit, revisionsMax);
            },
            cancellation
        );

    private SourceAnswer<T> Asked<T>(Func<CancellationToken, T> ask, CancellationToken cancellation) =>
        Bounded<SourceAnswer<T>>(
            limit =>
                Guarded<SourceAnswer<T>>(
                    () => new SourceAnswer<T>.Found(ask(limit)),
                    refusal => new SourceAnswer<T>.Refused(refusal)
                ),
            refusal => new SourceAnswer<T>.Refused(refusal),
            cancellation
        );

    private SourceOutcome ReadOpened(OpenedRepository opened, SourceRequest request, CancellationToken cancellation)
    {
        var resolved = ReferenceResolution.Resolve(opened, request.Reference);
        var commit = resolved.Commit;
        // A mirror that was fetched anew is told of, so the same commit is an answer then.
        if (commit.Sha == request.KnownCommitId && opened.Mended is null)
            return new SourceOutcome.Unchanged(commit.Sha);
        if (request.LastGoodCommitId is { } lastGood && !request.AcceptRewrittenHistory)
            CommitHistory.RequireDescent(opened, commit, lastGood);
        signatures?.Require(opened, commit, request.LastGoodCommitId, cancellation);
        if (commit.Sha == request.RefusedCommitId && opened.Mended is null)
            return new SourceOutcome.Unchanged(commit.Sha);
        var list = listing.List(opened, commit, cancellation);
        var (files, diagnostics) = reading.Read(opened, list, cancellation);
        return new SourceOutcome.Read(
            new SourceTree(CommitHistory.Describe(commit), files),
            [.. list.Diagnostics.Concat(diagnostics).OrderBy(one => one.Span).Concat(resolved.Notes), .. Mended(opened)]
        );
    }

    private IEnumerable<Diagnostic> Mended(OpenedRepository opened) =>
        opened.Mended is { } reason
            ?
            [
                new(
                    Severity.Note,
                    "PGG007",
                    $"The mirror of {Address} was damaged and was fetched anew: {reason}",
                    SourceSpan.WholeFile("")
                ),
            ]
            : [];

    private OpenedRepository Open(string reference, bool askRemote, CancellationToken cancellation, string? damage = null)
    {
        var opened = address switch
        {
            GitAddress.Local local => LocalRepository.Open(local.Path, git, options.ReadForeignRepository, cancellation),
            GitAddress.Remote remote => new RemoteMirror(remote, options, git).Open(reference, askRemote, damage, cancellation),
            _ => throw new InvalidOperationException("An address is local or remote."),
        };
        opened.Indexes = indexes;
        opened.Cancellation = cancellation;
        return opened;
    }

    // Talk with a remote has the same deadline and says more when it passes.
    private T Bounded<T>(Func<CancellationToken, T> read, Func<SourceRefusal, T> refuse, CancellationToken cancellation) =>
        BoundedRead.Run(
            read,
            address is GitAddress.Remote ? options.Deadline + RemoteGrace : options.Deadline,
            StuckGrace,
            isStuck => refuse(TooLate(isStuck ? "and does not let go of the reader" : "and reading was ended")),
            cancellation
        );

    private SourceRefusal TooLate(string how) =>
        new(
            address is GitAddress.Remote ? SourceRefusalKind.RemoteTimeout : SourceRefusalKind.ReadTimeout,
            string.Create(
                CultureInfo.InvariantCulture,
                $"{Address} was not read within {options.Deadline.TotalSeconds:0.#} s, {how}."
            ),
            "Check the disk or file server that it lies on, or allow more time (--git-timeout)."
        );

    private static EquatableArray<ChangedPath> Compare(IReadOnlyList<ListedFile> from, IReadOnlyList<ListedFile> to)
    {
        var before = from.ToDictionary(file => file.Path, file => file.BlobId, StringComparer.Ordinal);
        var after = to.ToDictionary(file => file.Path, file => file.BlobId, StringComparer.Ordinal);
        return
        [
            .. before
                .Keys.Union(after.Keys, StringComparer.Ordinal)
                .Where(path => !before.TryGetValue(path, out var old) || !after.TryGetValue(path, out var now) || old != now)
                .Order(StringComparer.Ordinal)
                .Select(path => new ChangedPath(
                    path,
                    !before.ContainsKey(path) ? PathChange.Added
                        : after.ContainsKey(path) ? PathChange.Modified
                        : PathChange.Removed
                )),
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
            return refuse(
                new SourceRefusal(
                    SourceRefusalKind.CorruptObject,
                    $"{Address} cannot be read: {e.Message}.",
                    "Check the repository with git fsck, then restore or clone it again."
                )
            );
        }
        catch (ObjectDamagedException e)
        {
            return refuse(e.Refuse($"{Address} cannot be read").Refusal);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return refuse(new SourceRefusal(SourceRefusalKind.RepositoryUnreadable, $"{Address} cannot be read: {e.Message}"));
        }
    }
}

using System.Diagnostics;
using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using LibGit2Sharp;
using PgGitOps.Core.Ports;
using PgGitOps.Providers.Git.Objects;
using PgGitOps.Providers.Git.Reading;
using PgGitOps.Providers.Git.Repositories;

namespace PgGitOps.Providers.Git.Remotes;

/// <summary>A bare copy of a remote in the cache directory. Its references move in one step after every object has arrived and was checked.</summary>
internal sealed class RemoteMirror
{
    private const string HeadName = "refs/pggitops/HEAD";
    private static readonly TimeSpan LockPatience = TimeSpan.FromMilliseconds(20);

    private readonly GitAddress.Remote remote;
    private readonly GitCommand git;
    private readonly TimeSpan deadline;
    private readonly string cacheDirectory;
    private readonly string mirror;
    private readonly RemoteTransport transport;
    private string? mended;

    /// <exception cref="RefusedException">CacheUnusable.</exception>
    public RemoteMirror(GitAddress.Remote remote, GitSourceOptions options, GitCommand git)
    {
        this.remote = remote;
        this.git = git;
        deadline = options.Deadline;
        cacheDirectory = Path.GetFullPath(
            options.CacheDirectory
                ?? throw new RefusedException(
                    SourceRefusalKind.CacheUnusable,
                    $"{remote.Display} is a remote, and no cache directory is given to mirror it in.",
                    "Name a directory that this user may write."
                )
        );
        // Of the address without credentials: a renewed token finds the same mirror.
        var name = Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(remote.Url)).AsSpan(0, 16));
        mirror = Path.Combine(cacheDirectory, name + ".git");
        transport = new RemoteTransport(remote, options);
    }

    private string Building => mirror + ".new";

    private string ChildLock => mirror + ".child-lock";

    /// <param name="askRemote">False reads what was fetched before.</param>
    /// <param name="damage">Why everything is to be fetched anew; null where only the mirror itself may give a reason.</param>
    public OpenedRepository Open(string reference, bool askRemote, string? damage, CancellationToken cancellation)
    {
        var clock = Stopwatch.StartNew();
        FileStream? hold = null;
        try
        {
            MirrorPlace.MakeCacheDirectory(cacheDirectory);
            hold = Lock(clock, cancellation);
            damage ??= MirrorPlace.Damage(mirror, remote.Display, cancellation);
            if (askRemote && (damage is not null || !HasCommit(reference, cancellation)))
                Update(damage, clock, cancellation);
            else if (!IsThere)
                throw new RefusedException(
                    SourceRefusalKind.RepositoryMissing,
                    $"{remote.Display} has not been fetched yet.",
                    "Read it once."
                );
            else if (damage is not null)
                throw new RefusedException(
                    SourceRefusalKind.RepositoryUnreadable,
                    $"The mirror of {remote.Display} is damaged: {damage}",
                    "The next read fetches it anew."
                );
            return OpenMirror(hold, cancellation);
        }
        catch (Exception e)
        {
            hold?.Dispose();
            if (e is IOException or UnauthorizedAccessException)
                throw new RefusedException(
                    SourceRefusalKind.CacheUnusable,
                    $"The cache of {remote.Display} cannot be used: {e.Message}",
                    "Name a directory that this user may write."
                );
            throw;
        }
    }

    private OpenedRepository OpenMirror(FileStream? hold, CancellationToken cancellation)
    {
        RepositoryFiles.Check(mirror, remote.Display, cancellation);
        return new OpenedRepository(LocalRepository.OpenUnchecked(mirror, remote.Display), HeadName, remote.Display, hold)
        {
            Cancellation = cancellation,
            Mended = mended,
        };
    }

    private bool IsThere => MirrorPlace.Exists(mirror);

    private FileStream Lock(Stopwatch clock, CancellationToken cancellation)
    {
        while (true)
        {
            cancellation.ThrowIfCancellationRequested();
            if (MirrorPlace.TryLock(mirror + ".lock") is { } held)
                return held;
            if (clock.Elapsed > deadline)
                throw Busy();
            cancellation.WaitHandle.WaitOne(LockPatience);
        }
    }

    private RefusedException Busy() =>
        new(
            SourceRefusalKind.CacheUnusable,
            $"Another process holds the mirror of {remote.Display}.",
            "Wait for it, or give each process its own cache directory."
        );

    // A full commit id never changes its meaning: what is here already needs no question to the remote.
    private bool HasCommit(string reference, CancellationToken cancellation)
    {
        if (!ReferenceName.IsFullId(reference) || !IsThere)
            return false;
        try
        {
            using var opened = OpenMirror(null, cancellation);
            return opened.FindCommit(reference.ToLowerInvariant()) is not null;
        }
        catch (Exception e) when (e is LibGit2SharpException or RefusedException or IOException)
        {
            return false;
        }
    }

    private void Update(string? damage, Stopwatch clock, CancellationToken cancellation)
    {
        var advertised = transport.Ask(git, Remaining(clock), cancellation);
        if (damage is null && IsThere)
        {
            var here = References(cancellation, out damage);
            if (damage is null)
            {
                if (
                    here.Count == advertised.References.Count
                    && advertised.References.All(pair =>
                        here.TryGetValue(pair.Key == "HEAD" ? HeadName : pair.Key, out var id) && id == pair.Value
                    )
                )
                    return;
                ClearLeftovers();
                var run = transport.Fetch(git, mirror, advertised, ChildLock, Remaining(clock), cancellation);
                if (run.ExitCode == 0)
                {
                    // Only when many loose objects or packs have gathered; a failure costs nothing but room.
                    _ = git.Run(
                        ["--git-dir", mirror, "gc", "--auto", "--quiet"],
                        Remaining(clock),
                        cancellation,
                        lockFile: ChildLock
                    );
                    return;
                }
                var kind = TransportFailure.KindOf(run.Error);
                if (run.TimedOut || kind == SourceRefusalKind.MalformedObjects)
                    throw new RefusedException(TransportFailure.Describe(remote, run, deadline));
                // The remote answered a moment ago, so a failure that is not of the transfer is one of the mirror itself,
                // or of references that cannot follow each other in it.
                var whole = IsWhole(clock, cancellation);
                if (whole && kind is not (null or SourceRefusalKind.RepositoryMissing))
                    throw new RefusedException(TransportFailure.Describe(remote, run, deadline));
                damage = whole ? null : TransportFailure.Shown(run.Error, remote);
            }
        }
        Rebuild(advertised, clock, cancellation);
        mended = damage;
    }

    private void Rebuild(Advertisement advertised, Stopwatch clock, CancellationToken cancellation)
    {
        ClearLeftovers();
        MirrorPlace.Discard(Building);
        // No template: hooks of this machine have no business in a mirror.
        var init = git.Run(["init", "--quiet", "--bare", "--template=", Building], Remaining(clock), cancellation);
        if (init.ExitCode != 0)
            throw new RefusedException(
                SourceRefusalKind.CacheUnusable,
                $"The mirror of {remote.Display} cannot be made: {TransportFailure.Shown(init.Error, remote)}"
            );
        // What a force-push leaves behind stays readable: it may be the last good revision.
        File.AppendAllText(
            Path.Combine(Building, "config"),
            "[gc]\n\tpruneExpire = never\n\tcruftPacks = true\n\tautoDetach = false\n"
        );
        var run = transport.Fetch(git, Building, advertised, ChildLock, Remaining(clock), cancellation);
        if (run.ExitCode != 0)
            throw new RefusedException(TransportFailure.Describe(remote, run, deadline));
        if (IsThere)
        {
            Posix.Exchange(Building, mirror);
            MirrorPlace.Discard(Building);
        }
        else
        {
            Directory.Move(Building, mirror);
        }
        Posix.SyncDirectory(cacheDirectory);
    }

    /// <summary>Removes what a killed git left: lock files that would stop every later fetch, and half a pack.</summary>
    private void ClearLeftovers()
    {
        // A git that outlived its parent still holds this lock; its files must stay.
        using var child = MirrorPlace.TryLock(ChildLock) ?? throw Busy();
        var objects = Path.Combine(mirror, "objects");
        if (new FileInfo(mirror).LinkTarget is not null || !Directory.Exists(objects))
            return;
        foreach (
            var file in Directory
                .EnumerateFiles(mirror, "*.lock", SearchOption.AllDirectories)
                .Concat(Directory.EnumerateFiles(objects, "tmp_*", SearchOption.AllDirectories))
                .Append(Path.Combine(mirror, "gc.pid"))
                .ToList()
        )
        {
            File.Delete(file);
        }
    }

    /// <summary>Full names and ids of what the mirror has.</summary>
    private Dictionary<string, string> References(CancellationToken cancellation, out string? damage)
    {
        damage = null;
        try
        {
            using var opened = OpenMirror(null, cancellation);
            var references = opened.Repository.Refs.ToDictionary(
                one => one.CanonicalName,
                one => one.TargetIdentifier,
                StringComparer.Ordinal
            );
            // git blames the remote for an object that a reference of the mirror has lost.
            if (references.Values.FirstOrDefault(id => !ReferenceName.IsFullId(id) || !opened.Objects.Contains(id)) is { } lost)
                damage = $"it lacks object {lost}.";
            return references;
        }
        catch (Exception e) when (e is LibGit2SharpException or RefusedException or ObjectDamagedException)
        {
            damage = e.Message;
            return [];
        }
    }

    // libgit2 passes over a reference that holds no id; git complains of it, and blames the remote for what is missing then.
    private bool IsWhole(Stopwatch clock, CancellationToken cancellation) =>
        git.Run(["--git-dir", mirror, "for-each-ref", "--format=%(refname)"], Remaining(clock), cancellation)
            is { ExitCode: 0, Error.Length: 0 }
        && git.Run(["--git-dir", mirror, "rev-list", "--objects", "--all", "--quiet"], Remaining(clock), cancellation).ExitCode
            == 0;

    private TimeSpan Remaining(Stopwatch clock)
    {
        var remaining = deadline - clock.Elapsed;
        return remaining > TimeSpan.Zero
            ? remaining
            : throw new RefusedException(
                SourceRefusalKind.RemoteTimeout,
                string.Create(
                    CultureInfo.InvariantCulture,
                    $"{remote.Display} did not finish within {deadline.TotalSeconds:0.#} s."
                ),
                "Check the server and the network, or allow more time."
            );
    }
}

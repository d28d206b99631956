using System.Diagnostics;
using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using LibGit2Sharp;
using PgGitOps.Core.Ports;

namespace PgGitOps.Providers.Git;

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

    /// <exception cref="RefusedException">CacheUnusable.</exception>
    public RemoteMirror(GitAddress.Remote remote, GitSourceOptions options, GitCommand git)
    {
        this.remote = remote;
        this.git = git;
        deadline = options.Deadline;
        cacheDirectory = Path.GetFullPath(options.CacheDirectory ?? throw new RefusedException(
            SourceRefusalKind.CacheUnusable,
            $"{remote.Display} is a remote, and no cache directory is given to mirror it in.",
            "Name a directory that this user may write."));
        // Of the address without credentials: a renewed token finds the same mirror.
        var name = Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(remote.Url)).AsSpan(0, 16));
        mirror = Path.Combine(cacheDirectory, name + ".git");
        transport = new RemoteTransport(remote, options);
    }

    private string Building => mirror + ".new";

    private string ChildLock => mirror + ".child-lock";

    /// <param name="askRemote">False reads what was fetched before.</param>
    /// <param name="rebuild">Fetch everything anew because the mirror is damaged.</param>
    public OpenedRepository Open(string reference, bool askRemote, bool rebuild, CancellationToken cancellation)
    {
        var clock = Stopwatch.StartNew();
        FileStream? hold = null;
        try
        {
            MakeCacheDirectory();
            hold = Lock(clock, cancellation);
            if (!askRemote && !Directory.Exists(mirror))
                throw new RefusedException(SourceRefusalKind.RepositoryMissing, $"{remote.Display} has not been fetched yet.", "Read it once.");
            if (rebuild || (askRemote && !HasCommit(reference)))
                Update(rebuild, clock, cancellation);
            return new OpenedRepository(LocalRepository.OpenUnchecked(mirror, remote.Display), HeadName, remote.Display, hold);
        }
        catch (Exception e)
        {
            hold?.Dispose();
            if (e is IOException or UnauthorizedAccessException)
                throw new RefusedException(SourceRefusalKind.CacheUnusable, $"The cache of {remote.Display} cannot be used: {e.Message}", "Name a directory that this user may write.");
            throw;
        }
    }

    private void MakeCacheDirectory()
    {
        // Policies may be confidential, and whoever can write here can change what is read.
        if (OperatingSystem.IsWindows())
            Directory.CreateDirectory(cacheDirectory);
        else
            Directory.CreateDirectory(cacheDirectory, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
    }

    private FileStream Lock(Stopwatch clock, CancellationToken cancellation)
    {
        while (true)
        {
            cancellation.ThrowIfCancellationRequested();
            if (TryLock(mirror + ".lock") is { } held)
                return held;
            if (clock.Elapsed > deadline)
                throw Busy();
            cancellation.WaitHandle.WaitOne(LockPatience);
        }
    }

    // Exclusive sharing is flock(2) here: it ends with the process, however that ends.
    private static FileStream? TryLock(string path)
    {
        try
        {
            return new FileStream(path, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None);
        }
        catch (IOException e) when (File.Exists(path) && e is not (PathTooLongException or DirectoryNotFoundException))
        {
            return null;
        }
    }

    private RefusedException Busy() => new(
        SourceRefusalKind.CacheUnusable,
        $"Another process holds the mirror of {remote.Display}.",
        "Wait for it, or give each process its own cache directory.");

    // A full commit id never changes its meaning: what is here already needs no question to the remote.
    private bool HasCommit(string reference)
    {
        if (!ReferenceName.IsFullId(reference) || !Directory.Exists(mirror))
            return false;
        try
        {
            using var repository = new Repository(mirror);
            return repository.Lookup<Commit>(new ObjectId(reference)) is not null;
        }
        catch (LibGit2SharpException)
        {
            return false;
        }
    }

    private void Update(bool rebuild, Stopwatch clock, CancellationToken cancellation)
    {
        var advertised = transport.Ask(git, Remaining(clock), cancellation);
        if (!rebuild && References() is { } here)
        {
            if (here.Count == advertised.References.Count
                && advertised.References.All(pair => here.TryGetValue(pair.Key == "HEAD" ? HeadName : pair.Key, out var id) && id == pair.Value))
                return;
            ClearLeftovers();
            var run = transport.Fetch(git, mirror, advertised, ChildLock, Remaining(clock), cancellation);
            if (run.ExitCode == 0)
            {
                // Only when many loose objects or packs have gathered; a failure costs nothing but room.
                _ = git.Run(["--git-dir", mirror, "gc", "--auto", "--quiet"], Remaining(clock), cancellation, lockFile: ChildLock);
                return;
            }
            var kind = TransportFailure.KindOf(run.Error);
            // The remote answered a moment ago, so a failure that is not of the transfer is one of the mirror itself.
            if (run.TimedOut || (kind is not (null or SourceRefusalKind.RepositoryMissing) && !HasBrokenReference(clock, cancellation)))
                throw new RefusedException(TransportFailure.Describe(remote, run, deadline));
        }
        Rebuild(advertised, clock, cancellation);
    }

    private void Rebuild(Advertisement advertised, Stopwatch clock, CancellationToken cancellation)
    {
        ClearLeftovers();
        if (Directory.Exists(Building))
            Directory.Delete(Building, recursive: true);
        // No template: hooks of this machine have no business in a mirror.
        var init = git.Run(["init", "--quiet", "--bare", "--template=", Building], Remaining(clock), cancellation);
        if (init.ExitCode != 0)
            throw new RefusedException(SourceRefusalKind.CacheUnusable, $"The mirror of {remote.Display} cannot be made: {TransportFailure.Shown(init.Error, remote)}");
        // What a force-push leaves behind stays readable: it may be the last good revision.
        File.AppendAllText(Path.Combine(Building, "config"), "[gc]\n\tpruneExpire = never\n\tcruftPacks = true\n\tautoDetach = false\n");
        var run = transport.Fetch(git, Building, advertised, ChildLock, Remaining(clock), cancellation);
        if (run.ExitCode != 0)
            throw new RefusedException(TransportFailure.Describe(remote, run, deadline));
        if (Directory.Exists(mirror))
        {
            Posix.Exchange(Building, mirror);
            Directory.Delete(Building, recursive: true);
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
        using var child = TryLock(ChildLock) ?? throw Busy();
        if (!Directory.Exists(mirror))
            return;
        foreach (var file in Directory.EnumerateFiles(mirror, "*.lock", SearchOption.AllDirectories)
            .Concat(Directory.EnumerateFiles(Path.Combine(mirror, "objects"), "tmp_*", SearchOption.AllDirectories))
            .Append(Path.Combine(mirror, "gc.pid"))
            .ToList())
        {
            File.Delete(file);
        }
    }

    /// <summary>Full names and ids of what the mirror has, or null when there is none or it is damaged.</summary>
    private Dictionary<string, string>? References()
    {
        if (!Directory.Exists(mirror))
            return null;
        try
        {
            using var repository = new Repository(mirror);
            var references = repository.Refs.ToDictionary(one => one.CanonicalName, one => one.TargetIdentifier, StringComparer.Ordinal);
            // git blames the remote for an object that a reference of the mirror has lost.
            return references.Values.All(id => repository.ObjectDatabase.Contains(new ObjectId(id))) ? references : null;
        }
        catch (LibGit2SharpException)
        {
            return null;
        }
    }

    // libgit2 passes over a reference that holds no id; git complains of it, and blames the remote for what is missing then.
    private bool HasBrokenReference(Stopwatch clock, CancellationToken cancellation)
    {
        var run = git.Run(["--git-dir", mirror, "for-each-ref", "--format=%(refname)"], Remaining(clock), cancellation);
        return run.ExitCode != 0 || run.Error.Length > 0;
    }

    private TimeSpan Remaining(Stopwatch clock)
    {
        var remaining = deadline - clock.Elapsed;
        return remaining > TimeSpan.Zero
            ? remaining
            : throw new RefusedException(
                SourceRefusalKind.RemoteTimeout,
                string.Create(CultureInfo.InvariantCulture, $"{remote.Display} did not finish within {deadline.TotalSeconds:0.#} s."),
                "Check the server and the network, or allow more time.");
    }
}

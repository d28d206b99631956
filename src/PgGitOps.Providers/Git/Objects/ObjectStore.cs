using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using PgGitOps.Core.Ports;
using PgGitOps.Providers.Git.Reading;

namespace PgGitOps.Providers.Git.Objects;

internal enum ObjectKind
{
    Commit = 1,
    Tree = 2,
    Blob = 3,
    Tag = 4,
}

/// <param name="Content">Null when it is longer than was asked for; the kind is then a guess.</param>
internal readonly record struct RawObject(ObjectKind Kind, long Size, byte[]? Content);

/// <summary>An object could not be read for another reason than that it is not there.</summary>
internal sealed class ObjectDamagedException(string message) : Exception(message)
{
    /// <param name="what">A sentence without its full stop: what cannot be read.</param>
    public RefusedException Refuse(string what) =>
        new(
            SourceRefusalKind.CorruptObject,
            $"{what} ({Message}).",
            "Check the repository with git fsck, then restore or clone it again."
        );
}

/// <summary>Objects of a repository by id, read here and not by libgit2: that one turns for ever on an object that was cut short, and nothing can stop it.</summary>
/// <remarks>
/// Everything is bounded by sizes and heeds the token. Bytes that do not fit their id are damage. Nothing that only claims to know
/// better is believed: no commit graph, no replacement, no graft. Nothing is fetched. Safe for concurrent use.
/// </remarks>
internal sealed class ObjectStore : IDisposable
{
    /// <summary>Longest commit, tag or folder, and longest base of a difference.</summary>
    public const long StructureBytesMax = 64 << 20;

    private const int AlternatesMax = 32;
    private const int IdBytes = 20;
    private const long SmallFileBytesMax = 1 << 20;

    // Bases in other packs that are themselves differences to objects elsewhere: git writes none such to disk.
    private const int ElsewhereMax = 8;

    [ThreadStatic]
    private static IncrementalHash? hash;

    private readonly Lock gate = new();
    private readonly PackIndexes indexes;
    private readonly UnpackedBases bases = new();
    private readonly List<string> directories = [];
    private Packs? packs;

    public ObjectStore(string objectsDirectory, PackIndexes indexes)
    {
        this.indexes = indexes;
        AddDirectory(Path.GetFullPath(objectsDirectory));
    }

    /// <summary>A place that objects are borrowed from and that is not there; null when all are.</summary>
    public string? LenderGone { get; private set; }

    /// <summary>Objects may be absent on purpose: a partial clone marks the packs that others promised to complete.</summary>
    public bool LeavesOut =>
        directories
            .Select(one => Path.Combine(one, "pack"))
            .Any(one => Directory.Exists(one) && Directory.EnumerateFiles(one, "*.promisor").Any());

    public bool Contains(string id)
    {
        var name = Convert.FromHexString(id);
        return Opened().All.Any(pack => pack.Index.OffsetOf(name) is not null)
            || directories.Exists(one => LooseObjects.Contains(one, id));
    }

    /// <returns>Null where there is no such object. Without content where that is longer than the limit.</returns>
    /// <exception cref="ObjectDamagedException">Also an object of another kind.</exception>
    /// <exception cref="OperationCanceledException"/>
    public RawObject? Find(string id, ObjectKind kind, long bytesMax, CancellationToken cancellation) =>
        Find(id, bytesMax, cancellation) is not { } found ? null
        : found.Content is null || found.Kind == kind ? found
        : throw new ObjectDamagedException(
            string.Create(CultureInfo.InvariantCulture, $"it is a {Name(found.Kind)}, not a {Name(kind)}")
        );

    /// <inheritdoc cref="Find(string, ObjectKind, long, CancellationToken)"/>
    public RawObject? Find(string id, long bytesMax, CancellationToken cancellation) => Find(id, bytesMax, 0, cancellation);

    /// <summary>Ids that begin with the digits, at most so many.</summary>
    public IReadOnlyCollection<string> FindByPrefix(string digits, int max)
    {
        digits = digits.ToLowerInvariant();
        var found = new SortedSet<string>(StringComparer.Ordinal);
        foreach (var pack in Opened().All)
            pack.Index.AddByPrefix(digits, found, max);
        foreach (var folder in directories.Select(one => Path.Combine(one, digits[..2])).Where(Directory.Exists))
        {
            foreach (var file in Directory.EnumerateFiles(folder, digits[2..] + "*").Select(Path.GetFileName))
            {
                if (found.Count < max && file is not null && ReferenceName.IsFullId(digits[..2] + file))
                    found.Add(digits[..2] + file);
            }
        }
        return found;
    }

    public void Dispose()
    {
        lock (gate)
        {
            packs?.Dispose();
            packs = null;
        }
    }

    public static string Name(ObjectKind kind) =>
        kind switch
        {
            ObjectKind.Commit => "commit",
            ObjectKind.Tree => "tree",
            ObjectKind.Blob => "blob",
            _ => "tag",
        };

    private RawObject? Find(string id, long bytesMax, int depth, CancellationToken cancellation)
    {
        cancellation.ThrowIfCancellationRequested();
        if (depth > ElsewhereMax)
            throw new ObjectDamagedException("its chain of differences has no end");
        var name = Convert.FromHexString(id);
        ObjectDamagedException? damage = null;
        // A repack may have moved it since the packs were listed.
        for (var again = false; ; again = true)
        {
            var opened = Opened();
            foreach (var pack in opened.All)
            {
                try
                {
                    if (
                        pack.Index.OffsetOf(name) is { } offset
                        && pack.Unpack(
                            offset,
                            Math.Max(bytesMax, StructureBytesMax),
                            bases,
                            other => Find(other, StructureBytesMax, depth + 1, cancellation),
                            cancellation
                        )
                            is var packed
                    )
                        return Checked(id, name, packed, bytesMax);
                }
                catch (ObjectDamagedException e)
                {
                    // The same object may lie elsewhere once more, whole.
                    damage ??= e;
                }
            }
            foreach (var directory in directories)
            {
                try
                {
                    if (LooseObjects.Find(directory, id, bytesMax) is { } loose)
                        return Checked(id, name, loose, bytesMax);
                }
                catch (ObjectDamagedException e)
                {
                    damage ??= e;
                }
            }
            if (damage is not null)
                throw damage;
            if (again || !Reopen(opened))
                return opened.Damaged is { } reason
                    ? throw new ObjectDamagedException($"it is not found, and a pack cannot be read: {reason}")
                    : null;
        }
    }

    private static RawObject Checked(string id, byte[] name, RawObject found, long bytesMax)
    {
        if (found.Content is null || found.Size > bytesMax)
            return found with { Content = null };
        // SHA-1 because that is what Git names objects by; nothing here rests on its strength alone.
#pragma warning disable CA5350
        var digest = hash ??= IncrementalHash.CreateHash(HashAlgorithmName.SHA1);
#pragma warning restore CA5350
        Span<byte> header = stackalloc byte[32];
        var length = Encoding.ASCII.GetBytes(
            string.Create(CultureInfo.InvariantCulture, $"{Name(found.Kind)} {found.Size}\0"),
            header
        );
        digest.AppendData(header[..length]);
        digest.AppendData(found.Content);
        Span<byte> actual = stackalloc byte[IdBytes];
        digest.GetHashAndReset(actual);
        return actual.SequenceEqual(name)
            ? found
            : throw new ObjectDamagedException($"its content has the id {Convert.ToHexStringLower(actual)}, not {id}");
    }

    private Packs Opened()
    {
        lock (gate)
            return packs ??= new Packs(directories, indexes);
    }

    /// <returns>False when the packs are the same as before.</returns>
    private bool Reopen(Packs before)
    {
        lock (gate)
        {
            if (!ReferenceEquals(packs, before))
                return true;
            var now = new Packs(directories, indexes);
            if (now.All.Select(p => p.Path).SequenceEqual(before.All.Select(p => p.Path), StringComparer.Ordinal))
            {
                now.Dispose();
                return false;
            }
            // The old ones may be in use by another thread; their handles go with them.
            packs = now;
            return true;
        }
    }

    private void AddDirectory(string first)
    {
        var open = new Queue<string>([first]);
        while (open.TryDequeue(out var directory))
        {
            if (directories.Contains(directory, StringComparer.Ordinal))
                continue;
            if (directories.Count >= AlternatesMax)
                return;
            if (directories.Count > 0 && Posix.KindOf(directory) != FileKind.Directory)
            {
                LenderGone ??= directory;
                continue;
            }
            directories.Add(directory);
            foreach (
                var line in Encoding
                    .UTF8.GetString(RegularFile.TryRead(Path.Combine(directory, "info", "alternates"), SmallFileBytesMax) ?? [])
                    .Split('\n', StringSplitOptions.RemoveEmptyEntries)
            )
            {
                if (line[0] != '#')
                    open.Enqueue(
                        Path.TrimEndingDirectorySeparator(
                            Path.GetFullPath(line.Trim('"').TrimEnd('\r').Replace("\0", "", StringComparison.Ordinal), directory)
                        )
                    );
            }
        }
    }

    /// <summary>The packs of all places, as they were when listed.</summary>
    private sealed class Packs : IDisposable
    {
        public Packs(IEnumerable<string> directories, PackIndexes indexes)
        {
            foreach (var directory in directories.Select(one => Path.Combine(one, "pack")).Where(Directory.Exists))
            {
                foreach (var path in Directory.EnumerateFiles(directory, "*.idx").Order(StringComparer.Ordinal))
                {
                    var pack = Path.ChangeExtension(path, ".pack");
                    if (Posix.KindOf(pack) == FileKind.None)
                        continue;
                    try
                    {
                        All.Add(new PackFile(pack, indexes.Open(path)));
                    }
                    catch (ObjectDamagedException e)
                    {
                        Damaged ??= $"{path}: {e.Message}";
                    }
                }
                // Without its index nothing is found in a pack.
                foreach (var path in Directory.EnumerateFiles(directory, "*.pack"))
                {
                    if (Posix.KindOf(Path.ChangeExtension(path, ".idx")) == FileKind.None)
                        Damaged ??= $"{path} has no index";
                }
            }
        }

        public List<PackFile> All { get; } = [];

        public string? Damaged { get; private set; }

        public void Dispose()
        {
            foreach (var pack in All)
                pack.Dispose();
        }
    }
}

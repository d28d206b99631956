using System.Text;
using PgGitOps.Core.Ports;
using PgGitOps.Providers.Git.Reading;

namespace PgGitOps.Providers.Git.Repositories;

/// <summary>Looks at the files that libgit2 reads to open a repository and to find references, before it does: what is no file would hold it for ever.</summary>
internal static class RepositoryFiles
{
    private const long PointerBytesMax = 64 << 10;
    private const long ConfigBytesMax = 1 << 20;
    private const long PackedReferencesBytesMax = 512 << 20;
    private const int IncludesMax = 16;

    // git itself gives up after five.
    private const int SymbolicStepsMax = 10;
    private static readonly byte[] Symbolic = "ref:"u8.ToArray();

    /// <param name="path">A directory with <c>.git</c>, or what <c>.git</c> would be.</param>
    /// <exception cref="RefusedException">RepositoryUnreadable. A directory that is no repository passes.</exception>
    /// <exception cref="OperationCanceledException"/>
    public static void Check(string path, string shown, CancellationToken cancellation)
    {
        try
        {
            var directory = GitDirectory(path);
            var head = Require(Path.Combine(directory, "HEAD"), PointerBytesMax);
            if (head is null)
                return;
            var common = CommonDirectory(directory);
            if (!Names(head))
                throw new IOException($"{Path.Combine(directory, "HEAD")} holds neither a reference nor a commit id");
            foreach (var needed in (string[])["objects", "refs"])
            {
                if (Posix.KindOf(Path.Combine(common, needed)) is var kind && kind != FileKind.Directory)
                    throw new IOException(
                        $"{Path.Combine(common, needed)} is {(kind == FileKind.None ? "missing" : RegularFile.Describe(kind))}"
                    );
            }
            RequireConfig(Path.Combine(common, "config"), IncludesMax);
            RequireConfig(Path.Combine(directory, "config.worktree"), IncludesMax);
            RequireKind(Path.Combine(common, "packed-refs"), PackedReferencesBytesMax);
            RequireKind(Path.Combine(common, "shallow"), PackedReferencesBytesMax);
            RequireEnd(directory, common, "HEAD");
            RequireReferences(Path.Combine(common, "refs"), name => RequireEnd(directory, common, name), "refs", cancellation);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new RefusedException(
                SourceRefusalKind.RepositoryUnreadable,
                $"{shown} cannot be read: {e.Message}.",
                "Restore the file, or clone the repository again."
            );
        }
    }

    /// <summary>Directory of objects and references; a linked work tree shares that of its main repository.</summary>
    public static string CommonDirectory(string gitDirectory) =>
        RegularFile.TryRead(Path.Combine(gitDirectory, "commondir"), PointerBytesMax) is { } pointer
            ? Path.GetFullPath(Encoding.UTF8.GetString(pointer).Trim(), gitDirectory)
            : gitDirectory;

    /// <summary>Ids of commits whose parents a shallow clone left out.</summary>
    public static HashSet<string> Shallow(string commonDirectory) =>
        [
            .. Encoding
                .ASCII.GetString(RegularFile.TryRead(Path.Combine(commonDirectory, "shallow"), PackedReferencesBytesMax) ?? [])
                .Split('\n', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries),
        ];

    private static string GitDirectory(string path)
    {
        var marker = Path.Combine(path, ".git");
        switch (Posix.KindOf(marker))
        {
            case FileKind.None:
                return path;
            case FileKind.Directory:
                return marker;
        }
        var text = Encoding.UTF8.GetString(RegularFile.TryRead(marker, PointerBytesMax) ?? []);
        return text.StartsWith("gitdir: ", StringComparison.Ordinal)
            ? Path.GetFullPath(text["gitdir: ".Length..].Trim().Replace("\0", "", StringComparison.Ordinal), path)
            : throw new IOException($"{marker} does not say where the repository is");
    }

    private static bool Names(byte[] head)
    {
        var text = Encoding.UTF8.GetString(head).Trim();
        return ReferenceName.IsFullId(text)
            || text.Length == 64
            || (text.StartsWith("ref:", StringComparison.Ordinal) && text.Length > 5 && !text.Any(char.IsControl));
    }

    private static byte[]? Require(string path, long bytesMax) => RegularFile.TryRead(path, bytesMax);

    private static void RequireKind(string path, long bytesMax)
    {
        using var handle = RegularFile.TryOpen(path);
        if (handle is not null && RandomAccess.GetLength(handle) > bytesMax)
            throw new IOException($"{path} has more than {bytesMax} bytes");
    }

    // The library follows includes, wherever they lead.
    private static void RequireConfig(string path, int includesLeft)
    {
        if (Require(path, ConfigBytesMax) is not { } bytes)
            return;
        var inInclude = false;
        foreach (var line in Encoding.UTF8.GetString(bytes).Split('\n', StringSplitOptions.TrimEntries))
        {
            var rest = line;
            if (rest.StartsWith('['))
            {
                inInclude = rest.StartsWith("[include", StringComparison.OrdinalIgnoreCase);
                rest = rest[(rest.IndexOf(']', StringComparison.Ordinal) + 1)..].Trim();
            }
            if (
                !inInclude
                || !rest.StartsWith("path", StringComparison.OrdinalIgnoreCase)
                || rest.IndexOf('=', StringComparison.Ordinal) is not (> 0 and var equals)
            )
                continue;
            if (includesLeft == 0)
                throw new IOException($"{path} includes files that include files without end");
            var target = rest[(equals + 1)..].Trim().Trim('"');
            if (target.StartsWith("~/", StringComparison.Ordinal))
                target = Path.Combine(Environment.GetFolderPath(Environment.SpecialFolder.UserProfile), target[2..]);
            if (target.Length > 0 && !target.Contains('\0', StringComparison.Ordinal))
                RequireConfig(Path.GetFullPath(target, Path.GetDirectoryName(path)!), includesLeft - 1);
        }
    }

    private static void RequireReferences(
        string directory,
        Action<string> requireEnd,
        string name,
        CancellationToken cancellation
    )
    {
        cancellation.ThrowIfCancellationRequested();
        foreach (var entry in new DirectoryInfo(directory).EnumerateFileSystemInfos())
        {
            if (entry.LinkTarget is null && entry.Attributes.HasFlag(FileAttributes.Directory))
                RequireReferences(entry.FullName, requireEnd, $"{name}/{entry.Name}", cancellation);
            else if (Posix.KindOf(entry.FullName) is var kind && kind == FileKind.File && IsSymbolic(entry.FullName))
                requireEnd($"{name}/{entry.Name}");
            else if (kind is not (FileKind.File or FileKind.None or FileKind.Directory))
                throw new IOException($"{entry.FullName} is {RegularFile.Describe(kind)}, no file");
        }
    }

    private static bool IsSymbolic(string path)
    {
        using var handle = RegularFile.TryOpen(path);
        Span<byte> start = stackalloc byte[4];
        return handle is not null && RandomAccess.Read(handle, start, 0) == start.Length && start.SequenceEqual(Symbolic);
    }

    /// <summary>The library follows a reference to a reference as deep as it goes; one that leads back to itself would use up the stack, and end the process.</summary>
    private static void RequireEnd(string directory, string common, string name)
    {
        var at = name;
        for (var steps = 0; steps <= SymbolicStepsMax; steps++)
        {
            // A work tree has references of its own beside those of its repository.
            var bytes =
                Path.Combine(directory, at) is var own && Posix.KindOf(own) == FileKind.File
                    ? RegularFile.TryRead(own, PointerBytesMax)
                : Path.Combine(common, at) is var shared && Posix.KindOf(shared) == FileKind.File
                    ? RegularFile.TryRead(shared, PointerBytesMax)
                : null;
            if (bytes is null || !bytes.AsSpan().StartsWith(Symbolic))
                return;
            at = Encoding.UTF8.GetString(bytes)[Symbolic.Length..].Trim();
            if (at.Contains('\0', StringComparison.Ordinal))
                return;
        }
        throw new IOException($"{name} leads back to itself, or through more than {SymbolicStepsMax} references");
    }
}

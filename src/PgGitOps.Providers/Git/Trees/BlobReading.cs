using System.Globalization;
using System.Runtime.ExceptionServices;
using PgGitOps.Core.Ports;
using PgGitOps.Core.Sources;
using PgGitOps.Providers.Git.Objects;
using PgGitOps.Providers.Git.Reading;
using PgGitOps.Providers.Git.Repositories;

namespace PgGitOps.Providers.Git.Trees;

/// <summary>Contents of listed files, from the cache where it has them.</summary>
internal sealed class BlobReading(GitSourceOptions options, BlobCache cache)
{
    // The longest pointer that Git LFS writes is far below this.
    private const int PointerBytesMax = 1024;

    // Below this many missing files a second thread costs more than it saves.
    private const int ParallelFrom = 64;

    /// <summary>The last list and its files, a pointer of Git LFS in its place as null. What stands at its place in the next list is taken over as it is.</summary>
    private sealed record Earlier(IReadOnlyList<ListedFile> Listed, SourceFile?[] Files);

    private volatile Earlier? last;

    /// <exception cref="RefusedException">TooLarge, CorruptObject, IncompleteObjects.</exception>
    public (EquatableArray<SourceFile> Files, List<Diagnostic> Diagnostics) Read(
        OpenedRepository opened,
        TreeList list,
        CancellationToken cancellation
    )
    {
        var generation = cache.NextGeneration();
        var contents = new ReadOnlyMemory<byte>[list.Files.Count];
        var read = new SourceFile?[contents.Length];
        var missing = new List<int>();
        var earlier = last;
        long total = 0;
        for (var i = 0; i < contents.Length; i++)
        {
            if (
                earlier is not null
                && i < earlier.Listed.Count
                && ReferenceEquals(earlier.Listed[i], list.Files[i])
                && earlier.Files[i] is { } same
            )
                total += (contents[i] = (read[i] = same).Content).Length;
            else if (cache.Find(list.Files[i].BlobId, generation) is { } known)
                total += (contents[i] = known).Length;
            else
                missing.Add(i);
        }
        RequireTotal(opened, total);
        ReadMissing(opened, list.Files, missing, contents, generation, total, cancellation);
        var files = new List<SourceFile>(contents.Length);
        var diagnostics = new List<Diagnostic>();
        for (var i = 0; i < contents.Length; i++)
        {
            if (read[i] is null && IsLfsPointer(contents[i].Span))
                diagnostics.Add(Pointer(list.Files[i].Path));
            else
                files.Add(read[i] ??= new SourceFile(list.Files[i].Path, list.Files[i].BlobId, contents[i]));
        }
        last = Keep(list, generation) ? new Earlier(list.Files, read) : null;
        return (files.ToEquatableArray(), diagnostics);
    }

    /// <returns>False where more is held than may be: then nothing is held beside the cache.</returns>
    private bool Keep(TreeList list, long generation)
    {
        if (cache.Fits)
            return true;
        // What was taken over was not asked for there, and is no less used.
        foreach (var file in list.Files)
            cache.Find(file.BlobId, generation);
        cache.Trim();
        return false;
    }

    private void ReadMissing(
        OpenedRepository opened,
        IReadOnlyList<ListedFile> files,
        List<int> missing,
        ReadOnlyMemory<byte>[] contents,
        long generation,
        long total,
        CancellationToken cancellation
    )
    {
        if (missing.Count == 0)
            return;
        // Made here: what opens it may throw.
        var objects = opened.Objects;
        if (missing.Count < ParallelFrom)
        {
            foreach (var i in missing)
                ReadInto(i);
            return;
        }
        var failures = new Exception?[missing.Count];
        Parallel.For(
            0,
            missing.Count,
            new ParallelOptions { CancellationToken = cancellation },
            (number, loop) =>
            {
                try
                {
                    ReadInto(missing[number]);
                }
                catch (Exception e) when (e is RefusedException or IOException or UnauthorizedAccessException)
                {
                    failures[number] = e;
                    loop.Break();
                }
                catch (OperationCanceledException)
                {
                    // The loop tells it itself.
                    loop.Stop();
                }
            }
        );
        cancellation.ThrowIfCancellationRequested();
        // Of several the first in order of paths, whichever thread met one first.
        if (Array.Find(failures, r => r is not null) is { } failure)
            ExceptionDispatchInfo.Throw(failure);

        void ReadInto(int i)
        {
            var content = ReadBlob(opened, objects, files[i], cancellation);
            RequireTotal(opened, Interlocked.Add(ref total, content.Length));
            cache.Add(files[i].BlobId, content, generation);
            contents[i] = content;
        }
    }

    private byte[] ReadBlob(OpenedRepository opened, ObjectStore objects, ListedFile file, CancellationToken cancellation)
    {
        try
        {
            var found =
                objects.Find(file.BlobId, ObjectKind.Blob, options.FileBytesMax, cancellation)
                ?? throw opened.Absent($"{file.Path} (blob {file.BlobId})");
            return found.Content
                ?? throw new RefusedException(
                    SourceRefusalKind.TooLarge,
                    string.Create(
                        CultureInfo.InvariantCulture,
                        $"{file.Path} has {found.Size} bytes; at most {options.FileBytesMax} are read."
                    ),
                    "Policy documents are small; move other files out of the policy folders."
                );
        }
        catch (ObjectDamagedException e)
        {
            throw e.Refuse($"{file.Path} cannot be read from {opened.ShownAddress}: blob {file.BlobId} is damaged");
        }
    }

    private void RequireTotal(OpenedRepository opened, long total)
    {
        if (total > options.TotalBytesMax)
            throw new RefusedException(
                SourceRefusalKind.TooLarge,
                string.Create(
                    CultureInfo.InvariantCulture,
                    $"The files of {opened.ShownAddress} sum up to more than {options.TotalBytesMax} bytes."
                )
            );
    }

    private static bool IsLfsPointer(ReadOnlySpan<byte> content) =>
        content.Length <= PointerBytesMax && content.StartsWith("version https://git-lfs.github.com/spec/"u8);

    private static Diagnostic Pointer(string path) =>
        new(
            Severity.Error,
            "PGG004",
            "The file is a Git LFS pointer; its content is not in the repository.",
            SourceSpan.WholeFile(path)
        )
        {
            Hint = "Take policy folders out of .gitattributes and commit the files themselves: git lfs migrate export.",
        };
}

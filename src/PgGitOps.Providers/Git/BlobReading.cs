using System.Globalization;
using LibGit2Sharp;
using PgGitOps.Core.Ports;
using PgGitOps.Core.Sources;
using Diagnostic = PgGitOps.Core.Sources.Diagnostic;

namespace PgGitOps.Providers.Git;

/// <summary>Contents of listed files, from the cache where it has them.</summary>
internal sealed class BlobReading(GitSourceOptions options, BlobCache cache)
{
    // The longest pointer that Git LFS writes is far below this.
    private const int PointerBytesMax = 1024;

    /// <exception cref="RefusedException">TooLarge, CorruptObject, IncompleteObjects.</exception>
    public (EquatableArray<SourceFile> Files, List<Diagnostic> Diagnostics) Read(OpenedRepository opened, TreeList list, CancellationToken cancellation)
    {
        var generation = cache.NextGeneration();
        var files = new List<SourceFile>(list.Files.Count);
        var diagnostics = new List<Diagnostic>();
        long total = 0;
        foreach (var file in list.Files)
        {
            cancellation.ThrowIfCancellationRequested();
            var content = cache.Find(file.BlobId, generation) ?? ReadBlob(opened, file, generation);
            total += content.Length;
            if (total > options.TotalBytesMax)
                throw new RefusedException(SourceRefusalKind.TooLarge, string.Create(CultureInfo.InvariantCulture, $"The files of {opened.ShownAddress} sum up to more than {options.TotalBytesMax} bytes."));
            if (IsLfsPointer(content.Span))
                diagnostics.Add(Pointer(file.Path));
            else
                files.Add(new SourceFile(file.Path, file.BlobId.Sha, content));
        }
        cache.Trim();
        return (files.ToEquatableArray(), diagnostics);
    }

    private ReadOnlyMemory<byte> ReadBlob(OpenedRepository opened, ListedFile file, long generation)
    {
        try
        {
            // The header tells the size before the content is unpacked into memory.
            var size = opened.Repository.ObjectDatabase.RetrieveObjectMetadata(file.BlobId).Size;
            if (size > options.FileBytesMax)
                throw new RefusedException(
                    SourceRefusalKind.TooLarge,
                    string.Create(CultureInfo.InvariantCulture, $"{file.Path} has {size} bytes; at most {options.FileBytesMax} are read."),
                    "Policy documents are small; move other files out of the policy folders.");
            var blob = opened.Repository.Lookup<Blob>(file.BlobId) ?? throw opened.Absent($"{file.Path} (blob {file.BlobId.Sha})");
            using var stream = blob.GetContentStream();
            var content = new byte[size];
            stream.ReadExactly(content);
            cache.Add(file.BlobId, content, generation);
            return content;
        }
        catch (NotFoundException)
        {
            throw opened.Absent($"{file.Path} (blob {file.BlobId.Sha})");
        }
        catch (Exception e) when (e is LibGit2SharpException or EndOfStreamException)
        {
            throw new RefusedException(
                SourceRefusalKind.CorruptObject,
                $"{file.Path} cannot be read from {opened.ShownAddress}: blob {file.BlobId.Sha} is damaged ({e.Message}).",
                "Check the repository with git fsck, then restore or clone it again.");
        }
    }

    private static bool IsLfsPointer(ReadOnlySpan<byte> content) =>
        content.Length <= PointerBytesMax && content.StartsWith("version https://git-lfs.github.com/spec/"u8);

    private static Diagnostic Pointer(string path) => new(Severity.Error, "PGG004", "The file is a Git LFS pointer; its content is not in the repository.", SourceSpan.WholeFile(path))
    {
        Hint = "Take policy folders out of .gitattributes and commit the files themselves: git lfs migrate export.",
    };
}

using System.Globalization;
using System.IO.Enumeration;
using System.Security.Cryptography;
using System.Text;
using PgGitOps.Cli;
using PgGitOps.Core.Sources;
using PgGitOps.Providers.Git.Reading;

namespace PgGitOps.Revisions;

/// <summary>Policy files as they lie in a directory, committed or not: what the author of a pull request wants judged.</summary>
internal static class WorkTree
{
    // Past 1 MiB a document is a finding of its own, beside all others; only what nobody can mean ends the reading.
    private const long FileBytesMax = 32 << 20;
    private static readonly string[] Folders = ["policies", "environments", "schemas/kinds"];

    /// <returns>The files, and what a commit's reader says of links in place of documents.</returns>
    public static (SourceTree Tree, EquatableArray<Diagnostic> Notes) Read(string root, DateTimeOffset now)
    {
        if (!Directory.Exists(root))
            throw new UsageException($"there is no directory {root}");
        (string Full, string Path, bool IsLink)[] entries;
        Diagnostic[] misspelt;
        try
        {
            entries = Entries(root);
            misspelt = [.. Folders.SelectMany(f => Misspelt(root, f))];
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new UsageException(e.Message);
        }
        var found = Array.FindAll(entries, e => !e.IsLink && UnreadEntry.IsPlain(e.Path));
        if (entries.Length == 0 && misspelt.Length == 0)
            throw new UsageException($"{root} holds no documents", "documents are .yaml files below policies/ and environments/");
        var files = new SourceFile[found.Length];
        var wrong = new UsageException?[found.Length];
        Parallel.For(
            0,
            found.Length,
            i =>
            {
                try
                {
                    files[i] = Read(found[i].Full, found[i].Path);
                }
                catch (UsageException e)
                {
                    wrong[i] = e;
                }
            }
        );
        if (Array.Find(wrong, e => e is not null) is { } first)
            throw first;
        var tree = new SourceTree(
            new RevisionInfo("worktree", Environment.UserName, now, "files as they lie in the directory"),
            files.ToEquatableArray()
        );
        return (
            tree,
            entries
                .Where(e => e.IsLink || !UnreadEntry.IsPlain(e.Path))
                .Select(e => UnreadEntry.IsPlain(e.Path) ? UnreadEntry.Link(e.Path) : UnreadEntry.Name(e.Path))
                .Concat(misspelt)
                .ToEquatableArray()
        );
    }

    private static IEnumerable<Diagnostic> Misspelt(string root, string folder)
    {
        IEnumerable<string> found = [""];
        foreach (var part in folder.Split('/'))
            found = found.SelectMany(above =>
                Directory
                    .EnumerateDirectories(Path.Combine(root, above))
                    .Select(Path.GetFileName)
                    .Where(name => part.Equals(name, StringComparison.OrdinalIgnoreCase))
                    .Select(name => Path.Combine(above, name!))
            );
        return found
            .Where(path => path != folder)
            .Order(StringComparer.Ordinal)
            .Select(path => UnreadEntry.Spelling(path, folder));
    }

    private static (string Full, string Path, bool IsLink)[] Entries(string root) =>
        [
            .. Folders
                .Select(f => Path.Combine(root, f))
                .Where(Directory.Exists)
                .SelectMany(f => new FileSystemEnumerable<(string Full, bool IsLink)>(
                    f,
                    static (ref e) => (e.ToFullPath(), IsLink(ref e)),
                    new EnumerationOptions
                    {
                        RecurseSubdirectories = true,
                        AttributesToSkip = 0,
                        IgnoreInaccessible = false,
                    }
                )
                {
                    ShouldRecursePredicate = static (ref e) => !IsLink(ref e),
                    ShouldIncludePredicate = static (ref e) => (!e.IsDirectory || IsLink(ref e)) && IsWanted(e.FileName),
                })
                .Select(f => (f.Full, Path: Path.GetRelativePath(root, f.Full).Replace('\\', '/'), f.IsLink))
                .OrderBy(f => f.Path, StringComparer.Ordinal),
        ];

    // What is meant as a rule is wanted also where it is not read as one, so that somebody can say so.
    private static bool IsWanted(ReadOnlySpan<char> name) =>
        name.EndsWith(".yaml")
        || name.EndsWith(".yml")
        || name.EndsWith(".schema.json")
        || name.Contains(".csx", StringComparison.OrdinalIgnoreCase)
        || name.EndsWith(".cs", StringComparison.OrdinalIgnoreCase);

    private static bool IsLink(ref FileSystemEntry entry) => (entry.Attributes & FileAttributes.ReparsePoint) != 0;

    /// <summary>The rules alone, which are wanted before the thousands of documents beside them; none where they cannot be read.</summary>
    public static IReadOnlyList<SourceFile> Rules(string root)
    {
        try
        {
            var folder = Path.Combine(root, "policies", "rules");
            return !Directory.Exists(folder)
                ? []
                :
                [
                    .. Directory
                        .EnumerateFiles(
                            folder,
                            "*.csx",
                            new EnumerationOptions
                            {
                                RecurseSubdirectories = true,
                                AttributesToSkip = FileAttributes.ReparsePoint,
                            }
                        )
                        .Where(f => UnreadEntry.IsPlain(Path.GetRelativePath(root, f)))
                        .Select(f => Read(f, Path.GetRelativePath(root, f).Replace('\\', '/'))),
                ];
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or UsageException)
        {
            // Said when everything is read.
            return [];
        }
    }

    private static SourceFile Read(string full, string path)
    {
        try
        {
            // A pipe would hold the reader for ever, past every signal.
            using var file = RegularFile.TryOpen(full) ?? throw new UsageException($"{full} went away while it was read");
            var length = RandomAccess.GetLength(file);
            if (length > FileBytesMax)
                throw new UsageException(
                    string.Create(
                        CultureInfo.InvariantCulture,
                        $"{full} is {length} bytes long; documents have at most {FileBytesMax}"
                    )
                );
            // Git's own head before the content, so that both are hashed in one go.
            var head = Encoding.ASCII.GetBytes(string.Create(CultureInfo.InvariantCulture, $"blob {length}\0"));
            var bytes = new byte[head.Length + length];
            head.CopyTo(bytes, 0);
            for (var at = head.Length; at < bytes.Length; )
            {
                var read = RandomAccess.Read(file, bytes.AsSpan(at), at - head.Length);
                if (read == 0)
                    throw new UsageException($"{full} became shorter while it was read");
                at += read;
            }
            return new(path, BlobId(bytes), bytes.AsMemory(head.Length));
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new UsageException($"{full} cannot be read: {e.Message}");
        }
    }

    /// <summary>The id Git gives the same bytes, so that readings are shared with committed files.</summary>
    /// <param name="bytes">With Git's head before the content.</param>
    private static string BlobId(byte[] bytes)
    {
        // SHA-1 because Git's object ids are; nothing rests on its strength here.
#pragma warning disable CA5350
        return Convert.ToHexStringLower(SHA1.HashData(bytes));
#pragma warning restore CA5350
    }
}

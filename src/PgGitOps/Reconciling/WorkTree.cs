using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using PgGitOps.Commands;
using PgGitOps.Core.Sources;

namespace PgGitOps.Reconciling;

/// <summary>Policy files as they lie in a directory, committed or not: what the author of a pull request wants judged.</summary>
internal static class WorkTree
{
    private const long FileBytesMax = 4 << 20;
    private static readonly string[] Folders = ["policies", "environments", "schemas/kinds"];

    public static SourceTree Read(string root, DateTimeOffset now)
    {
        if (!Directory.Exists(root))
            throw new UsageException($"there is no directory {root}");
        var files = Folders
            .Select(f => Path.Combine(root, f))
            .Where(Directory.Exists)
            .SelectMany(f => Directory.EnumerateFiles(f, "*", new EnumerationOptions { RecurseSubdirectories = true, AttributesToSkip = FileAttributes.ReparsePoint }))
            .Where(f => f.EndsWith(".yaml", StringComparison.Ordinal) || f.EndsWith(".yml", StringComparison.Ordinal) || f.EndsWith(".csx", StringComparison.Ordinal) || f.EndsWith(".schema.json", StringComparison.Ordinal))
            .Select(f => Read(root, f))
            .OrderBy(f => f.Path, StringComparer.Ordinal)
            .ToEquatableArray();
        if (files.Count == 0)
            throw new UsageException($"{root} holds no documents", "documents are .yaml files below policies/ and environments/");
        return new(new RevisionInfo("worktree", Environment.UserName, now, "files as they lie in the directory"), files);
    }

    private static SourceFile Read(string root, string path)
    {
        try
        {
            var length = new FileInfo(path).Length;
            if (length > FileBytesMax)
                throw new UsageException(string.Create(CultureInfo.InvariantCulture, $"{path} is {length} bytes long; documents have at most {FileBytesMax}"));
            var content = File.ReadAllBytes(path);
            return new(Path.GetRelativePath(root, path).Replace('\\', '/'), BlobId(content), content);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new UsageException($"{path} cannot be read: {e.Message}");
        }
    }

    /// <summary>The id Git gives the same bytes, so that readings are shared with committed files.</summary>
    private static string BlobId(byte[] content)
    {
        byte[] head = Encoding.ASCII.GetBytes(string.Create(CultureInfo.InvariantCulture, $"blob {content.Length}\0"));
        // SHA-1 because Git's object ids are; nothing rests on its strength here.
#pragma warning disable CA5350
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA1);
#pragma warning restore CA5350
        hash.AppendData(head);
        hash.AppendData(content);
        return Convert.ToHexStringLower(hash.GetHashAndReset());
    }
}

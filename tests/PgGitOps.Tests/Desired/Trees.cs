using System.Security.Cryptography;
using System.Text;
using PgGitOps.Core.Desired;
using PgGitOps.Core.Sources;

namespace PgGitOps.Tests.Desired;

/// <summary>Source trees for tests: from text, or from the project's own directory.</summary>
internal static class Trees
{
    private static readonly RevisionInfo Revision = new(
        new string('0', 40),
        "Test Author <author@example.org>",
        DateTimeOffset.UnixEpoch,
        "Test"
    );

    public static SourceTree Of(params (string Path, string Text)[] files) =>
        OfBytes([.. files.Select(f => (f.Path, Encoding.UTF8.GetBytes(f.Text)))]);

    public static SourceTree OfBytes(params (string Path, byte[] Content)[] files) =>
        new(Revision, files.Select(f => new SourceFile(f.Path, BlobId(f.Content), f.Content)).ToEquatableArray());

    /// <summary>The documents that the project itself ships.</summary>
    public static SourceTree OfProject()
    {
        // Only the two document directories: the project's own build output holds thousands of files.
        var parts = new[] { "policies", "environments" }.Where(d => Directory.Exists(Path.Combine(ProjectDirectory, d)));
        return OfBytes([
            .. parts
                .SelectMany(part =>
                    AllOfDirectory(Path.Combine(ProjectDirectory, part)).Files.Select(f => (Path: $"{part}/{f.Path}", f.Content))
                )
                .OrderBy(f => f.Path, StringComparer.Ordinal)
                .Select(f => (f.Path, f.Content.ToArray())),
        ]);
    }

    public static SourceTree OfDirectory(string directory)
    {
        var all = AllOfDirectory(directory);
        return all with { Files = all.Files.Where(f => FleetReader.IsDocument(f.Path)).ToEquatableArray() };
    }

    public static SourceTree AllOfDirectory(string directory) =>
        OfBytes([
            .. Directory
                .EnumerateFiles(directory, "*", SearchOption.AllDirectories)
                .Select(p => (Path: Path.GetRelativePath(directory, p).Replace('\\', '/'), Full: p))
                .OrderBy(f => f.Path, StringComparer.Ordinal)
                .Select(f => (f.Path, File.ReadAllBytes(f.Full))),
        ]);

    public static string ProjectDirectory { get; } = FindProjectDirectory();

    public static string BlobId(byte[] content) => Convert.ToHexStringLower(SHA1.HashData(content));

    private static string FindProjectDirectory()
    {
        for (var directory = new DirectoryInfo(AppContext.BaseDirectory); directory is not null; directory = directory.Parent)
        {
            if (File.Exists(Path.Combine(directory.FullName, "PgGitOps.sln")))
                return directory.FullName;
        }
        throw new InvalidOperationException("The tests run below the directory of PgGitOps.sln.");
    }
}

using System.Globalization;
using LibGit2Sharp;
using PgGitOps.Core.Ports;
using PgGitOps.Core.Sources;
using Diagnostic = PgGitOps.Core.Sources.Diagnostic;

namespace PgGitOps.Providers.Git;

/// <summary>Names and blob ids below the wanted folders of one commit.</summary>
internal sealed record TreeList(IReadOnlyList<ListedFile> Files, IReadOnlyList<Diagnostic> Diagnostics);

/// <param name="BlobId">40 hex digits.</param>
internal sealed record ListedFile(string Path, string BlobId);

/// <summary>Lists trees and remembers each folder by its tree id, so that a commit costs only the folders it touched.</summary>
internal sealed class TreeListing(GitSourceOptions options)
{
    // Deeper nesting has no use here and would only serve to exhaust the stack.
    private const int DepthMax = 64;

    private readonly Lock gate = new();
    private Dictionary<(string, string), Folder> known = [];

    /// <exception cref="RefusedException">TooLarge, CorruptObject, IncompleteObjects.</exception>
    public TreeList List(OpenedRepository opened, Commit commit, CancellationToken cancellation)
    {
        Dictionary<(string, string), Folder> before;
        lock (gate)
            before = known;
        using var walk = new Walk(opened, options, before, cancellation);
        foreach (var folder in options.Folders)
            walk.Root(commit.Tree, folder);
        lock (gate)
            known = walk.Seen;
        walk.Files.Sort(static (left, right) => string.CompareOrdinal(left.Path, right.Path));
        walk.Diagnostics.Sort(static (left, right) => left.Span.CompareTo(right.Span));
        return new TreeList(walk.Files, walk.Diagnostics);
    }

    private sealed record Folder(IReadOnlyList<ListedFile> Files, IReadOnlyList<(string Path, string Id)> Folders, IReadOnlyList<Diagnostic> Diagnostics);

    private sealed class Walk(OpenedRepository opened, GitSourceOptions options, Dictionary<(string, string), Folder> before, CancellationToken cancellation) : IDisposable
    {
        private readonly Lazy<ObjectStore> objects = new(opened.OpenObjects);

        public Dictionary<(string, string), Folder> Seen { get; } = [];

        public List<ListedFile> Files { get; } = [];

        public List<Diagnostic> Diagnostics { get; } = [];

        public void Root(Tree root, string folder)
        {
            var entry = root[folder];
            switch (entry?.TargetType)
            {
                case TreeEntryTargetType.Tree:
                    Visit(entry.Target.Sha, folder, 1);
                    break;
                case TreeEntryTargetType.GitLink:
                    Diagnostics.Add(Submodule(folder));
                    break;
                case TreeEntryTargetType.Blob when entry.Mode == Mode.SymbolicLink:
                    Diagnostics.Add(UnreadEntry.Link(folder));
                    break;
            }
        }

        private void Visit(string treeId, string path, int depth)
        {
            cancellation.ThrowIfCancellationRequested();
            if (depth > DepthMax)
                throw new RefusedException(SourceRefusalKind.TooLarge, string.Create(CultureInfo.InvariantCulture, $"{PathText.Printable(path)} lies deeper than {DepthMax} folders."));
            if (!before.TryGetValue((treeId, path), out var folder) && !Seen.TryGetValue((treeId, path), out folder))
                folder = Enumerate(treeId, path);
            Seen[(treeId, path)] = folder;
            Files.AddRange(folder.Files);
            Diagnostics.AddRange(folder.Diagnostics);
            if (Files.Count > options.FilesMax)
                throw new RefusedException(
                    SourceRefusalKind.TooLarge,
                    string.Create(CultureInfo.InvariantCulture, $"{opened.ShownAddress} has more than {options.FilesMax} files in {string.Join(", ", options.Folders)}."));
            foreach (var (childPath, childId) in folder.Folders)
                Visit(childId, childPath, depth + 1);
        }

        public void Dispose()
        {
            if (objects.IsValueCreated)
                objects.Value.Dispose();
        }

        private Folder Enumerate(string treeId, string path)
        {
            var shown = $"folder {PathText.Printable(path)} (tree {treeId})";
            List<ListedFile> files = [];
            List<(string, string)> folders = [];
            List<Diagnostic> diagnostics = [];
            try
            {
                var tree = objects.Value.Read(treeId, ObjectKind.Tree) ?? throw opened.Absent(shown);
                foreach (var entry in new TreeEntries(tree))
                {
                    var name = entry.Name;
                    var entryPath = $"{path}/{name}";
                    if (!PathText.IsPlain(name))
                        diagnostics.Add(UnreadableName(path, name));
                    else if (entry.Kind == TreeEntryKind.Folder)
                        folders.Add((entryPath, entry.Id));
                    else if (entry.Kind == TreeEntryKind.Submodule)
                        diagnostics.Add(Submodule(entryPath));
                    else if (!options.Wanted(entryPath))
                        continue;
                    else if (entry.Kind == TreeEntryKind.Link)
                        diagnostics.Add(UnreadEntry.Link(entryPath));
                    else
                        files.Add(new ListedFile(entryPath, entry.Id));
                }
            }
            catch (ObjectDamagedException e)
            {
                throw e.Refuse($"{opened.ShownAddress} cannot be read: {shown} is damaged");
            }
            return new Folder(files, folders, diagnostics);
        }

        private static Diagnostic Submodule(string path) => new(Severity.Error, "PGG002", "A submodule is not read.", SourceSpan.WholeFile(path))
        {
            Hint = "Policies live in one repository, so that one commit names them all.",
        };

        private static Diagnostic UnreadableName(string folder, string name) => new(
            Severity.Error,
            "PGG003",
            "A name that is not UTF-8 or contains control characters is not read.",
            SourceSpan.WholeFile($"{folder}/{PathText.Printable(name)}"))
        {
            Hint = "Rename it: git mv.",
        };
    }
}

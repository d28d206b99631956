using System.Globalization;
using PgGitOps.Core.Ports;
using PgGitOps.Core.Sources;
using PgGitOps.Providers.Git.Objects;
using PgGitOps.Providers.Git.Reading;
using PgGitOps.Providers.Git.Repositories;
using Diagnostic = PgGitOps.Core.Sources.Diagnostic;

namespace PgGitOps.Providers.Git.Trees;

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
    public TreeList List(OpenedRepository opened, CommitObject commit, CancellationToken cancellation)
    {
        Dictionary<(string, string), Folder> before;
        lock (gate)
            before = known;
        var walk = new Walk(opened, options, before, cancellation);
        foreach (var folder in options.Folders)
            walk.Root(commit.TreeId, folder);
        lock (gate)
            known = walk.Seen;
        // Folders come in order already, unless one of them has a file beside it of a name that begins as its own.
        if (!IsSorted(walk.Files))
            walk.Files.Sort(static (left, right) => string.CompareOrdinal(left.Path, right.Path));
        walk.Diagnostics.Sort(static (left, right) => left.Span.CompareTo(right.Span));
        return new TreeList(walk.Files, walk.Diagnostics);
    }

    private static bool IsSorted(List<ListedFile> files)
    {
        for (var i = 1; i < files.Count; i++)
        {
            if (string.CompareOrdinal(files[i - 1].Path, files[i].Path) > 0)
                return false;
        }
        return true;
    }

    /// <param name="Tree">The bytes of the object that it was listed from.</param>
    private sealed record Folder(
        IReadOnlyList<ListedFile> Files,
        IReadOnlyList<(string Path, string Id)> Folders,
        IReadOnlyList<Diagnostic> Diagnostics,
        byte[] Tree
    )
    {
        /// <summary>This folder as it is listed from another object that differs in the contents of some files alone; null where more is different.</summary>
        /// <remarks>What is wrong with a folder is found among names, kinds and order, and these are the same.</remarks>
        public Folder? Edited(byte[] tree, string path)
        {
            if (Diagnostics.Count > 0 || TreeEdits.Between(Tree, tree) is not { } edits)
                return null;
            ListedFile[] files = [.. Files];
            foreach (var (name, id) in edits)
            {
                // A file that is not wanted stands in no list.
                var edited = $"{path}/{name}";
                var index = Array.FindIndex(files, f => f.Path == edited);
                if (index >= 0)
                    files[index] = new ListedFile(edited, id);
            }
            return this with { Files = files, Tree = tree };
        }
    }

    private sealed class Walk(
        OpenedRepository opened,
        GitSourceOptions options,
        Dictionary<(string, string), Folder> before,
        CancellationToken cancellation
    )
    {
        private readonly HashSet<string> found = new(StringComparer.Ordinal);
        private Dictionary<string, Folder>? places;

        public Dictionary<(string, string), Folder> Seen { get; } = [];

        public List<ListedFile> Files { get; } = [];

        public List<Diagnostic> Diagnostics { get; } = [];

        public void Root(string rootId, string folder)
        {
            var parts = folder.Split('/');
            var treeId = rootId;
            for (var depth = 0; depth < parts.Length; depth++)
            {
                var above = string.Join('/', parts[..depth]);
                var entries = Parse(treeId, above, out var faults);
                // What is between the root and a wanted folder decides which one that is.
                if (faults.Count > 0)
                {
                    if (found.Add(above))
                        Diagnostics.AddRange(faults);
                    return;
                }
                foreach (var path in Misspelt(entries, above, parts, depth))
                    Diagnostics.Add(UnreadEntry.Spelling(path, folder));
                var here = string.Join('/', parts[..(depth + 1)]);
                if (entries.FirstOrDefault(one => one.Name == parts[depth]) is not { Id: { } id } entry)
                    return;
                switch (entry.Kind)
                {
                    case TreeEntryKind.Folder:
                        treeId = id;
                        break;
                    case TreeEntryKind.Submodule:
                        Diagnostics.Add(Submodule(here));
                        return;
                    case TreeEntryKind.Link:
                        Diagnostics.Add(UnreadEntry.Link(here));
                        return;
                    default:
                        return;
                }
            }
            Visit(treeId, folder, 1);
        }

        /// <summary>Folders that would be the wanted one if case did not count.</summary>
        /// <param name="above">Spelt as it is read, unless it is one of them itself.</param>
        private List<string> Misspelt(List<RawTreeEntry> entries, string above, string[] parts, int depth)
        {
            List<string> found = [];
            foreach (
                var entry in entries.Where(e =>
                    e.Kind == TreeEntryKind.Folder && e.Name.Equals(parts[depth], StringComparison.OrdinalIgnoreCase)
                )
            )
            {
                var exact = above == string.Join('/', parts[..depth]) && entry.Name == parts[depth];
                if (exact)
                    continue;
                var here = above.Length == 0 ? entry.Name : $"{above}/{entry.Name}";
                if (depth == parts.Length - 1)
                    found.Add(here);
                else
                    found.AddRange(Misspelt(Parse(entry.Id, here, out _), here, parts, depth + 1));
            }
            return found;
        }

        private void Visit(string treeId, string path, int depth)
        {
            cancellation.ThrowIfCancellationRequested();
            if (depth > DepthMax)
                throw new RefusedException(
                    SourceRefusalKind.TooLarge,
                    string.Create(CultureInfo.InvariantCulture, $"{HiddenText.Shown(path)} lies deeper than {DepthMax} folders.")
                );
            if (!before.TryGetValue((treeId, path), out var folder) && !Seen.TryGetValue((treeId, path), out folder))
                folder = Enumerate(treeId, path);
            Seen[(treeId, path)] = folder;
            Files.AddRange(folder.Files);
            Diagnostics.AddRange(folder.Diagnostics);
            if (Files.Count > options.FilesMax)
                throw new RefusedException(
                    SourceRefusalKind.TooLarge,
                    string.Create(
                        CultureInfo.InvariantCulture,
                        $"{opened.ShownAddress} has more than {options.FilesMax} files in {string.Join(", ", options.Folders)}."
                    )
                );
            foreach (var (childPath, childId) in folder.Folders)
                Visit(childId, childPath, depth + 1);
        }

        private Folder Enumerate(string treeId, string path)
        {
            List<ListedFile> files = [];
            List<(string, string)> folders = [];
            var tree = Find(treeId, path);
            if (Earlier(path)?.Edited(tree, path) is { } edited)
                return edited;
            var entries = Parse(tree, treeId, path, out var diagnostics);
            // Of a folder that shows one thing to a reviewer and another to a reader nothing is read.
            if (diagnostics.Count > 0)
                return new Folder(files, folders, diagnostics, tree);
            foreach (var entry in entries)
            {
                var name = entry.Name;
                var entryPath = $"{path}/{name}";
                if (!UnreadEntry.IsPlain(name))
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
            return new Folder(files, folders, diagnostics, tree);
        }

        /// <summary>The folder as the last commit had it.</summary>
        private Folder? Earlier(string path)
        {
            if (places is null)
            {
                places = new(before.Count, StringComparer.Ordinal);
                foreach (var ((_, place), folder) in before)
                    places[place] = folder;
            }
            return places.GetValueOrDefault(path);
        }

        private static string Shown(string treeId, string path) =>
            path.Length == 0 ? $"the root folder (tree {treeId})" : $"folder {HiddenText.Shown(path)} (tree {treeId})";

        private byte[] Find(string treeId, string path)
        {
            try
            {
                return opened.Find(treeId, ObjectKind.Tree) ?? throw opened.Absent(Shown(treeId, path));
            }
            catch (ObjectDamagedException e)
            {
                throw e.Refuse($"{opened.ShownAddress} cannot be read: {Shown(treeId, path)} is damaged");
            }
        }

        private List<RawTreeEntry> Parse(string treeId, string path, out List<Diagnostic> faults) =>
            Parse(Find(treeId, path), treeId, path, out faults);

        private List<RawTreeEntry> Parse(byte[] tree, string treeId, string path, out List<Diagnostic> faults)
        {
            try
            {
                var entries = new List<RawTreeEntry>();
                foreach (var entry in new TreeEntries(tree))
                    entries.Add(entry);
                faults =
                [
                    .. TreeRules
                        .Faults(entries, entry => Matters(path, entry))
                        .Select(fault => Malformed(path, treeId, fault.Name, fault.Problem)),
                ];
                return entries;
            }
            catch (ObjectDamagedException e)
            {
                throw e.Refuse($"{opened.ShownAddress} cannot be read: {Shown(treeId, path)} is damaged");
            }
        }

        // Two names that some file systems take for one matter where one of them is read.
        private bool Matters(string path, RawTreeEntry entry)
        {
            if (options.Folders.Any(folder => path == folder || path.StartsWith(folder + "/", StringComparison.Ordinal)))
                return entry.Kind == TreeEntryKind.Folder || options.Wanted($"{path}/{entry.Name}");
            var here = path.Length == 0 ? entry.Name : $"{path}/{entry.Name}";
            return options.Folders.Any(folder => $"{folder}/".StartsWith($"{here}/", StringComparison.OrdinalIgnoreCase));
        }

        private static Diagnostic Malformed(string folder, string treeId, string name, string problem) =>
            new(
                Severity.Error,
                "PGG006",
                $"Tree {treeId} {problem}; nothing of this folder is read.",
                SourceSpan.WholeFile(HiddenText.Shown(folder.Length == 0 ? name : $"{folder}/{name}"))
            )
            {
                Hint =
                    "Not every reader of Git shows such a folder in the same way. Make it anew from a checkout: git rm -r --cached, git add, git commit; git fsck shows what else is wrong.",
            };

        private static Diagnostic Submodule(string path) =>
            new(Severity.Error, "PGG002", "A submodule is not read.", SourceSpan.WholeFile(path))
            {
                Hint = "Policies live in one repository, so that one commit names them all.",
            };

        private static Diagnostic UnreadableName(string folder, string name) =>
            new(
                Severity.Error,
                "PGG003",
                "A name that is not UTF-8 or contains control characters is not read.",
                SourceSpan.WholeFile($"{folder}/{HiddenText.Shown(name)}")
            )
            {
                Hint = "Rename it: git mv.",
            };
    }
}

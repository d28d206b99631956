using PgGitOps.Core.Policies;
using PgGitOps.Core.Sources;

namespace PgGitOps.Cli;

/// <summary>Writes safe edits into the files of a directory and shows them on stderr.</summary>
internal static class FileFixes
{
    /// <returns>True when a file was changed.</returns>
    public static bool Write(Invocation invocation, string root, SourceTree tree, RuleReport report)
    {
        var changed = false;
        foreach (var file in SafeFixes.Of(report).GroupBy(e => e.At.Path).OrderBy(g => g.Key, StringComparer.Ordinal))
        {
            var source = tree.Files.Single(f => f.Path == file.Key);
            if (SafeFixes.Apply(source, [.. file]) is not { } mended)
            {
                invocation.WriteError($"{file.Key}: not mended: the change would touch more than the value; do it by hand");
                continue;
            }
            var path = Path.Combine(root, file.Key);
            try
            {
                if (!File.ReadAllBytes(path).AsSpan().SequenceEqual(source.Content.Span))
                    throw new UsageException($"{path} was changed while it was judged", "run validate --fix again");
                File.WriteAllText(path, mended.Text);
            }
            catch (Exception e) when (e is IOException or UnauthorizedAccessException)
            {
                throw new UsageException($"{path} cannot be written: {e.Message}");
            }
            invocation.WriteError(mended.Diff.TrimEnd('\n'));
            changed = true;
        }
        return changed;
    }
}

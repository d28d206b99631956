using System.Text;

namespace PgGitOps.Providers.Git.Trees;

/// <summary>What differs between two versions of a folder, where that is the contents of files alone.</summary>
internal static class TreeEdits
{
    // More than that are listed anew.
    private const int EditsMax = 64;
    private const int IdBytes = 20;

    /// <param name="before">A folder that was read, and found to be one.</param>
    /// <returns>Names, and the ids they have now; null where a name, a kind, a subfolder or their number differs, or where there are many.</returns>
    public static IReadOnlyList<(string Name, string Id)>? Between(byte[] before, byte[] now)
    {
        if (before.Length != now.Length)
            return null;
        List<(string, string)> edits = [];
        var at = 0;
        // Whole entries before the first difference are passed over one by one, for an id may hold any byte.
        while (at < before.Length)
        {
            var head = before.AsSpan(at);
            var end = head.IndexOf((byte)0);
            if (end < 0 || head.Length - end - 1 < IdBytes)
                return null;
            var entry = end + 1 + IdBytes;
            if (!head[..entry].SequenceEqual(now.AsSpan(at, entry)))
            {
                // The mode of a file: 100644, 100755 or an old one of that kind.
                if (
                    edits.Count == EditsMax
                    || !head[..(end + 1)].SequenceEqual(now.AsSpan(at, end + 1))
                    || !head.StartsWith("100"u8)
                    || head.IndexOf((byte)' ') != 6
                )
                    return null;
                edits.Add((Encoding.UTF8.GetString(head[7..end]), Convert.ToHexStringLower(now.AsSpan(at + end + 1, IdBytes))));
            }
            at += entry;
        }
        return edits;
    }
}

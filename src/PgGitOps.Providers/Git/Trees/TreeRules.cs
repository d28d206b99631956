using System.Text;
using PgGitOps.Core.Sources;

namespace PgGitOps.Providers.Git.Trees;

/// <summary>What git itself would never write into a folder: entries that a checkout, a diff or another reader shows differently from what is read here.</summary>
/// <remarks>The rules of <c>git fsck</c>, and names that file systems of reviewers take for one.</remarks>
internal static class TreeRules
{
    private const int FaultsMax = 10;

    /// <param name="matters">Whether an entry is read; of others only what damages the folder as a whole is told.</param>
    /// <returns>A name, and what the folder does with it as the end of a sentence.</returns>
    public static IReadOnlyList<(string Name, string Problem)> Faults(
        IReadOnlyList<RawTreeEntry> entries,
        Func<RawTreeEntry, bool> matters
    )
    {
        List<(string, string)> faults = [];
        var exact = new HashSet<string>(entries.Count, StringComparer.Ordinal);
        var folded = new Dictionary<string, string>(entries.Count, StringComparer.OrdinalIgnoreCase);
        for (var i = 0; i < entries.Count && faults.Count < FaultsMax; i++)
        {
            var name = entries[i].Name;
            if (Illegal(name) is { } reason)
                faults.Add((Place(name), $"holds the name {Shown(name)}, {reason}"));
            // By bytes: different ones may look the same once they are read as text.
            else if (!exact.Add(Ascii.IsValid(name) ? name : Encoding.Latin1.GetString(entries[i].NameBytes.Span)))
                faults.Add((name, $"holds the name {Shown(name)} twice, and a checkout shows one of the two"));
            else if (i > 0 && Compare(entries[i - 1], entries[i]) >= 0)
                faults.Add((name, $"is not sorted: {Shown(name)} stands behind {Shown(entries[i - 1].Name)}"));
            else if (entries[i].Kind == TreeEntryKind.Other)
                faults.Add((name, $"gives {Shown(name)} a mode that Git has no meaning for"));
            else if (matters(entries[i]) && !folded.TryAdd(Fold(name), name) && folded[Fold(name)] is var other)
                faults.Add(
                    (
                        name,
                        $"holds both {Shown(name)} and {Shown(other)}, which are one file where names are compared without case"
                    )
                );
        }
        return faults;
    }

    private static string Shown(string name) => $"'{HiddenText.Shown(name)}'";

    // A diagnostic stands at a path; one that leads out of its folder would point elsewhere.
    private static string Place(string name) =>
        name.Replace('/', '?').Replace('\\', '?') is var flat && flat is "." or ".." ? "?" : flat;

    private static string? Illegal(string name) =>
        name switch
        {
            "." or ".." => "which names another folder",
            _ when name.Contains('/', StringComparison.Ordinal) => "which is a path and no name",
            _ when MayNameGit(name) && name.Split('\\').Any(part => IsGitDirectory(WithoutIgnored(part))) =>
                "which a checkout takes for Git's own directory",
            _ => null,
        };

    // On NTFS "git~1" is the short name of ".git", and trailing dots, spaces and streams do not count.
    private static bool IsGitDirectory(string name)
    {
        var plain = name.Split(':')[0].TrimEnd('.', ' ');
        return plain.Equals(".git", StringComparison.OrdinalIgnoreCase)
            || plain.Equals("git~1", StringComparison.OrdinalIgnoreCase);
    }

    // The comparer folds ASCII.
    private static string Fold(string name) => Ascii.IsValid(name) ? name : WithoutIgnored(name).ToUpperInvariant();

    // Most names hold no "git", nor characters that may stand between its letters, and are looked at no further.
    private static bool MayNameGit(string name) =>
        !Ascii.IsValid(name) || name.Contains("git", StringComparison.OrdinalIgnoreCase);

    // Characters that HFS+ leaves out when it compares names.
    private static string WithoutIgnored(string name) =>
        !Ascii.IsValid(name) && name.Any(IsIgnored) ? string.Concat(name.Where(c => !IsIgnored(c))) : name;

    private static bool IsIgnored(char c) =>
        c
            is (>= '\u200c' and <= '\u200f')
                or (>= '\u202a' and <= '\u202e')
                or (>= '\u206a' and <= '\u206f')
                or '\ufeff'
                or '\u200b';

    // Git sorts a folder as if its name ended in a slash.
    private static int Compare(RawTreeEntry left, RawTreeEntry right)
    {
        var a = left.NameBytes.Span;
        var b = right.NameBytes.Span;
        var common = Math.Min(a.Length, b.Length);
        var byCommon = a[..common].SequenceCompareTo(b[..common]);
        return byCommon != 0 ? byCommon : End(left, common) - End(right, common);
    }

    private static int End(RawTreeEntry entry, int at) =>
        at < entry.NameBytes.Length ? entry.NameBytes.Span[at]
        : entry.Kind == TreeEntryKind.Folder ? '/'
        : 0;
}

using System.Globalization;
using PgGitOps.Core.Sources;

namespace PgGitOps.Core.Observed;

/// <param name="Parent">Timeline that was left.</param>
/// <param name="At">Where it was left; WAL of the parent beyond it is not part of the child.</param>
public sealed record TimelineFork(int Parent, string At);

/// <summary>A timeline history file: the timelines that one descends from, the oldest first.</summary>
public sealed record TimelineAncestry(int Timeline, EquatableArray<TimelineFork> Forks)
{
    /// <param name="name">Such as <c>00000002.history</c>.</param>
    /// <param name="text">Lines of parent, switch point and a reason, with blanks between; lines of # are comments.</param>
    /// <returns>Null for another file's name, and for a text that is not one of these, such as a torn one.</returns>
    public static TimelineAncestry? TryParse(string name, string text)
    {
        if (
            name.Length != 16
            || !name.EndsWith(".history", StringComparison.Ordinal)
            || !int.TryParse(name.AsSpan(0, 8), NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out var timeline)
        )
            return null;
        List<TimelineFork> forks = [];
        foreach (var line in text.Split('\n', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries))
        {
            if (line[0] == '#')
                continue;
            var words = line.Split((char[]?)null, 3, StringSplitOptions.RemoveEmptyEntries);
            if (
                words.Length < 2
                || !int.TryParse(words[0], NumberStyles.None, CultureInfo.InvariantCulture, out var parent)
                || Lsn.TryParse(words[1]) is not { } at
            )
                return null;
            forks.Add(new TimelineFork(parent, at.ToString()));
        }
        return forks.Count == 0 ? null : new TimelineAncestry(timeline, forks.ToEquatableArray());
    }
}

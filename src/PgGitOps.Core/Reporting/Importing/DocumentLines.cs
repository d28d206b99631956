namespace PgGitOps.Core.Reporting.Importing;

/// <summary>A document that import wrote, line by line: every entry of a list or mapping begins on a line of its own.</summary>
internal sealed class DocumentLines(string yaml)
{
    private readonly List<string> lines = [.. yaml.TrimEnd('\n').Split('\n')];
    private readonly List<string> leftOut = [];

    public IReadOnlyList<string> LeftOut => leftOut;

    public override string ToString() => string.Join('\n', lines) + "\n";

    /// <summary>Puts comments in the place of entries, with what stands below them; a key without entries goes too.</summary>
    /// <param name="entries">Lines, counted from 1, each with the reason.</param>
    /// <returns>False where one of them is no entry that a document can do without.</returns>
    public bool TryLeaveOut(IEnumerable<KeyValuePair<int, string>> entries)
    {
        foreach (var (number, why) in entries.OrderByDescending(e => e.Key))
        {
            var at = number - 1;
            if (at < 0 || at >= lines.Count || Depth(at) < 4 || IsComment(at) || IsNeeded(at))
                return false;
            Replace(at, why);
        }
        return true;
    }

    private void Replace(int at, string why)
    {
        var depth = Depth(at);
        var end = at + 1;
        while (end < lines.Count && Depth(end) > depth)
            end++;
        var what = $"{lines[at].Trim()}: {why}";
        leftOut.Insert(0, new string([.. what.Select(c => char.IsControl(c) ? ' ' : c)]));
        lines[at] = $"{new string(' ', depth)}# left out: {leftOut[0]}";
        lines.RemoveRange(at + 1, end - at - 1);
        DropEmptyKey(at, depth);
    }

    /// <summary>The line above that now holds nothing but comments.</summary>
    private void DropEmptyKey(int at, int depth)
    {
        var key = at - 1;
        while (key >= 0 && Depth(key) >= depth)
            key--;
        if (key < 0 || !lines[key].EndsWith(':'))
            return;
        for (var below = key + 1; below < lines.Count && Depth(below) > Depth(key); below++)
        {
            if (!IsComment(below))
                return;
        }
        lines.RemoveAt(key);
    }

    /// <summary>A dash belongs to its entry: what stands beside it lies two deeper.</summary>
    private int Depth(int at) => lines[at].Length - lines[at].TrimStart(' ').Length;

    private bool IsComment(int at) => lines[at].AsSpan().TrimStart(' ').StartsWith("#", StringComparison.Ordinal);

    /// <summary>Members and what says which server they are.</summary>
    private bool IsNeeded(int at)
    {
        for (var above = at; above >= 0; above--)
        {
            if (Depth(above) == 2 && !IsComment(above))
                return lines[above].Trim() is "members:";
        }
        return true;
    }
}

using PgGitOps.Providers;

namespace PgGitOps.Cli;

/// <summary>Whose the state directory is, asked of every file before it is opened. One condition, whatever met it and how often; it ends with the next question once all is ours.</summary>
/// <param name="root">Null for the folder that a file lies in.</param>
internal sealed class StateOwnership(string? root)
{
    private readonly Lock gate = new();
    private readonly SortedDictionary<string, string> distrusted = new(StringComparer.Ordinal);

    private Action<string?> tell = _ => { };
    private string? told;

    /// <param name="listener">From now on told what stands where that changes, beginning with what does; null once nothing does.</param>
    public void TellTo(Action<string?> listener)
    {
        lock (gate)
        {
            tell = listener;
            if (told is not null)
                tell(told);
        }
    }

    /// <returns>Why what is at the path is neither believed nor written, or null.</returns>
    public string? Distrust(string path)
    {
        var found = Judge(path);
        lock (gate)
        {
            if (found is null && distrusted.Count == 0)
                return null;
            // Not everything is asked for at every pass: what stands is looked at whatever is asked for.
            foreach (var known in distrusted.Keys.ToList())
            {
                distrusted.Remove(known);
                Note(Judge(known));
            }
            Note(found);
            var now = distrusted.Count == 0 ? null : Told();
            if (now != told)
                tell(told = now);
        }
        return found?.Why;
    }

    /// <summary>Whether a problem is only what is told here already, in more words.</summary>
    public bool Explains(string problem)
    {
        lock (gate)
            return distrusted.Values.Any(why => problem.Contains(why, StringComparison.Ordinal));
    }

    private (string Path, string Why)? Judge(string path) => OwnDirectory.Distrust(root ?? Path.GetDirectoryName(path)!, path);

    private void Note((string Path, string Why)? found)
    {
        if (found is var (place, why))
            distrusted[place] = why;
    }

    private static bool IsOnTheWay(string known, string path) =>
        path.StartsWith(known, StringComparison.Ordinal)
        && (path.Length == known.Length || path[known.Length] == Path.DirectorySeparatorChar);

    // The outermost is first. Where that is the directory itself, what else was met lies in it.
    private string Told()
    {
        var (place, why) = distrusted.First();
        var others = distrusted.Keys.Count(k => !IsOnTheWay(place, k));
        return others == 0 ? why : $"{why}; and {others} more";
    }
}

namespace PgGitOps.Reconciling;

/// <summary>What is wrong with the state directory now, part by part. Each condition is said when it begins, when it changes and when it has ended; not at every pass.</summary>
internal sealed class StateConditions(Action<string> say)
{
    private readonly Lock gate = new();
    private readonly SortedDictionary<string, string> standing = new(StringComparer.Ordinal);

    /// <summary>One line each, ordered by part.</summary>
    public IReadOnlyList<string> Standing
    {
        get
        {
            lock (gate)
                return [.. standing.Values];
        }
    }

    /// <param name="part">Such as a file's name.</param>
    /// <param name="problem">Null once it is good.</param>
    public void Tell(string part, string? problem)
    {
        string? news = null;
        lock (gate)
        {
            if (problem is null)
            {
                if (standing.Remove(part))
                    news = $"state directory: {part} can be used again";
            }
            else if (!standing.TryGetValue(part, out var before) || before != problem)
            {
                standing[part] = problem;
                news = $"state directory: {problem}";
            }
        }
        if (news is not null)
            say(news);
    }
}

using PgGitOps.Core.Ports;

namespace PgGitOps.State;

/// <summary>What is wrong with the state directory now, part by part. Each condition is said when it begins, when it changes and when it has ended; not at every pass.</summary>
internal sealed class StateConditions(Action<string> say)
{
    private readonly Lock gate = new();
    private readonly SortedDictionary<string, string> standing = new(StringComparer.Ordinal);
    private IPassListener? listener;

    /// <summary>One line each, ordered by part.</summary>
    public IReadOnlyList<string> Standing
    {
        get
        {
            lock (gate)
                return [.. standing.Values];
        }
    }

    /// <summary>From now on it is told as events, beginning with what stands, and not said.</summary>
    public void TellTo(IPassListener events)
    {
        KeyValuePair<string, string>[] known;
        lock (gate)
        {
            listener = events;
            known = [.. standing];
        }
        foreach (var (part, problem) in known)
            events.Hear(new PassEvent.StateNotKept(part, problem));
    }

    /// <param name="part">Such as a file's name.</param>
    /// <param name="problem">Null once it is good.</param>
    public void Tell(string part, string? problem)
    {
        IPassListener? told;
        lock (gate)
        {
            if (problem is null ? !standing.Remove(part) : standing.TryGetValue(part, out var before) && before == problem)
                return;
            if (problem is not null)
                standing[part] = problem;
            told = listener;
        }
        if (told is not null)
            told.Hear(problem is null ? new PassEvent.StateKept(part) : new PassEvent.StateNotKept(part, problem));
        else
            say(problem is null ? $"state directory: {part} can be used again" : $"state directory: {problem}");
    }
}

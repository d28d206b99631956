using PgGitOps.Cli;
using PgGitOps.Core.Ports;

namespace PgGitOps.State;

/// <summary>What is wrong with the state directory now, part by part. Each condition is said when it begins, when it changes and when it has ended; not at every pass.</summary>
internal sealed class StateConditions
{
    /// <summary>The part that a directory, or something in it, which is not this user's is told as.</summary>
    public const string Owner = "owner";

    private readonly Action<string> say;
    private readonly StateOwnership ownership;
    private readonly Lock gate = new();
    private readonly SortedDictionary<string, string> standing = new(StringComparer.Ordinal);
    private IPassListener? listener;

    /// <param name="ownership">Of the state directory; null where files of one folder are all there is.</param>
    public StateConditions(Action<string> say, StateOwnership? ownership = null)
    {
        this.say = say;
        this.ownership = ownership ?? new(null);
        this.ownership.TellTo(problem => Tell(Owner, problem));
    }

    /// <summary>One line each, ordered by part.</summary>
    public IReadOnlyList<string> Standing
    {
        get
        {
            lock (gate)
                return [.. standing.Values];
        }
    }

    /// <summary>Asked before anything in the directory is read or written; what is told of it stands as a condition of its own.</summary>
    /// <returns>Why it is neither believed nor written, or null.</returns>
    public string? Distrust(string path) => ownership.Distrust(path);

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
        // What is somebody else's is told once, not by everything that needs it.
        if (part != Owner && problem is not null && ownership.Explains(problem))
            return;
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

namespace PgGitOps.Core.Desired;

/// <summary>"did you mean …?" from the names that would have been right.</summary>
public static class Suggestion
{
    // Nobody slips in a word longer than this; names of PostgreSQL end at 63.
    private const int LengthMax = 80;

    // Comparisons of two letters, or as many as looking at a candidate costs: about a millisecond.
    private const int WorkMax = 400_000,
        CandidateWork = 20;

    /// <summary>The nearest candidate within a third of the word's length; of several the first by ordinal order. Null where none is near, or where there are too many to compare.</summary>
    public static string? For(string word, IEnumerable<string> candidates)
    {
        if (word.Length > LengthMax)
            return null;
        string? best = null;
        var distanceMax = Math.Max(1, word.Length / 3);
        var bestDistance = distanceMax + 1;
        var upper = word.ToUpperInvariant();
        var left = WorkMax;
        foreach (var candidate in candidates)
        {
            left -= CandidateWork;
            if (Math.Abs(candidate.Length - word.Length) <= distanceMax)
            {
                // What is counted does not depend on the order of the candidates; so neither does the answer.
                left -= candidate.Length * word.Length;
                var distance = Distance(upper, candidate.ToUpperInvariant());
                if (
                    distance < bestDistance
                    || (distance == bestDistance && best is not null && string.CompareOrdinal(candidate, best) < 0)
                )
                    (best, bestDistance) = (candidate, distance);
            }
            if (left < 0)
                return null;
        }
        return best;
    }

    /// <summary><c> (did you mean 'x'?)</c> with a leading space, or an empty string.</summary>
    public static string Clause(string word, IEnumerable<string> candidates) =>
        For(word, candidates) is { } found ? $" (did you mean '{found}'?)" : "";

    /// <summary>So few slips make one of the other.</summary>
    internal static bool IsWithin(int slipsMax, string a, string b) =>
        Math.Abs(a.Length - b.Length) <= slipsMax && Distance(a, b) <= slipsMax;

    // Optimal string alignment: a swap of neighbours, the commonest slip, counts as one.
    private static int Distance(string a, string b)
    {
        var before = new int[b.Length + 1];
        var previous = new int[b.Length + 1];
        var current = new int[b.Length + 1];
        for (var j = 0; j <= b.Length; j++)
            previous[j] = j;
        for (var i = 1; i <= a.Length; i++)
        {
            current[0] = i;
            for (var j = 1; j <= b.Length; j++)
            {
                var cost = a[i - 1] == b[j - 1] ? 0 : 1;
                current[j] = Math.Min(Math.Min(current[j - 1], previous[j]) + 1, previous[j - 1] + cost);
                if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1])
                    current[j] = Math.Min(current[j], before[j - 2] + 1);
            }
            (before, previous, current) = (previous, current, before);
        }
        return previous[b.Length];
    }
}

/// <summary>Suggestions for the findings of one file: the first hundred get one. Whoever wrote more wrong names than that is no typist.</summary>
internal sealed class Suggestions
{
    private int left = 100;

    public string Clause(string word, IEnumerable<string> candidates) => left-- > 0 ? Suggestion.Clause(word, candidates) : "";
}

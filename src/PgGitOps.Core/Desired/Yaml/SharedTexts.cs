namespace PgGitOps.Core.Desired.Yaml;

/// <summary>One string for equal short texts: a fleet repeats its keys and words in every document.</summary>
/// <remarks>
/// A fixed table that forgets by overwriting. Threads may race for a slot; each writes a whole reference,
/// and losing only costs a second copy of a string.
/// </remarks>
internal static class SharedTexts
{
    private const int Slots = 4096;
    private const int LengthMax = 32;

    private static readonly string?[] Known = new string?[Slots];

    public static string Of(string text)
    {
        if (text.Length > LengthMax)
            return text;
        var slot = (int)((uint)string.GetHashCode(text, StringComparison.Ordinal) % Slots);
        var known = Known[slot];
        if (known == text)
            return known;
        Known[slot] = text;
        return text;
    }
}

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
        ref var known = ref Known[SlotOf(text)];
        if (known is { } shared && shared == text)
            return shared;
        return known = text;
    }

    /// <summary>The same without a string where one is known.</summary>
    public static string Of(ReadOnlySpan<char> text)
    {
        if (text.Length > LengthMax)
            return text.ToString();
        ref var known = ref Known[SlotOf(text)];
        if (known is { } shared && text.SequenceEqual(shared))
            return shared;
        return known = text.ToString();
    }

    private static uint SlotOf(ReadOnlySpan<char> text) => (uint)string.GetHashCode(text) % Slots;
}

namespace PgGitOps.Core.Sources;

/// <summary>Texts that are made of what others wrote, cut to a length that a report can hold a thousand of.</summary>
internal static class BoundedText
{
    /// <summary>The text, or its beginning with an ellipsis and how long it is. A pair of surrogates is never parted.</summary>
    public static string Cut(string text, int lengthMax)
    {
        if (text.Length <= lengthMax)
            return text;
        var end = char.IsHighSurrogate(text[lengthMax - 1]) ? lengthMax - 1 : lengthMax;
        return $"{text.AsSpan(0, end)}… ({text.Length} characters)";
    }

    /// <summary>The first few of a list, and how many follow them.</summary>
    public static string List(IReadOnlyCollection<string> texts, string separator = ", ")
    {
        const int ListedMax = 50,
            LengthMax = 64;
        var listed = string.Join(separator, texts.Take(ListedMax).Select(t => Cut(t, LengthMax)));
        return texts.Count <= ListedMax ? listed : $"{listed} and {texts.Count - ListedMax} more";
    }
}

using System.Text;

namespace PgGitOps.Core.Settings;

/// <summary>How the server takes a list of names apart (varlena.c).</summary>
public enum NameSyntax
{
    /// <summary>SplitIdentifierString: a name without quotes ends at a blank and is lower-cased.</summary>
    Identifiers,

    /// <summary>SplitGUCList: a name without quotes ends at a blank and keeps its case.</summary>
    Words,

    /// <summary>SplitDirectoriesString: a name without quotes ends at the comma and keeps its case.</summary>
    Files,
}

/// <summary>Values that are lists of names behind commas.</summary>
public static class NameList
{
    private static readonly char[] Blanks = [' ', '\t', '\n', '\r', '\v', '\f'];

    /// <summary>Names without their quotes, in their order. A name that is written <c>""</c> is an item of its own; an empty text has none.</summary>
    /// <returns>Null where the server refuses the list: a quote stays open, or a comma has no name beside it.</returns>
    public static IReadOnlyList<string>? Split(string text, NameSyntax syntax)
    {
        List<string> names = [];
        var at = PastBlanks(text, 0);
        if (at == text.Length)
            return names;
        while (true)
        {
            if (at == text.Length || (text[at] == '"' ? Quoted(text, ref at) : Bare(text, ref at, syntax)) is not { } name)
                return null;
            names.Add(name);
            at = PastBlanks(text, at);
            if (at == text.Length)
                return names;
            if (text[at] != ',')
                return null;
            at = PastBlanks(text, at + 1);
        }
    }

    /// <summary>Names as the server itself would write them: in quotes where a bare one would not be read back as it is.</summary>
    public static string Join(IEnumerable<string> names) => string.Join(", ", names.Select(Quote));

    // As quote_identifier(). It also quotes reserved words, which makes no difference to who reads a list.
    private static string Quote(string name) =>
        name.Length > 0
        && !char.IsAsciiDigit(name[0])
        && name.All(c => char.IsAsciiLetterLower(c) || char.IsAsciiDigit(c) || c == '_')
            ? name
            : $"\"{name.Replace("\"", "\"\"", StringComparison.Ordinal)}\"";

    private static int PastBlanks(string text, int at)
    {
        while (at < text.Length && Array.IndexOf(Blanks, text[at]) >= 0)
            at++;
        return at;
    }

    private static string? Quoted(string text, ref int at)
    {
        var name = new StringBuilder();
        for (at++; at < text.Length; at++)
        {
            if (text[at] == '"' && (at + 1 == text.Length || text[at + 1] != '"'))
            {
                at++;
                return name.ToString();
            }
            if (text[at] == '"')
                at++;
            name.Append(text[at]);
        }
        return null;
    }

    private static string? Bare(string text, ref int at, NameSyntax syntax)
    {
        var start = at;
        while (at < text.Length && text[at] != ',' && (syntax == NameSyntax.Files || Array.IndexOf(Blanks, text[at]) < 0))
            at++;
        var name = text[start..at].TrimEnd(Blanks);
        if (name.Length == 0)
            return null;
        return syntax == NameSyntax.Identifiers ? Folded(name) : name;
    }

    // Letters beyond ASCII keep their case in every encoding of more than one byte.
    internal static string Folded(string name) =>
        string.Create(
            name.Length,
            name,
            static (to, from) =>
            {
                for (var i = 0; i < to.Length; i++)
                    to[i] = char.IsAsciiLetterUpper(from[i]) ? (char)(from[i] | 0x20) : from[i];
            }
        );
}

using System.Text;
using System.Text.RegularExpressions;

namespace PgGitOps.Core.Desired.Schemas.Own;

/// <summary>A pattern of a schema: of our own by .NET, which is faster; of a repository's by <see cref="PatternProgram"/>, whose steps are counted.</summary>
internal sealed record SchemaPattern(Regex? Own, PatternProgram? Program)
{
    public static SchemaPattern? Of(string pattern, bool trusted)
    {
        if (trusted)
            return OwnPattern.Compile(pattern) is { } regex ? new(regex, null) : null;
        return PatternProgram.Compile(pattern) is { } program ? new(null, program) : null;
    }

    public int Size => Program?.Size ?? 0;

    public bool Matches(string text, SchemaBudget budget) =>
        Own is { } regex ? regex.IsMatch(text) : Program!.Matches(text, budget);
}

/// <summary>A regular expression as JSON Schema means it (ECMAScript, by code points) → one of .NET that is matched in linear time.</summary>
internal static class OwnPattern
{
    // Outside the basic plane a character is two of .NET's.
    private const string Astral = "[\\uD800-\\uDBFF][\\uDC00-\\uDFFF]";
    private const string Halves = "\\uD800-\\uDFFF";
    private const string NoLineEnd = "\\n\\r\\u2028\\u2029";

    /// <returns>Null where it cannot be: look-around, back references, or what the two dialects read differently.</returns>
    public static Regex? Compile(string pattern)
    {
        try
        {
            return Translate(pattern) is { } text
                ? new Regex(text, RegexOptions.NonBacktracking | RegexOptions.CultureInvariant)
                : null;
        }
        catch (Exception e) when (e is ArgumentException or NotSupportedException)
        {
            return null;
        }
    }

    private static string? Translate(string pattern)
    {
        var to = new StringBuilder(pattern.Length + 8);
        for (var i = 0; i < pattern.Length; i++)
        {
            switch (pattern[i])
            {
                case '\\':
                    if (Escape(pattern, ref i, inClass: false) is not { } escape)
                        return null;
                    to.Append(escape);
                    break;
                case '$':
                    to.Append("\\z");
                    break;
                case '.':
                    to.Append($"(?:[^{NoLineEnd}{Halves}]|{Astral})");
                    break;
                case '[':
                    if (Class(pattern, ref i) is not { } set)
                        return null;
                    to.Append(set);
                    break;
                case '('
                    when i + 1 < pattern.Length && pattern[i + 1] == '?' && !(i + 2 < pattern.Length && pattern[i + 2] == ':'):
                    return null;
                default:
                    to.Append(pattern[i]);
                    break;
            }
        }
        return to.ToString();
    }

    private static string? Class(string pattern, ref int i)
    {
        var negated = i + 1 < pattern.Length && pattern[i + 1] == '^';
        var to = new StringBuilder();
        for (i += negated ? 2 : 1; i < pattern.Length && pattern[i] != ']'; i++)
        {
            if (pattern[i] == '\\')
            {
                if (Escape(pattern, ref i, inClass: true) is not { } escape)
                    return null;
                to.Append(escape);
            }
            // Two of them are one member here, and a range to .NET.
            else if (char.IsSurrogate(pattern[i]))
                return null;
            else
                to.Append(pattern[i] == '[' ? "\\[" : pattern[i]);
        }
        // [] matches nothing and [^] anything: nobody means either.
        if (i >= pattern.Length || to.Length == 0)
            return null;
        return negated ? $"(?:[^{to}{Halves}]|{Astral})" : $"[{to}]";
    }

    private static string? Escape(string pattern, ref int i, bool inClass)
    {
        if (++i >= pattern.Length)
            return null;
        var c = pattern[i];
        switch (c)
        {
            case 'd':
                return inClass ? "0-9" : "[0-9]";
            case 'w':
                return inClass ? "a-zA-Z0-9_" : "[a-zA-Z0-9_]";
            case 'D' when !inClass:
                return $"(?:[^0-9{Halves}]|{Astral})";
            case 'W' when !inClass:
                return $"(?:[^a-zA-Z0-9_{Halves}]|{Astral})";
            case 's':
                return inClass ? "\\s\\uFEFF" : "[\\s\\uFEFF]";
            case 'n' or 'r' or 't' or 'f' or 'v' or 'b':
                return "\\" + c;
            case 'B' when !inClass:
                return "\\B";
            case '0' when i + 1 >= pattern.Length || !char.IsAsciiDigit(pattern[i + 1]):
                return "\\u0000";
            case 'x' when Hex(pattern, i + 1, 2) is { } two:
                i += 2;
                return "\\u00" + two;
            case 'u' when Hex(pattern, i + 1, 4) is { } four && !four.StartsWith("D8", StringComparison.OrdinalIgnoreCase):
                i += 4;
                return "\\u" + four;
            case 'p' or 'P' when pattern.IndexOf('}', i) is var end && end > i + 2 && pattern[i + 1] == '{':
                var property = pattern[i..(end + 1)];
                i = end;
                return "\\" + property;
            default:
                return char.IsAsciiLetterOrDigit(c) || char.IsSurrogate(c) ? null : "\\" + c;
        }
    }

    private static string? Hex(string pattern, int from, int length) =>
        from + length <= pattern.Length && pattern.Substring(from, length).All(char.IsAsciiHexDigit)
            ? pattern.Substring(from, length)
            : null;
}

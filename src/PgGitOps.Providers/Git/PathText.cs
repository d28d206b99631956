using System.Globalization;
using System.Text;

namespace PgGitOps.Providers.Git;

internal static class PathText
{
    /// <summary>False for a name that is not UTF-8 (its bytes were replaced on the way here) or has control characters.</summary>
    public static bool IsPlain(string name) =>
        !name.Any(c => char.IsControl(c) || c is '\uFFFD' or '\u2028' or '\u2029' || IsDirectionMark(c));

    /// <summary>The text with everything escaped that could hide or move what a terminal shows.</summary>
    public static string Printable(string text)
    {
        if (IsPlain(text))
            return text;
        var result = new StringBuilder(text.Length + 16);
        foreach (var c in text)
        {
            if (char.IsControl(c) || c is '\u2028' or '\u2029' || IsDirectionMark(c))
                result.Append(CultureInfo.InvariantCulture, $"\\u{(int)c:X4}");
            else
                result.Append(c);
        }
        return result.ToString();
    }

    private static bool IsDirectionMark(char c) => c is (>= '\u202A' and <= '\u202E') or (>= '\u2066' and <= '\u2069');
}

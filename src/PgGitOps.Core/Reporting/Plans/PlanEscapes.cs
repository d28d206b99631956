using System.Globalization;
using System.Text;
using System.Text.Encodings.Web;
using PgGitOps.Core.Reporting.Text;

namespace PgGitOps.Core.Reporting.Plans;

/// <summary>Names and values come from servers and documents of others: they must not move a cursor, close a tag or start a heading.</summary>
internal static class PlanEscapes
{
    /// <summary>Control characters, and characters that reorder or hide text, become visible escapes.</summary>
    internal static string Terminal(string text)
    {
        if (!text.AsEnumerable().Any(IsHostile))
            return SafeOutput.BreakCommands(text);
        var safe = new StringBuilder(text.Length + 16);
        foreach (var c in text)
        {
            if (IsHostile(c))
                safe.Append(CultureInfo.InvariantCulture, $"\\u{(int)c:x4}");
            else
                safe.Append(c);
        }
        return SafeOutput.BreakCommands(safe.ToString());
    }

    internal static string Markdown(string text)
    {
        var safe = new StringBuilder(text.Length + 16);
        foreach (var c in Terminal(text))
        {
            switch (c)
            {
                case '<':
                    safe.Append("&lt;");
                    break;
                case '>':
                    safe.Append("&gt;");
                    break;
                case '&':
                    safe.Append("&amp;");
                    break;
                case '@':
                    // A name must not call people.
                    safe.Append("&#64;");
                    break;
                case '\\' or '`' or '*' or '_' or '[' or ']' or '|' or '~' or '#' or '!':
                    safe.Append('\\').Append(c);
                    break;
                default:
                    safe.Append(c);
                    break;
            }
        }
        return safe.ToString();
    }

    internal static string Html(string text) => HtmlEncoder.Default.Encode(Terminal(text));

    private static bool IsHostile(char c) =>
        char.IsControl(c)
        || c is '\uFFFE' or '\uFFFF'
        || CharUnicodeInfo.GetUnicodeCategory(c)
            is UnicodeCategory.Format
                or UnicodeCategory.LineSeparator
                or UnicodeCategory.ParagraphSeparator;
}

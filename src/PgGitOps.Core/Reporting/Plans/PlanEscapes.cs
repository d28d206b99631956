using System.Text;
using System.Text.Encodings.Web;
using PgGitOps.Core.Reporting.Text;

namespace PgGitOps.Core.Reporting.Plans;

/// <summary>Names and values come from servers and documents of others: they must not move a cursor, close a tag or start a heading.</summary>
internal static class PlanEscapes
{
    internal static string Terminal(string text) => VisibleText.Of(text);

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
}

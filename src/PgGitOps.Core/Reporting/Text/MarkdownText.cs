using System.Text;

namespace PgGitOps.Core.Reporting.Text;

/// <summary>Text from the repository inside Markdown: no markup, no HTML, no mention of a person comes out of it.</summary>
public static class MarkdownText
{
    public static string Escape(string text)
    {
        var escaped = new StringBuilder(text.Length + 8);
        foreach (var c in VisibleText.Of(text))
        {
            _ = c switch
            {
                '<' => escaped.Append("&lt;"),
                '>' => escaped.Append("&gt;"),
                '&' => escaped.Append("&amp;"),
                '@' => escaped.Append("&#64;"),
                '\\' or '`' or '*' or '_' or '[' or ']' or '|' or '~' or '#' or '!' => escaped.Append('\\').Append(c),
                _ => escaped.Append(c),
            };
        }
        return escaped.ToString();
    }

    /// <summary>A code span; a backtick inside becomes an apostrophe, because a table cell cannot hold a longer fence reliably.</summary>
    public static string Code(string text) =>
        $"`{VisibleText.Of(text).Replace('`', '\'').Replace("|", "\\|", StringComparison.Ordinal)}`";
}

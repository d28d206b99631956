namespace PgGitOps.Core.Reporting.Text;

/// <summary>Text inside HTML and SVG.</summary>
internal static class Html
{
    public static string Escape(string value) =>
        VisibleText
            .Of(value)
            .Replace("&", "&amp;", StringComparison.Ordinal)
            .Replace("<", "&lt;", StringComparison.Ordinal)
            .Replace(">", "&gt;", StringComparison.Ordinal)
            .Replace("\"", "&quot;", StringComparison.Ordinal)
            .Replace("'", "&#39;", StringComparison.Ordinal);
}

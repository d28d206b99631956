using System.Text;

namespace PgGitOps.Core.Planning.Settings;

/// <summary>Words of a libpq connection string of the form <c>keyword=value</c>, quoted or not. Of a URI it finds none.</summary>
internal static class Conninfo
{
    internal static IReadOnlyDictionary<string, string> Parse(string text)
    {
        var words = new Dictionary<string, string>(StringComparer.Ordinal);
        var at = 0;
        while (true)
        {
            while (at < text.Length && char.IsWhiteSpace(text[at]))
                at++;
            var equals = text.IndexOf('=', at);
            if (equals < 0)
                return words;
            var name = text[at..equals].Trim();
            at = equals + 1;
            while (at < text.Length && char.IsWhiteSpace(text[at]))
                at++;
            words[name] = Value(text, ref at);
        }
    }

    private static string Value(string text, ref int at)
    {
        var value = new StringBuilder();
        var quoted = at < text.Length && text[at] == '\'';
        if (quoted)
            at++;
        for (; at < text.Length; at++)
        {
            if (text[at] == '\\' && at + 1 < text.Length)
                value.Append(text[++at]);
            else if (quoted ? text[at] == '\'' : char.IsWhiteSpace(text[at]))
            {
                at++;
                break;
            }
            else
                value.Append(text[at]);
        }
        return value.ToString();
    }
}

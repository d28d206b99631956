using System.Globalization;
using System.Text;

namespace PgGitOps.Core.Policies;

/// <summary>Texts that rules made, before anybody prints them.</summary>
/// <remarks>
/// A rule's text must not move a cursor, turn the direction of a line, start a workflow command of a CI system
/// (which stand at the start of a line) or hide behind a look-alike line break.
/// </remarks>
public static class PlainText
{
    /// <summary>One line: control, format and separator characters become visible escapes.</summary>
    public static string OneLine(string text)
    {
        if (!text.Any(c => Hides(c)))
            return text;
        var plain = new StringBuilder(text.Length + 16);
        for (var i = 0; i < text.Length; i++)
        {
            if (char.IsHighSurrogate(text[i]) && i + 1 < text.Length && char.IsLowSurrogate(text[i + 1]))
                plain.Append(text[i]).Append(text[++i]);
            else if (text[i] is '\n' or '\t')
                plain.Append(' ');
            else if (Hides(text[i]))
                plain.Append(CultureInfo.InvariantCulture, $"\\u{(int)text[i]:X4}");
            else
                plain.Append(text[i]);
        }
        return plain.ToString();
    }

    private static bool Hides(char c) =>
        char.IsControl(c)
        || char.IsSurrogate(c)
        || CharUnicodeInfo.GetUnicodeCategory(c)
            is UnicodeCategory.Format
                or UnicodeCategory.LineSeparator
                or UnicodeCategory.ParagraphSeparator;
}

using System.Globalization;
using System.Text;
using System.Text.RegularExpressions;
using PgGitOps.Core.Sources;

namespace PgGitOps.Core.Reporting.Text;

/// <summary>The last gate before a terminal, a log or a file of a CI system: nothing of a repository or a server gets through that one of them obeys, whichever report forgot it.</summary>
/// <remarks>
/// A terminal obeys control characters; a reader is misled by characters that turn or hide text; GitHub's runner obeys <c>##[command]</c>
/// anywhere in a line and <c>::command::</c> at its start behind white space, Azure <c>##vso[</c> anywhere, GitLab a section mark that ends in escapes.
/// What a report knows to be somebody else's goes through <see cref="VisibleText"/> before; line breaks can only be told apart there.
/// </remarks>
public static partial class SafeOutput
{
    // What our own reports colour with, and how the line of progress is rewritten.
    private static readonly string[] Styles = ["\e[0m", "\e[1m", "\e[2m", "\e[1;31m", "\e[1;33m", "\e[1;36m", "\e[K"];

    /// <summary>Text for people.</summary>
    public static string Text(string text) => CommandAtStart().Replace(Commands(text), "$1: :");

    /// <summary>Lines that are commands of ours, for GitHub: nothing inside them is another one.</summary>
    public static string Commands(string text)
    {
        var safe = new StringBuilder(text.Length);
        for (var i = 0; i < text.Length; )
        {
            if (text[i] is >= ' ' and <= '~' or '\n' or '\t')
                safe.Append(text[i++]);
            else if (Array.Find(Styles, s => string.CompareOrdinal(text, i, s, 0, s.Length) == 0) is { } style)
            {
                safe.Append(style);
                i += style.Length;
            }
            else if (
                text[i] == '\r'
                && i + 1 < text.Length
                && (text[i + 1] == '\n' || string.CompareOrdinal(text, i + 1, "\e[K", 0, 3) == 0)
            )
                safe.Append(text[i++]);
            else
            {
                var whole = Rune.TryGetRuneAt(text, i, out var rune);
                safe.Append(
                    whole && !HiddenText.IsHidden(rune) ? rune.ToString() : HiddenText.Escape(whole ? rune.Value : text[i])
                );
                i += whole ? rune.Utf16SequenceLength : 1;
            }
        }
        return BreakCommands(safe.ToString());
    }

    /// <summary>JSON: what a terminal or a CI system would obey stands in texts only, and is escaped there; it reads as before.</summary>
    public static string Json(string json)
    {
        var safe = new StringBuilder(json.Length);
        foreach (var c in BracketCommand().Replace(json, m => "#\\u0023" + m.Value[2..]))
        {
            if (c is >= ' ' and <= '~' or '\n' || !(char.IsControl(c) || IsFormat(c) || c is '\uFFFE' or '\uFFFF'))
                safe.Append(c);
            else
                safe.Append(CultureInfo.InvariantCulture, $"\\u{(int)c:x4}");
        }
        return safe.ToString();
    }

    /// <summary>Commands that are obeyed anywhere in a line, made not to be one.</summary>
    internal static string BreakCommands(string text) =>
        text.Contains("##", StringComparison.Ordinal) ? BracketCommand().Replace(text, m => "# #" + m.Value[2..]) : text;

    private static bool IsFormat(char c) =>
        CharUnicodeInfo.GetUnicodeCategory(c)
            is UnicodeCategory.Format
                or UnicodeCategory.LineSeparator
                or UnicodeCategory.ParagraphSeparator;

    [GeneratedRegex(@"##[A-Za-z]*\[")]
    private static partial Regex BracketCommand();

    // White space of one line: over lines, every blank one would be gone through once more from each before it.
    [GeneratedRegex(@"^([^\S\n]*)::", RegexOptions.Multiline)]
    private static partial Regex CommandAtStart();
}

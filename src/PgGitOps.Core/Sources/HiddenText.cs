using System.Globalization;
using System.Text;

namespace PgGitOps.Core.Sources;

/// <summary>Characters that a terminal obeys or that no reader sees, and the one way in which they are shown: <c>\u202E</c>.</summary>
/// <remarks>As an escape, so that two texts which differ in them only do not look the same.</remarks>
public static class HiddenText
{
    /// <summary>The text with everything escaped that could hide, or move, what a terminal shows.</summary>
    public static string Shown(string text) => Replace(text, Escape);

    /// <summary>One character for one, where places below a line are pointed at.</summary>
    public static string Cells(string text) => Replace(text, static _ => "\uFFFD");

    /// <summary>Control characters move the cursor and start escape sequences; format characters turn the direction of what follows; what is no character is refused by XML.</summary>
    public static bool IsHidden(Rune rune) =>
        Rune.IsControl(rune)
        || (rune.Value & 0xFFFE) == 0xFFFE
        || rune.Value is >= 0xFDD0 and <= 0xFDEF
        || Rune.GetUnicodeCategory(rune)
            is UnicodeCategory.Format
                or UnicodeCategory.LineSeparator
                or UnicodeCategory.ParagraphSeparator;

    /// <param name="code">A character, or the half of one that stands alone.</param>
    public static string Escape(int code) =>
        code > 0xFFFF ? FormattableString.Invariant($"\\U{code:X8}") : FormattableString.Invariant($"\\u{code:X4}");

    private static string Replace(string text, Func<int, string> show)
    {
        if (text.AsSpan().IndexOfAnyExceptInRange(' ', '~') < 0)
            return text;
        var shown = new StringBuilder(text.Length + 16);
        for (var i = 0; i < text.Length; )
        {
            var whole = Rune.TryGetRuneAt(text, i, out var rune);
            if (whole && !IsHidden(rune))
                shown.Append(text.AsSpan(i, rune.Utf16SequenceLength));
            else
                shown.Append(show(whole ? rune.Value : text[i]));
            i += whole ? rune.Utf16SequenceLength : 1;
        }
        return shown.ToString();
    }
}

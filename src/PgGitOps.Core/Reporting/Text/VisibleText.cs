using System.Text;

namespace PgGitOps.Core.Reporting.Text;

/// <summary>Text from the repository made safe to print: what a terminal or a log would obey is shown as U+FFFD instead.</summary>
public static class VisibleText
{
    private const char Replacement = '\uFFFD';

    public static string Of(string text)
    {
        var first = text.AsSpan().IndexOfAnyExceptInRange(' ', '~');
        if (first < 0)
            return SafeOutput.BreakCommands(text);
        var visible = new StringBuilder(text.Length);
        foreach (var rune in text.EnumerateRunes())
            visible.Append(IsObeyed(rune) ? Replacement.ToString() : rune.ToString());
        return SafeOutput.BreakCommands(visible.ToString());
    }

    /// <summary>The same for text that may have lines, such as what a program said: those after the first stand under it, so that none of them passes for a line of ours.</summary>
    public static string Lines(string text, int indent)
    {
        var margin = "\n" + new string(' ', indent);
        return string.Join(margin, text.ReplaceLineEndings("\n").Split('\n').Select(Of));
    }

    /// <summary>Columns a terminal gives to a character: 0 for marks, 2 for wide ones.</summary>
    internal static int Width(Rune rune)
    {
        if (
            Rune.GetUnicodeCategory(rune)
            is System.Globalization.UnicodeCategory.NonSpacingMark
                or System.Globalization.UnicodeCategory.EnclosingMark
        )
            return 0;
        return rune.Value switch
        {
            >= 0x1100
            and <= 0x115F
            or >= 0x2E80
            and <= 0xA4CF
            or >= 0xAC00
            and <= 0xD7A3
            or >= 0xF900
            and <= 0xFAFF
            or >= 0xFE30
            and <= 0xFE4F
            or >= 0xFF00
            and <= 0xFF60
            or >= 0xFFE0
            and <= 0xFFE6
            or >= 0x1F300
            and <= 0x1FAFF
            or >= 0x20000
            and <= 0x3FFFD => 2,
            _ => 1,
        };
    }

    // Control characters move the cursor and start escape sequences; format characters turn the direction of what follows; what is no character is refused by XML.
    internal static bool IsObeyed(Rune rune) =>
        Rune.IsControl(rune)
        || (rune.Value & 0xFFFE) == 0xFFFE
        || rune.Value is >= 0xFDD0 and <= 0xFDEF
        || Rune.GetUnicodeCategory(rune)
            is System.Globalization.UnicodeCategory.Format
                or System.Globalization.UnicodeCategory.LineSeparator
                or System.Globalization.UnicodeCategory.ParagraphSeparator;
}

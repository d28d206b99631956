using System.Text;
using PgGitOps.Core.Sources;

namespace PgGitOps.Core.Reporting.Text;

/// <summary>Text from the repository made safe to print: what a terminal or a log would obey is shown as an escape instead.</summary>
public static class VisibleText
{
    public static string Of(string text) => SafeOutput.BreakCommands(HiddenText.Shown(text));

    /// <summary>The same with one character for one, for a line below which places are pointed at.</summary>
    internal static string Cells(string text) => SafeOutput.BreakCommands(HiddenText.Cells(text));

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
}

using System.Globalization;
using System.Text;

namespace PgGitOps.Core.Policies;

/// <summary>Names of people and teams as a reader sees them: two that look alike are one.</summary>
/// <remarks>
/// A waiver is approved by somebody else than its owner. That is worth something only where the other name is another one to whoever
/// reviews it, so names with characters that cannot be seen, or with letters that stand in for others, are refused.
/// Tables of our own: the program carries no Unicode data beyond categories, so what they do not know is not compared but refused.
/// </remarks>
public static class PersonName
{
    private const string Accented =
        "àáâãäåāăąçćĉċčďđèéêëēĕėęěĝğġģĥħìíîïĩīĭįıĵķĺļľŀłñńņňŉòóôõöøōŏőŕŗřśŝşšſţťŧùúûüũūŭůűųŵýÿŷźżžɑɡɩ";
    private const string Plain = "aaaaaaaaacccccddeeeeeeeeegggghhiiiiiiiiijklllllnnnnnooooooooorrrssssstttuuuuuuuuuuwyyyzzzagi";
    private const string Cyrillic = "авекмнорстухіјѕԁԛԝѵьгпеёїйґһӏ";
    private const string CyrillicLike = "abekmhopctyxijsdqwvbrneeiurhl";
    private const string Greek = "αβγδεζηικνορτυχωϲϳ";
    private const string GreekLike = "abyoezniknoptuxwcj";
    private const string Armenian = "աոսօցհյԁզ";
    private const string ArmenianLike = "wnuoghjdq";

    /// <returns>What is wrong with a name, or null.</returns>
    public static string? Fault(string name)
    {
        Script? script = null;
        foreach (var rune in name.EnumerateRunes())
        {
            if (
                Rune.GetUnicodeCategory(rune)
                    is UnicodeCategory.Control
                        or UnicodeCategory.Format
                        or UnicodeCategory.LineSeparator
                        or UnicodeCategory.ParagraphSeparator
                        or UnicodeCategory.OtherNotAssigned
                        or UnicodeCategory.PrivateUse
                        or UnicodeCategory.Surrogate
                        or UnicodeCategory.NonSpacingMark
                        or UnicodeCategory.EnclosingMark
                || (Rune.IsWhiteSpace(rune) && rune.Value != ' ')
                || rune.Value is 0x115F or 0x1160 or 0x3164 or 0xFFA0 or 0x2800 or 0xFFFD
            )
                return string.Create(
                    CultureInfo.InvariantCulture,
                    $"holds U+{rune.Value:X4}, which cannot be seen or distinguished"
                );
            if (IsVariant(rune.Value))
                return string.Create(CultureInfo.InvariantCulture, $"holds U+{rune.Value:X4}, another form of a plain character");
            if (!Rune.IsLetter(rune))
                continue;
            var its = ScriptOf(rune.Value);
            if (script is { } before && before != its)
                return string.Create(CultureInfo.InvariantCulture, $"mixes letters of two scripts (U+{rune.Value:X4})");
            script = its;
        }
        return Skeleton(name).Length == 0 ? "names nobody" : null;
    }

    public static bool LookAlike(string one, string other) => Skeleton(one) == Skeleton(other);

    /// <summary>What two names that cannot be told apart have in common: letters and digits only, small, each by what it looks like.</summary>
    private static string Skeleton(string name)
    {
        var seen = new StringBuilder(name.Length);
        foreach (var rune in name.EnumerateRunes())
        {
            if (!Rune.IsLetterOrDigit(rune))
                continue;
            // As it stands, since I and l are alike and i and L are not; then small.
            var lower = Rune.ToLowerInvariant(rune);
            seen.Append(lower.IsBmp ? Like((char)lower.Value).ToString() : lower.ToString());
        }
        return seen.Replace("rn", "m").Replace("vv", "w").ToString();
    }

    private static char Like(char c)
    {
        foreach (
            var (from, to) in new[] { (Accented, Plain), (Cyrillic, CyrillicLike), (Greek, GreekLike), (Armenian, ArmenianLike) }
        )
        {
            if (from.IndexOf(c, StringComparison.Ordinal) is var at and >= 0 && at < to.Length)
            {
                c = to[at];
                break;
            }
        }
        return c switch
        {
            'i' or '1' => 'l',
            '0' => 'o',
            _ => c,
        };
    }

    // Full width, letterlike, circled, superscript, mathematical: a plain letter in other clothes.
    private static bool IsVariant(int c) =>
        c
            is (>= 0xFF00 and <= 0xFFEF)
                or (>= 0x2070 and <= 0x209C)
                or (>= 0x2100 and <= 0x218B)
                or (>= 0x2460 and <= 0x24FF)
                or (>= 0x1D00 and <= 0x1DBF)
                or (>= 0x02B0 and <= 0x02FF)
                or (>= 0x1D400 and <= 0x1D7FF)
                or (>= 0x1F100 and <= 0x1F1FF)
                or (>= 0xFB00 and <= 0xFB4F)
                or (>= 0xA720 and <= 0xA7FF);

    private enum Script
    {
        Latin,
        Greek,
        Cyrillic,
        Armenian,
        Cherokee,
        Hebrew,
        Arabic,
        EastAsian,
        Other,
    }

    private static Script ScriptOf(int c) =>
        c switch
        {
            < 0x0250 or (>= 0x1E00 and <= 0x1EFF) or 0x0251 or 0x0261 or 0x0269 => Script.Latin,
            (>= 0x0370 and <= 0x03FF) or (>= 0x1F00 and <= 0x1FFF) => Script.Greek,
            (>= 0x0400 and <= 0x052F) or (>= 0x1C80 and <= 0x1C8F) or (>= 0x2DE0 and <= 0x2DFF) or (>= 0xA640 and <= 0xA69F) =>
                Script.Cyrillic,
            >= 0x0530 and <= 0x058F => Script.Armenian,
            (>= 0x13A0 and <= 0x13FF) or (>= 0xAB70 and <= 0xABBF) => Script.Cherokee,
            >= 0x0590 and <= 0x05FF => Script.Hebrew,
            >= 0x0600 and <= 0x08FF => Script.Arabic,
            (>= 0x3040 and <= 0x9FFF) or (>= 0xAC00 and <= 0xD7AF) or (>= 0x20000 and <= 0x3FFFF) => Script.EastAsian,
            _ => Script.Other,
        };
}

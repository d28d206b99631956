using System.Globalization;

namespace PgGitOps.Core.Planning.Settings;

/// <summary>Spells a live parameter value as a person would write it: 16384 pages of 8kB are 128MB.</summary>
internal static class SettingDisplay
{
    private static readonly (string Unit, long Factor)[] Memory =
    [
        ("TB", 1L << 40),
        ("GB", 1L << 30),
        ("MB", 1L << 20),
        ("kB", 1L << 10),
        ("B", 1),
    ];

    private static readonly (string Unit, long Factor)[] Time =
    [
        ("d", 86_400_000),
        ("h", 3_600_000),
        ("min", 60_000),
        ("s", 1_000),
        ("ms", 1),
    ];

    /// <summary>An empty text gets a word; a text that is that word, quotes.</summary>
    internal static string OfText(string text) =>
        text switch
        {
            "" => "(empty)",
            "(empty)" => "'(empty)'",
            _ => text,
        };

    internal static string Of(SettingMeaning? meaning, string canonical, string text)
    {
        if (
            meaning is not { VarType: "integer", Unit: { } unit }
            || !long.TryParse(canonical, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var value)
            || value <= 0
        )
            return OfText(text);
        var digits = unit.Length - unit.TrimStart('0', '1', '2', '3', '4', '5', '6', '7', '8', '9').Length;
        var multiple = digits == 0 ? 1 : long.Parse(unit.AsSpan(0, digits), CultureInfo.InvariantCulture);
        foreach (var table in new[] { Memory, Time })
        {
            var factor = Array.Find(table, t => t.Unit == unit[digits..]).Factor;
            if (factor == 0 || value > long.MaxValue / (factor * multiple))
                continue;
            var total = value * multiple * factor;
            var best = Array.Find(table, t => total % t.Factor == 0);
            return string.Create(CultureInfo.InvariantCulture, $"{total / best.Factor}{best.Unit}");
        }
        return text;
    }
}

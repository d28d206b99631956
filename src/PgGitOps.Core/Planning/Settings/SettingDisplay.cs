using System.Globalization;
using PgGitOps.Core.Settings;

namespace PgGitOps.Core.Planning.Settings;

/// <summary>Spells a live parameter value as a person would write it: 16384 pages of 8kB are 128MB.</summary>
internal static class SettingDisplay
{
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
        if (SettingUnits.Of(unit) is not var (table, factor) || value > long.MaxValue / factor)
            return text;
        var total = value * factor;
        var best = table.First(t => total % t.Factor == 0);
        return string.Create(CultureInfo.InvariantCulture, $"{total / best.Factor}{best.Name}");
    }
}

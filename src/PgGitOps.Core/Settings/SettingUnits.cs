using System.Globalization;

namespace PgGitOps.Core.Settings;

/// <summary>Units of server settings, as guc.c knows them, the largest first.</summary>
/// <param name="Factor">Bytes, or microseconds.</param>
internal sealed record SettingUnits(string Name, long Factor)
{
    internal static IReadOnlyList<SettingUnits> Memory { get; } =
    [new("TB", 1L << 40), new("GB", 1L << 30), new("MB", 1L << 20), new("kB", 1L << 10), new("B", 1)];

    internal static IReadOnlyList<SettingUnits> Time { get; } =
    [
        new("d", 86_400_000_000),
        new("h", 3_600_000_000),
        new("min", 60_000_000),
        new("s", 1_000_000),
        new("ms", 1_000),
        new("us", 1),
    ];

    private static readonly IReadOnlyList<SettingUnits>[] Tables = [Memory, Time];

    /// <summary>The unit that a setting counts in may carry a multiple: <c>8kB</c>, <c>16MB</c>.</summary>
    /// <returns>Its table and what one of it comes to, in the table's own smallest unit; null for a unit nobody knows.</returns>
    internal static (IReadOnlyList<SettingUnits> Table, long Factor)? Of(string baseUnit)
    {
        var unit = baseUnit.TrimStart('0', '1', '2', '3', '4', '5', '6', '7', '8', '9');
        var digits = baseUnit.Length - unit.Length;
        var multiple = digits == 0 ? 1 : long.Parse(baseUnit.AsSpan(0, digits), CultureInfo.InvariantCulture);
        foreach (var table in Tables)
        {
            if (table.FirstOrDefault(t => t.Name == unit) is { } known)
                return (table, multiple * known.Factor);
        }
        return null;
    }
}

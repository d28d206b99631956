using System.Globalization;

namespace PgGitOps.Core.Planning.Settings;

/// <summary>Numbers with units, as guc.c reads them.</summary>
internal static class SettingNumber
{
    private static readonly (string Unit, double Factor)[] Memory =
    [
        ("TB", 1024.0 * 1024 * 1024 * 1024),
        ("GB", 1024.0 * 1024 * 1024),
        ("MB", 1024.0 * 1024),
        ("kB", 1024),
        ("B", 1),
    ];

    private static readonly (string Unit, double Factor)[] Time =
    [
        ("d", 86_400_000_000),
        ("h", 3_600_000_000),
        ("min", 60_000_000),
        ("s", 1_000_000),
        ("ms", 1_000),
        ("us", 1),
    ];

    internal static bool TryReadInteger(string text, string? baseUnit, out string canonical, out string problem)
    {
        canonical = "";
        if (!TryReadNumber(text, baseUnit, out var value, out problem))
            return false;
        var rounded = Math.Round(value, MidpointRounding.ToEven);
        if (rounded is < long.MinValue or >= long.MaxValue)
        {
            problem = "the value is out of range";
            return false;
        }
        canonical = ((long)rounded).ToString(CultureInfo.InvariantCulture);
        return true;
    }

    internal static bool TryReadReal(string text, string? baseUnit, out string canonical, out string problem)
    {
        canonical = "";
        if (!TryReadNumber(text, baseUnit, out var value, out problem))
            return false;
        canonical = SettingValue.Invariant(value == 0 ? 0 : value);
        return true;
    }

    private static bool TryReadNumber(string text, string? baseUnit, out double value, out string problem)
    {
        var trimmed = text.Trim();
        var length = NumberLength(trimmed);
        problem = Expectation(baseUnit);
        if (length == 0 || !TryParse(trimmed[..length], out value))
        {
            value = 0;
            return false;
        }
        var unit = trimmed[length..].Trim();
        return unit.Length == 0 || TryConvert(ref value, unit, baseUnit);
    }

    private static bool TryConvert(ref double value, string unit, string? baseUnit)
    {
        if (baseUnit is null || Table(baseUnit) is not { } table)
            return false;
        var baseFactor = BaseFactor(table, baseUnit);
        for (var i = 0; i < table.Length; i++)
        {
            if (table[i].Unit != unit)
                continue;
            var converted = value * table[i].Factor;
            // PostgreSQL rounds a fraction such as 30.1GB to a whole number of the next smaller unit.
            if (value != Math.Floor(value) && i + 1 < table.Length)
                converted = Math.Round(converted / table[i + 1].Factor, MidpointRounding.ToEven) * table[i + 1].Factor;
            value = converted / baseFactor;
            return true;
        }
        return false;
    }

    /// <summary>Base units may carry a multiple themselves: <c>8kB</c>, <c>16MB</c>.</summary>
    private static double BaseFactor((string Unit, double Factor)[] table, string baseUnit)
    {
        var digits = 0;
        while (digits < baseUnit.Length && char.IsAsciiDigit(baseUnit[digits]))
            digits++;
        var multiple = digits == 0 ? 1 : double.Parse(baseUnit.AsSpan(0, digits), CultureInfo.InvariantCulture);
        var unit = baseUnit[digits..];
        return multiple * table.First(t => t.Unit == unit).Factor;
    }

    private static (string Unit, double Factor)[]? Table(string baseUnit)
    {
        var unit = baseUnit.TrimStart('0', '1', '2', '3', '4', '5', '6', '7', '8', '9');
        if (Memory.Any(m => m.Unit == unit))
            return Memory;
        return Time.Any(t => t.Unit == unit) ? Time : null;
    }

    private static string Expectation(string? baseUnit) =>
        baseUnit switch
        {
            null => "expected a number without a unit",
            _ when Table(baseUnit) == Memory => "expected a size in B, kB, MB, GB or TB",
            _ when Table(baseUnit) == Time => "expected a duration in us, ms, s, min, h or d",
            _ => "expected a number",
        };

    private static int NumberLength(string text)
    {
        var i = text.Length > 0 && text[0] is '+' or '-' ? 1 : 0;
        if (text.AsSpan(i).StartsWith("0x", StringComparison.OrdinalIgnoreCase))
        {
            i += 2;
            while (i < text.Length && char.IsAsciiHexDigit(text[i]))
                i++;
            return i;
        }
        var digits = false;
        while (i < text.Length && (char.IsAsciiDigit(text[i]) || text[i] == '.'))
        {
            digits |= char.IsAsciiDigit(text[i]);
            i++;
        }
        if (!digits)
            return 0;
        if (i < text.Length && text[i] is 'e' or 'E')
        {
            var j = i + 1;
            if (j < text.Length && text[j] is '+' or '-')
                j++;
            if (j < text.Length && char.IsAsciiDigit(text[j]))
            {
                while (j < text.Length && char.IsAsciiDigit(text[j]))
                    j++;
                i = j;
            }
        }
        return i;
    }

    private static bool TryParse(string number, out double value)
    {
        var negative = number[0] == '-';
        var digits = number.TrimStart('+', '-');
        if (digits.StartsWith("0x", StringComparison.OrdinalIgnoreCase))
        {
            var ok = long.TryParse(digits.AsSpan(2), NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out var hex);
            value = negative ? -hex : hex;
            return ok;
        }
        // strtol base 0: a leading zero means octal, unless the number is a fraction.
        if (digits.Length > 1 && digits[0] == '0' && digits.All(c => c is >= '0' and <= '7') && digits.Length <= 21)
        {
            value = digits.Aggregate(0.0, (sum, c) => (sum * 8) + (c - '0'));
            value = negative ? -value : value;
            return true;
        }
        return double.TryParse(number, NumberStyles.Float, CultureInfo.InvariantCulture, out value);
    }
}

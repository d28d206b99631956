using System.Globalization;

namespace PgGitOps.Core.Planning.Settings;

/// <summary>Numbers with units, as guc.c reads them.</summary>
internal static class SettingNumber
{
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
        if (baseUnit is null || SettingUnits.Of(baseUnit) is not var (table, baseFactor))
            return false;
        for (var i = 0; i < table.Count; i++)
        {
            if (table[i].Name != unit)
                continue;
            var converted = value * table[i].Factor;
            // PostgreSQL rounds a fraction such as 30.1GB to a whole number of the next smaller unit.
            if (value != Math.Floor(value) && i + 1 < table.Count)
                converted = Math.Round(converted / table[i + 1].Factor, MidpointRounding.ToEven) * table[i + 1].Factor;
            value = converted / baseFactor;
            return true;
        }
        return false;
    }

    private static string Expectation(string? baseUnit) =>
        baseUnit switch
        {
            null => "expected a number without a unit",
            _ when SettingUnits.Of(baseUnit)?.Table == SettingUnits.Memory => "expected a size in B, kB, MB, GB or TB",
            _ when SettingUnits.Of(baseUnit)?.Table == SettingUnits.Time => "expected a duration in us, ms, s, min, h or d",
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

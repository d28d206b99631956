using System.Globalization;

namespace PgGitOps.Core.Settings;

/// <summary>Numbers with units, as guc.c reads them.</summary>
internal static class SettingNumber
{
    internal static bool TryReadInteger(string text, string? baseUnit, out string canonical, out string problem)
    {
        canonical = "";
        if (!TryReadNumber(text, baseUnit, isInteger: true, out var value, out problem))
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
        if (!TryReadNumber(text, baseUnit, isInteger: false, out var value, out problem))
            return false;
        canonical = SettingValue.Invariant(value == 0 ? 0 : value);
        return true;
    }

    private static bool TryReadNumber(string text, string? baseUnit, bool isInteger, out double value, out string problem)
    {
        var trimmed = text.Trim();
        problem = Expectation(baseUnit);
        // guc.c: parse_int() asks strtol() first, and strtod() only where that stopped at a fraction or an exponent; parse_real() asks strtod() alone.
        value = 0;
        var length = isInteger ? Whole(trimmed, out value) : 0;
        if (length == 0 || (length < trimmed.Length && trimmed[length] is '.' or 'e' or 'E'))
            length = Real(trimmed, out value);
        if (length == 0 || !double.IsFinite(value))
            return false;
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

    private static int SignLength(string text) => text.Length > 0 && text[0] is '+' or '-' ? 1 : 0;

    private static int DigitsFrom(string text, int at, Func<char, bool> isDigit)
    {
        var end = at;
        while (end < text.Length && isDigit(text[end]))
            end++;
        return end;
    }

    private static bool IsHex(string text, int at) =>
        text.AsSpan(at).StartsWith("0x", StringComparison.OrdinalIgnoreCase)
        && at + 2 < text.Length
        && char.IsAsciiHexDigit(text[at + 2]);

    /// <summary>As strtol() with base 0: hexadecimal behind 0x, octal behind 0.</summary>
    /// <returns>Letters that belong to the number; 0 where there is none.</returns>
    private static int Whole(string text, out double value)
    {
        var start = SignLength(text);
        var (radix, digits) =
            IsHex(text, start) ? (16, start + 2)
            : start < text.Length && text[start] == '0' ? (8, start)
            : (10, start);
        var end = DigitsFrom(
            text,
            digits,
            radix switch
            {
                16 => char.IsAsciiHexDigit,
                8 => c => c is >= '0' and <= '7',
                _ => char.IsAsciiDigit,
            }
        );
        value = 0;
        for (var i = digits; i < end; i++)
            value = (value * radix) + Convert.ToInt32(text[i].ToString(), 16);
        if (text.StartsWith('-'))
            value = -value;
        return end == digits ? 0 : end;
    }

    /// <summary>As strtod(), without its names of what is no number.</summary>
    /// <inheritdoc cref="Whole"/>
    private static int Real(string text, out double value)
    {
        var start = SignLength(text);
        if (IsHex(text, start))
            return Whole(text, out value);
        var end = DigitsFrom(text, start, char.IsAsciiDigit);
        var digits = end - start;
        if (end < text.Length && text[end] == '.')
        {
            var fraction = DigitsFrom(text, end + 1, char.IsAsciiDigit);
            digits += fraction - end - 1;
            end = fraction;
        }
        value = 0;
        if (digits == 0)
            return 0;
        if (end < text.Length && text[end] is 'e' or 'E')
        {
            var exponent = end + 1 < text.Length && text[end + 1] is '+' or '-' ? end + 2 : end + 1;
            var last = DigitsFrom(text, exponent, char.IsAsciiDigit);
            end = last > exponent ? last : end;
        }
        value = double.Parse(text.AsSpan(0, end), NumberStyles.Float, CultureInfo.InvariantCulture);
        return end;
    }
}

using System.Globalization;
using System.Numerics;
using PgGitOps.Core.Settings;
using PgGitOps.Core.Sources;

namespace PgGitOps.Core.Desired;

/// <summary>A duration as written in a document: <c>30s 5m 2h 14d 500ms</c>.</summary>
public static class DurationText
{
    /// <summary>A hundred years: what is added to a moment has to be one.</summary>
    public static readonly TimeSpan Most = TimeSpan.FromDays(36_500);

    public static bool TryParse(string text, out TimeSpan value)
    {
        value = default;
        var digits = 0;
        while (digits < text.Length && char.IsAsciiDigit(text[digits]))
            digits++;
        if (
            digits is 0 or > 9
            || !long.TryParse(text.AsSpan(0, digits), NumberStyles.None, CultureInfo.InvariantCulture, out var amount)
        )
            return false;
        TimeSpan? unit = text[digits..] switch
        {
            "ms" => TimeSpan.FromMilliseconds(1),
            "s" => TimeSpan.FromSeconds(1),
            "m" or "min" => TimeSpan.FromMinutes(1),
            "h" => TimeSpan.FromHours(1),
            "d" => TimeSpan.FromDays(1),
            _ => null,
        };
        if (unit is null)
            return false;
        if (amount > Most.Ticks / unit.Value.Ticks)
            return false;
        value = unit.Value * amount;
        return true;
    }

    public static TimeSpan Parse(string text) =>
        TryParse(text, out var value)
            ? value
            : throw new FormatException($"'{text}' is not a duration such as 30s, 5m, 2h or 14d, of at most 36500d.");

    /// <summary>The shortest exact spelling, such as <c>90s</c>, <c>2h</c>, <c>14d</c>.</summary>
    public static string Format(TimeSpan value)
    {
        if (value == TimeSpan.Zero)
            return "0s";
        if (value.Ticks % TimeSpan.TicksPerDay == 0)
            return string.Create(CultureInfo.InvariantCulture, $"{value.Ticks / TimeSpan.TicksPerDay}d");
        if (value.Ticks % TimeSpan.TicksPerHour == 0)
            return string.Create(CultureInfo.InvariantCulture, $"{value.Ticks / TimeSpan.TicksPerHour}h");
        if (value.Ticks % TimeSpan.TicksPerMinute == 0)
            return string.Create(CultureInfo.InvariantCulture, $"{value.Ticks / TimeSpan.TicksPerMinute}m");
        if (value.Ticks % TimeSpan.TicksPerSecond == 0)
            return string.Create(CultureInfo.InvariantCulture, $"{value.Ticks / TimeSpan.TicksPerSecond}s");
        return string.Create(CultureInfo.InvariantCulture, $"{value.Ticks / TimeSpan.TicksPerMillisecond}ms");
    }
}

/// <summary>A size as written in a document: <c>512kB 128MB 4GB 1TB</c>, in powers of 1024 as PostgreSQL counts.</summary>
public sealed record ByteCount(long Bytes)
{
    /// <summary>Each with the power of two it stands for, the largest first.</summary>
    public static EquatableArray<(string Suffix, int Shift)> Units { get; } =
    [.. SettingUnits.Memory.Select(u => (u.Name, BitOperations.Log2((ulong)u.Factor)))];

    public static bool TryParse(string text, out ByteCount value)
    {
        value = new ByteCount(0);
        foreach (var (suffix, shift) in Units)
        {
            if (!text.EndsWith(suffix, StringComparison.Ordinal))
                continue;
            if (
                !long.TryParse(
                    text.AsSpan(0, text.Length - suffix.Length),
                    NumberStyles.None,
                    CultureInfo.InvariantCulture,
                    out var amount
                )
                || amount > long.MaxValue >> shift
            )
                return false;
            value = new ByteCount(amount << shift);
            return true;
        }
        return false;
    }

    public static ByteCount Parse(string text) =>
        TryParse(text, out var value) ? value : throw new FormatException($"'{text}' is not a size such as 512kB, 128MB or 4GB.");

    /// <summary>The largest unit that spells the amount exactly.</summary>
    public override string ToString()
    {
        foreach (var (suffix, shift) in Units)
        {
            if (Bytes != 0 && Bytes % (1L << shift) == 0)
                return string.Create(CultureInfo.InvariantCulture, $"{Bytes >> shift}{suffix}");
        }
        return "0B";
    }
}

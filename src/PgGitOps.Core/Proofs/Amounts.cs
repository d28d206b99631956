using System.Globalization;
using PgGitOps.Core.Desired;

namespace PgGitOps.Core.Proofs;

/// <summary>Amounts for people: rounded up, so that a bound is never printed smaller than it is.</summary>
public static class Amounts
{
    public static string Round(TimeSpan value)
    {
        if (value == TimeSpan.Zero)
            return "0s";
        if (value < TimeSpan.FromSeconds(10))
            return value.Ticks % TimeSpan.TicksPerSecond == 0
                ? DurationText.Format(value)
                : string.Create(CultureInfo.InvariantCulture, $"{Math.Ceiling(value.TotalMilliseconds)}ms");
        if (value > DurationText.Most)
            return Invariant($"more than {Round(DurationText.Most)}");
        var seconds = (long)Math.Ceiling(value.TotalSeconds);
        return seconds switch
        {
            < 120 => seconds == 60 ? "1m" : Invariant($"{seconds}s"),
            < 7200 => seconds % 60 == 0 ? Invariant($"{seconds / 60}m") : Invariant($"{seconds / 60}m {seconds % 60}s"),
            < 172_800 => (seconds + 59) / 60 % 60 == 0
                ? Invariant($"{(seconds + 59) / 3600}h")
                : Invariant($"{(seconds + 59) / 60 / 60}h {(seconds + 59) / 60 % 60}m"),
            _ => seconds % 86_400 == 0
                ? Invariant($"{seconds / 86_400}d")
                : Invariant($"{seconds / 86_400}d {(seconds % 86_400 + 3599) / 3600}h"),
        };
    }

    public static string Round(ByteCount value)
    {
        foreach (var (suffix, shift) in ByteCount.Units)
        {
            if (value.Bytes >= 10L << shift || (value.Bytes >= 1L << shift && value.Bytes % (1L << shift) == 0))
                return Invariant($"{(value.Bytes >> shift) + (value.Bytes % (1L << shift) == 0 ? 0 : 1)}{suffix}");
        }
        return Invariant($"{value.Bytes}B");
    }

    public static string List(IEnumerable<string> names)
    {
        var all = names.ToArray();
        return all.Length switch
        {
            0 => "nobody",
            1 => all[0],
            _ => string.Join(", ", all[..^1]) + " and " + all[^1],
        };
    }

    public static string Count(int count, string noun) => Invariant($"{count} {noun}{(count == 1 ? "" : "s")}");

    private static string Invariant(FormattableString text) => FormattableString.Invariant(text);
}

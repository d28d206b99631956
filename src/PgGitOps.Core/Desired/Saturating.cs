namespace PgGitOps.Core.Desired;

/// <summary>Sums, products and quotients of declared durations (ticks) and sizes (bytes, bytes a second). What is too large to be held is the largest there is.</summary>
/// <remarks>
/// Each amount in a document has a limit of its own, but a product of two has none: 8,000,000 TB at 1 B/s is longer than a <see cref="TimeSpan"/>.
/// The largest amount is beyond every limit that a document can declare (<see cref="DurationText"/>), so a bound that was cut there never passes as kept.
/// No operand may be negative.
/// </remarks>
public static class Saturating
{
    public static TimeSpan Add(TimeSpan a, TimeSpan b) => a > TimeSpan.MaxValue - b ? TimeSpan.MaxValue : a + b;

    public static TimeSpan Times(TimeSpan value, long factor) => Ticks((Int128)value.Ticks * factor);

    /// <summary>What flows in <paramref name="duration"/>, rounded up.</summary>
    public static ByteCount Times(ByteCount perSecond, TimeSpan duration) =>
        new(
            (long)
                Int128.Min(
                    ((Int128)perSecond.Bytes * duration.Ticks + (TimeSpan.TicksPerSecond - 1)) / TimeSpan.TicksPerSecond,
                    long.MaxValue
                )
        );

    public static ByteCount Add(ByteCount a, ByteCount b) =>
        new(a.Bytes > long.MaxValue - b.Bytes ? long.MaxValue : a.Bytes + b.Bytes);

    /// <returns>How long <paramref name="amount"/> takes, rounded up; null where nothing flows.</returns>
    public static TimeSpan? Quotient(ByteCount amount, ByteCount perSecond) =>
        perSecond.Bytes == 0
            ? null
            : Ticks(((Int128)amount.Bytes * TimeSpan.TicksPerSecond + (perSecond.Bytes - 1)) / perSecond.Bytes);

    /// <summary>Of a figure that a server reported; what is no number is the largest there is.</summary>
    public static TimeSpan Seconds(double seconds) =>
        seconds < TimeSpan.MaxValue.TotalSeconds && seconds > TimeSpan.MinValue.TotalSeconds
            ? TimeSpan.FromSeconds(seconds)
            : TimeSpan.MaxValue;

    private static TimeSpan Ticks(Int128 ticks) => new((long)Int128.Min(ticks, TimeSpan.MaxValue.Ticks));
}

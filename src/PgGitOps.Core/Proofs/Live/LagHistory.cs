using System.Collections.Immutable;
using System.Globalization;

namespace PgGitOps.Core.Proofs.Live;

/// <summary>When a primary's WAL was seen to have reached which position: turns a standby's position into the age of what it misses.</summary>
/// <remarks>
/// An idle primary writes nothing, so that a standby that has everything is never late. A sample is kept for as long as any standby
/// could still miss it, thinned to one a second, and forgotten after <see cref="Reach"/>: whoever misses more than that is at least that late.
/// </remarks>
public sealed record LagHistory
{
    public static readonly TimeSpan Reach = TimeSpan.FromHours(6);

    private static readonly TimeSpan Step = TimeSpan.FromSeconds(1);

    // Without thinning of old samples six hours of seconds would be kept: past this many every other of the older half goes.
    private const int SamplesMax = 2048;

    private readonly ImmutableArray<(DateTimeOffset At, ulong Lsn)> samples = [];
    private readonly string source = "";

    private LagHistory(string source, ImmutableArray<(DateTimeOffset, ulong)> samples) =>
        (this.source, this.samples) = (source, samples);

    /// <summary>The newest sample; null where there is none.</summary>
    public (string Source, DateTimeOffset At, string Lsn)? Newest =>
        samples.IsEmpty
            ? null
            : (
                source,
                samples[^1].At,
                string.Create(CultureInfo.InvariantCulture, $"{samples[^1].Lsn >> 32:X}/{samples[^1].Lsn & uint.MaxValue:X}")
            );

    public static LagHistory Empty { get; } = new("", []);

    /// <param name="source">Identity of the primary and its timeline: positions of different ones are never compared.</param>
    public LagHistory With(string source, DateTimeOffset at, string? lsn)
    {
        if (TryParse(lsn) is not { } position)
            return this;
        if (source != this.source || !samples.IsEmpty && (position < samples[^1].Lsn || at < samples[^1].At))
            return new LagHistory(source, [(at, position)]);
        if (!samples.IsEmpty && (samples[^1].Lsn == position || at - samples[^1].At < Step))
            return this;
        var kept = samples.Where(s => at - s.At <= Reach).Append((At: at, Lsn: position)).ToImmutableArray();
        if (kept.Length > SamplesMax)
            kept = [.. kept.Where((_, i) => i >= SamplesMax / 2 || i % 2 == 0)];
        return new LagHistory(source, kept);
    }

    /// <summary>How long at least the oldest WAL behind <paramref name="flushed"/> has been waiting; null when no sample tells.</summary>
    public TimeSpan? AtLeast(string? flushed, DateTimeOffset now)
    {
        if (TryParse(flushed) is not { } position)
            return null;
        foreach (var (at, lsn) in samples)
        {
            if (lsn > position)
                return now > at ? now - at : TimeSpan.Zero;
        }
        return null;
    }

    /// <summary>A position such as <c>16/B374D848</c>.</summary>
    public static ulong? TryParse(string? lsn)
    {
        var parts = lsn?.Split('/');
        return
            parts is [var high, var low]
            && uint.TryParse(high, NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out var h)
            && uint.TryParse(low, NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out var l)
            ? ((ulong)h << 32) | l
            : null;
    }
}

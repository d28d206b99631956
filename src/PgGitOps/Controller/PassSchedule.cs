namespace PgGitOps.Controller;

/// <summary>When each cluster is looked at next: every interval, a little jittered; after failures less and less often.</summary>
/// <remarks>Moments are times since some start on a clock that only goes forward: a machine whose clock is set delays no pass.</remarks>
/// <param name="random">A number from 0 to 1, drawn once a pass, so that clusters looked at together stay together.</param>
internal sealed class PassSchedule(Func<double> random)
{
    /// <summary>Share of the interval by which passes of many runners drift apart, so that they do not all come at once.</summary>
    public const double JitterShare = 0.1;

    /// <summary>A cluster that fails for long is still looked at this often; more rarely, a repair would go unnoticed too long.</summary>
    public static readonly TimeSpan BackOffMax = TimeSpan.FromMinutes(10);

    private readonly Dictionary<string, Entry> entries = new(StringComparer.Ordinal);

    /// <summary>Clusters that are due; one never seen before is due at once.</summary>
    public IReadOnlyList<string> Due(IEnumerable<string> clusters, TimeSpan now) =>
        [.. clusters.Where(c => !entries.TryGetValue(c, out var entry) || entry.Next <= now).Order(StringComparer.Ordinal)];

    /// <summary>The earliest moment at which one of them is due.</summary>
    public TimeSpan NextDue(IEnumerable<string> clusters, TimeSpan now) =>
        clusters.Select(c => entries.TryGetValue(c, out var entry) ? entry.Next : now).DefaultIfEmpty(TimeSpan.MaxValue).Min();

    public int Failures(string cluster) => entries.TryGetValue(cluster, out var entry) ? entry.Failures : 0;

    /// <summary>After a pass over these clusters.</summary>
    public void Ended(IEnumerable<(string Cluster, TimeSpan Interval, bool Succeeded)> results, TimeSpan now)
    {
        var jitter = 1 + (JitterShare * ((2 * random()) - 1));
        foreach (var (cluster, interval, succeeded) in results)
        {
            var failures = succeeded ? 0 : Failures(cluster) + 1;
            entries[cluster] = new(now + (Delay(interval, failures) * jitter), failures);
        }
    }

    /// <summary>A new revision may mend what failed: everything is due at once. Failures are remembered until a pass succeeds.</summary>
    public void Hurry(TimeSpan now)
    {
        foreach (var (cluster, entry) in entries.ToList())
            entries[cluster] = entry with { Next = now };
    }

    /// <summary>Interval, then twice as long after each failure, up to <see cref="BackOffMax"/> or the interval where that is longer.</summary>
    public static TimeSpan Delay(TimeSpan interval, int failures) => Delay(interval, failures, BackOffMax);

    /// <inheritdoc cref="Delay(TimeSpan, int)"/>
    public static TimeSpan Delay(TimeSpan interval, int failures, TimeSpan backOffMax)
    {
        var max = interval > backOffMax ? interval : backOffMax;
        // The first failure is retried after the plain interval: most are gone by then.
        var factor = Math.Pow(2, Math.Clamp(failures - 1, 0, 30));
        var delay = interval.TotalSeconds * factor;
        return delay >= max.TotalSeconds ? max : TimeSpan.FromSeconds(delay);
    }

    private sealed record Entry(TimeSpan Next, int Failures);
}

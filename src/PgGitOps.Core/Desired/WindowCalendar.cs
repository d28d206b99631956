namespace PgGitOps.Core.Desired;

/// <summary>Whether a kind of disturbing step may run at a moment. Closed: <see cref="Open"/>, <see cref="Closed"/>.</summary>
public abstract record WindowState
{
    private WindowState() { }

    /// <param name="Window">Name of the open window, or null where the environment declares none for this kind and so never forbids it.</param>
    /// <param name="Until">When it closes; null without a window.</param>
    public sealed record Open(string? Window, DateTimeOffset? Until) : WindowState;

    /// <param name="Window">The window that opens next.</param>
    /// <param name="Opens">Null when none opens within a year.</param>
    public sealed record Closed(string Window, DateTimeOffset? Opens) : WindowState;
}

/// <summary>Change windows over time.</summary>
/// <remarks>
/// Schedules are wall-clock times of their zone. A time the clock skips in spring opens at the first minute after the gap;
/// a time that comes twice in autumn opens twice.
/// </remarks>
public static class WindowCalendar
{
    private static readonly TimeSpan Minute = TimeSpan.FromMinutes(1);

    /// <summary>How far ahead the next opening is looked for.</summary>
    private const int DaysAheadMax = 366;

    /// <param name="kind">What wants to run, such as <c>restart</c>.</param>
    public static WindowState At(FleetEnvironment environment, string kind, DateTimeOffset now)
    {
        // An environment without any window has not asked for gating; one with windows that name other kinds only has closed this kind.
        if (environment.Windows.Count == 0)
            return new WindowState.Open(null, null);
        WindowState.Closed? next = null;
        foreach (var window in environment.Windows.Where(w => w.Allows.Contains(kind)))
        {
            if (OpenedAt(window, now) is { } opened)
                return new WindowState.Open(window.Name, opened + window.Duration);
            var opens = NextOpening(window, now);
            if (next is null || (opens is not null && (next.Opens is null || opens < next.Opens)))
                next = new WindowState.Closed(window.Name, opens);
        }
        return next ?? new WindowState.Closed($"(no window allows {kind})", null);
    }

    /// <summary>The latest opening whose duration covers the moment, or null.</summary>
    public static DateTimeOffset? OpenedAt(ChangeWindow window, DateTimeOffset now)
    {
        var (schedule, zone) = Read(window);
        for (var at = Floor(now); at > now - window.Duration; at -= Minute)
        {
            if (Fires(schedule, zone, at))
                return at;
        }
        return null;
    }

    public static DateTimeOffset? NextOpening(ChangeWindow window, DateTimeOffset now)
    {
        var (schedule, zone) = Read(window);
        var end = now.AddDays(DaysAheadMax);
        for (var at = Floor(now) + Minute; at < end; at += Minute)
        {
            if (Fires(schedule, zone, at))
                return at;
        }
        return null;
    }

    private static (CronSchedule Schedule, TimeZoneInfo Zone) Read(ChangeWindow window) =>
        (CronSchedule.Parse(window.Schedule), TimeZoneInfo.FindSystemTimeZoneById(window.TimeZone));

    private static bool Fires(CronSchedule schedule, TimeZoneInfo zone, DateTimeOffset at)
    {
        var local = TimeZoneInfo.ConvertTime(at, zone).DateTime;
        if (schedule.Fires(local))
            return true;
        for (var skipped = TimeZoneInfo.ConvertTime(at - Minute, zone).DateTime + Minute; skipped < local; skipped += Minute)
        {
            if (schedule.Fires(skipped))
                return true;
        }
        return false;
    }

    private static DateTimeOffset Floor(DateTimeOffset at) =>
        new(at.UtcTicks - (at.UtcTicks % TimeSpan.TicksPerMinute), TimeSpan.Zero);
}

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
/// <remarks>Schedules are wall-clock times of their zone; <see cref="CronSchedule.Next"/> says what the two nights of a year mean on which clocks are changed.</remarks>
public static class WindowCalendar
{
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
    public static DateTimeOffset? OpenedAt(ChangeWindow window, DateTimeOffset now) =>
        CronSchedule.Parse(window.Schedule).Last(now - window.Duration, now, ZoneOf(window));

    public static DateTimeOffset? NextOpening(ChangeWindow window, DateTimeOffset now) =>
        CronSchedule.Parse(window.Schedule).Next(now, ZoneOf(window)) is { } opens && opens < now.AddDays(DaysAheadMax)
            ? opens
            : null;

    private static TimeZoneInfo ZoneOf(ChangeWindow window) => TimeZoneInfo.FindSystemTimeZoneById(window.TimeZone);
}

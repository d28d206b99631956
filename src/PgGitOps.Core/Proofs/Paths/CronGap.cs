using PgGitOps.Core.Desired;

namespace PgGitOps.Core.Proofs.Paths;

/// <summary>The longest time between two occurrences of schedules that fire one beside the other.</summary>
public static class CronGap
{
    // Four years and two days hold every pattern of weekdays, month ends and the leap day that five fields can express.
    private const int DaysLookedAt = 4 * 365 + 3;
    private static readonly DateTime Start = new(2024, 1, 1, 0, 0, 0, DateTimeKind.Unspecified);

    /// <returns>Null when a schedule cannot be read, or they fire less than twice in four years.</returns>
    public static TimeSpan? Longest(params string?[] schedules)
    {
        var parsed = new List<(CronSchedule Schedule, int[] Minutes)>();
        foreach (var text in schedules)
        {
            if (text is null)
                continue;
            if (!CronSchedule.TryParse(text, out var schedule, out _))
                return null;
            parsed.Add((schedule, [.. schedule.MinutesOfDay]));
        }
        var (longest, previous) = (-1L, -1L);
        for (var day = 0; day < DaysLookedAt; day++)
        {
            var date = Start.AddDays(day);
            foreach (var minute in parsed.Where(p => p.Schedule.FiresOn(date)).SelectMany(p => p.Minutes).Distinct().Order())
            {
                var at = day * 1440L + minute;
                if (previous >= 0)
                    longest = Math.Max(longest, at - previous);
                previous = at;
            }
        }
        return longest < 0 ? null : TimeSpan.FromMinutes(longest);
    }
}

using PgGitOps.Core.Desired;

namespace PgGitOps.Core.Proofs.Paths;

/// <summary>The longest time between two occurrences of schedules that fire one beside the other.</summary>
public static class CronGap
{
    // Four years and two days hold every pattern of weekdays, month ends and the leap day that five fields can express.
    private const int DaysLookedAt = 4 * 365 + 3;
    private static readonly DateOnly Start = new(2024, 1, 1);

    /// <returns>Null when a schedule cannot be read, or they fire less than twice in four years.</returns>
    public static TimeSpan? Longest(params string?[] schedules)
    {
        var minutes = new List<int[]>();
        var firing = new int[DaysLookedAt]; // the schedules that fire on a day, a bit each
        foreach (var text in schedules.OfType<string>())
        {
            if (!CronSchedule.TryParse(text, out var schedule, out _))
                return null;
            foreach (var day in schedule.DaysFrom(Start, DaysLookedAt))
                firing[day] |= 1 << minutes.Count;
            minutes.Add([.. schedule.MinutesOfDay]);
        }
        var days = new Dictionary<int, int[]>();
        var (longest, previous) = (-1L, -1L);
        for (var day = 0; day < DaysLookedAt; day++)
        {
            if (firing[day] == 0)
                continue;
            if (!days.TryGetValue(firing[day], out var all))
                days[firing[day]] = all = [
                    .. minutes.Where((_, i) => (firing[day] >> i & 1) == 1).SelectMany(m => m).Distinct().Order(),
                ];
            foreach (var minute in all)
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

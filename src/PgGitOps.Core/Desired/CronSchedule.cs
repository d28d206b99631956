using System.Globalization;

namespace PgGitOps.Core.Desired;

/// <summary>A five-field cron expression: minute, hour, day of month, month, day of week (0 and 7 are Sunday; names are read too).</summary>
/// <remarks>As in cron: when both day fields are restricted, a day that fits either of them fits.</remarks>
public sealed class CronSchedule
{
    private static readonly string[] MonthNames =
    [
        "jan",
        "feb",
        "mar",
        "apr",
        "may",
        "jun",
        "jul",
        "aug",
        "sep",
        "oct",
        "nov",
        "dec",
    ];
    private static readonly string[] DayNames = ["sun", "mon", "tue", "wed", "thu", "fri", "sat"];

    private readonly bool[] minutes;
    private readonly bool[] hours;
    private readonly bool[] days;
    private readonly bool[] months;
    private readonly bool[] weekdays;
    private readonly bool anyDay;
    private readonly bool anyWeekday;

    private CronSchedule(bool[] minutes, bool[] hours, bool[] days, bool[] months, bool[] weekdays, bool anyDay, bool anyWeekday)
    {
        this.minutes = minutes;
        this.hours = hours;
        this.days = days;
        this.months = months;
        this.weekdays = weekdays;
        this.anyDay = anyDay;
        this.anyWeekday = anyWeekday;
    }

    public static CronSchedule Parse(string text) =>
        TryParse(text, out var schedule, out var error) ? schedule : throw new FormatException(error);

    public static bool TryParse(
        string text,
        [System.Diagnostics.CodeAnalysis.NotNullWhen(true)] out CronSchedule? schedule,
        [System.Diagnostics.CodeAnalysis.NotNullWhen(false)] out string? error
    )
    {
        schedule = null;
        var fields = text.Split((char[])[' ', '\t'], StringSplitOptions.RemoveEmptyEntries);
        if (fields.Length != 5)
        {
            error = string.Create(
                CultureInfo.InvariantCulture,
                $"a schedule has five fields (minute, hour, day, month, weekday); '{text}' has {fields.Length}."
            );
            return false;
        }
        if (
            !Field(fields[0], "minute", 0, 59, [], 0, out var minutes, out error)
            || !Field(fields[1], "hour", 0, 23, [], 0, out var hours, out error)
            || !Field(fields[2], "day", 1, 31, [], 0, out var days, out error)
            || !Field(fields[3], "month", 1, 12, MonthNames, 1, out var months, out error)
            || !Field(fields[4], "weekday", 0, 7, DayNames, 0, out var weekdays, out error)
        )
            return false;
        weekdays[0] |= weekdays[7];
        schedule = new(minutes, hours, days, months, weekdays, fields[2].StartsWith('*'), fields[4].StartsWith('*'));
        return true;
    }

    /// <summary>Whether the schedule fires in this minute of wall-clock time.</summary>
    public bool Fires(DateTime local) => minutes[local.Minute] && hours[local.Hour] && months[local.Month] && FiresOnDay(local);

    /// <summary>Minutes after midnight at which the schedule fires on a day that fits, in order.</summary>
    public IEnumerable<int> MinutesOfDay => Enumerable.Range(0, 1440).Where(m => hours[m / 60] && minutes[m % 60]);

    /// <summary>Whether the schedule fires on this day at all.</summary>
    public bool FiresOn(DateTime local) => months[local.Month] && FiresOnDay(local);

    private bool FiresOnDay(DateTime local)
    {
        var day = days[local.Day];
        var weekday = weekdays[(int)local.DayOfWeek];
        return anyDay || anyWeekday ? day && weekday : day || weekday;
    }

    private static bool Field(
        string text,
        string name,
        int low,
        int high,
        string[] names,
        int firstName,
        out bool[] fits,
        [System.Diagnostics.CodeAnalysis.NotNullWhen(false)] out string? error
    )
    {
        fits = new bool[high + 1];
        foreach (var part in text.Split(','))
        {
            var slash = part.IndexOf('/', StringComparison.Ordinal);
            var range = slash < 0 ? part : part[..slash];
            var step = 1;
            if (
                slash >= 0
                && !(int.TryParse(part.AsSpan(slash + 1), NumberStyles.None, CultureInfo.InvariantCulture, out step) && step >= 1)
            )
            {
                error = $"the {name} field '{text}' has a step that is not a number from 1.";
                return false;
            }
            int from,
                to;
            if (range == "*")
                (from, to) = (low, high);
            else
            {
                var dash = range.IndexOf('-', StringComparison.Ordinal);
                var (first, last) = dash < 0 ? (range, range) : (range[..dash], range[(dash + 1)..]);
                if (
                    !Number(first, names, firstName, out from)
                    || !Number(last, names, firstName, out to)
                    || from < low
                    || to > high
                    || from > to
                )
                {
                    error = string.Create(
                        CultureInfo.InvariantCulture,
                        $"the {name} field '{text}' is not made of numbers {low} to {high}, ranges a-b, lists and steps."
                    );
                    return false;
                }
                if (dash < 0 && slash >= 0)
                    to = high;
            }
            for (var value = from; value <= to; value += step)
                fits[value] = true;
        }
        error = null;
        return true;
    }

    private static bool Number(string text, string[] names, int firstName, out int value)
    {
        var index = Array.IndexOf(names, text.ToLowerInvariant());
        if (index >= 0)
        {
            value = index + firstName;
            return true;
        }
        return int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out value);
    }
}

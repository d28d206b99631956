using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using System.Text.RegularExpressions;
using Cronos;
using PgGitOps.Core.Sources;

namespace PgGitOps.Core.Desired;

/// <summary>A five-field cron expression: minute, hour, day of month, month, day of week (0 and 7 are Sunday; names are read too).</summary>
/// <remarks>
/// Read and computed by Cronos, with two habits of cron that it does not share: when both day fields are restricted, a day that
/// fits either of them fits; and a range of numbers runs upwards, so that <c>5-3</c> is a mistake.
/// </remarks>
public sealed partial class CronSchedule
{
    private static readonly (string Name, string Low, string High)[] FieldsInOrder =
    [
        ("minute", "0", "59"),
        ("hour", "0", "23"),
        ("day", "1", "31"),
        ("month", "1", "12"),
        ("weekday", "0", "7"),
    ];

    private readonly EquatableArray<CronExpression> moments;
    private readonly EquatableArray<CronExpression> midnights;
    private readonly CronExpression minutes;

    private CronSchedule(string[] fields)
    {
        var (minute, hour, day, month, weekday) = (fields[0], fields[1], fields[2], fields[3], fields[4]);
        var days =
            day.StartsWith('*') || weekday.StartsWith('*')
                ? [$"{day} {month} {weekday}"]
                : (string[])[$"{day} {month} *", $"* {month} {weekday}"];
        moments = [.. days.Select(d => CronExpression.Parse($"{minute} {hour} {d}"))];
        midnights = [.. days.Select(d => CronExpression.Parse($"0 0 {d}"))];
        minutes = CronExpression.Parse($"{minute} {hour} * * *");
    }

    public static CronSchedule Parse(string text) =>
        TryParse(text, out var schedule, out var error) ? schedule : throw new FormatException(error);

    public static bool TryParse(
        string text,
        [NotNullWhen(true)] out CronSchedule? schedule,
        [NotNullWhen(false)] out string? error
    )
    {
        var fields = text.Split((char[])[' ', '\t'], StringSplitOptions.RemoveEmptyEntries);
        error =
            fields.Length != FieldsInOrder.Length
                ? string.Create(
                    CultureInfo.InvariantCulture,
                    $"a schedule has five fields (minute, hour, day, month, weekday); '{text}' has {fields.Length}."
                )
                : Enumerable
                    .Range(0, fields.Length)
                    .Select(i => ProblemOf(fields[i], i))
                    .FirstOrDefault(problem => problem is not null);
        schedule = error is null ? new(fields) : null;
        return schedule is not null;
    }

    /// <summary>The first time it fires after a moment, or null where it never does.</summary>
    /// <remarks>
    /// Of the zone's wall clock. In the night on which an hour is skipped, a time within it fires when the hour is over; in the one on which
    /// an hour comes twice, a fixed time fires the first time only, one that repeats within hours (such as <c>*/15 * …</c>) both times.
    /// </remarks>
    public DateTimeOffset? Next(DateTimeOffset after, TimeZoneInfo zone) =>
        moments.Select(m => m.GetNextOccurrence(after, zone)).Min()?.ToUniversalTime();

    /// <summary>The last time it fired after one moment and not after another, or null.</summary>
    public DateTimeOffset? Last(DateTimeOffset after, DateTimeOffset until, TimeZoneInfo zone)
    {
        if (Next(after, zone) is not { } last || last > until)
            return null;
        // By halves: a window of a year that opens every minute must not be walked.
        for (var end = until; end - last >= TimeSpan.FromMinutes(1); )
        {
            var middle = last + (end - last) / 2;
            if (Next(middle, zone) is { } later && later <= until)
                last = later;
            else
                end = middle;
        }
        return last;
    }

    /// <summary>Minutes after midnight at which it fires on a day that fits, in order.</summary>
    public IEnumerable<int> MinutesOfDay =>
        minutes.GetOccurrences(DateTime.UnixEpoch, DateTime.UnixEpoch.AddDays(1)).Select(at => (int)at.TimeOfDay.TotalMinutes);

    /// <summary>The days on which it fires, in order, as they are counted from the first.</summary>
    public IEnumerable<int> DaysFrom(DateOnly first, int count)
    {
        var start = first.ToDateTime(TimeOnly.MinValue, DateTimeKind.Utc);
        return midnights
            .SelectMany(m => m.GetOccurrences(start, start.AddDays(count)))
            .Select(at => (at - start).Days)
            .Distinct()
            .Order();
    }

    private static string? ProblemOf(string text, int index)
    {
        var alone = string.Join(' ', FieldsInOrder.Select((_, i) => i == index ? text : "*"));
        if (CronExpression.TryParse(alone, out _) && !RunsDown(text))
            return null;
        var (name, low, high) = FieldsInOrder[index];
        return $"the {name} field '{text}' is not made of numbers {low} to {high}, ranges a-b, lists and steps.";
    }

    // Read by Cronos as one that goes round; by every cron as a mistake, which it mostly is.
    private static bool RunsDown(string text) =>
        Range()
            .Matches(text)
            .Any(m =>
                int.Parse(m.Groups[1].ValueSpan, CultureInfo.InvariantCulture)
                > int.Parse(m.Groups[2].ValueSpan, CultureInfo.InvariantCulture)
            );

    [GeneratedRegex("([0-9]+)-([0-9]+)", RegexOptions.CultureInvariant)]
    private static partial Regex Range();
}

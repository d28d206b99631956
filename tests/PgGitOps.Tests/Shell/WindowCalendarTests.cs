using PgGitOps.Core.Desired;
using PgGitOps.Core.Sources;

namespace PgGitOps.Tests.Shell;

public class WindowCalendarTests
{
    [Theory]
    [InlineData("0 2 * * *", "2026-07-01T00:00:00Z", true)] // 02:00 in Oslo, summer
    [InlineData("0 2 * * *", "2026-07-01T01:59:59Z", true)]
    [InlineData("0 2 * * *", "2026-07-01T02:00:00Z", false)] // two hours are over
    [InlineData("0 2 * * *", "2026-06-30T23:59:59Z", false)]
    [InlineData("0 2 * * *", "2026-01-01T01:30:00Z", true)] // 02:30 in Oslo, winter
    [InlineData("30 2 * * *", "2026-03-29T01:00:00Z", true)] // 02:30 does not exist that night: opens at 03:00
    [InlineData("0 2 * * mon-fri", "2026-07-04T00:30:00Z", false)] // a Saturday
    [InlineData("0 2 13 * fri", "2026-07-03T00:30:00Z", true)] // either day field
    [InlineData("*/15 2 1-7,20 jul 0", "2026-07-05T00:30:00Z", true)]
    public void OpenedAt_FollowsTheZonesWallClock(string schedule, string now, bool open)
    {
        var window = new ChangeWindow("w", schedule, TimeSpan.FromHours(2), "Europe/Oslo", ["restart"], default);

        var opened = WindowCalendar.OpenedAt(window, Moment(now));

        Assert.Equal(open, opened is not null);
    }

    [Theory]
    [InlineData("30 2 * * *", "2026-03-29T00:00:00Z", "2026-03-29T01:00:00Z")] // 02:30 is skipped: opens at 03:00
    [InlineData("*/15 2 * * *", "2026-03-29T00:00:00Z", "2026-03-29T01:00:00Z")]
    [InlineData("30 3 * * *", "2026-03-29T00:00:00Z", "2026-03-29T01:30:00Z")]
    [InlineData("30 2 * * *", "2026-10-24T22:00:00Z", "2026-10-25T00:30:00Z")] // 02:30 comes twice: opens the first time…
    [InlineData("30 2 * * *", "2026-10-25T00:30:00Z", "2026-10-26T01:30:00Z")] // …and not the second
    [InlineData("*/30 2 * * *", "2026-10-25T00:30:00Z", "2026-10-25T01:00:00Z")] // every half hour of both
    [InlineData("30 2 * * *", "2026-06-30T00:30:00Z", "2026-07-01T00:30:00Z")] // after, not at
    [InlineData("0 2 13 * fri", "2026-07-03T00:00:00Z", "2026-07-10T00:00:00Z")] // either day field
    [InlineData("0 2 */2 * fri", "2026-07-03T00:00:00Z", "2026-07-17T00:00:00Z")] // a day field of a star restricts the other, as in cron
    [InlineData("0 2 L * *", "2028-02-01T00:00:00Z", "2028-02-29T01:00:00Z")] // the last day of a month
    [InlineData("0 2 29 2 *", "2026-07-03T00:00:00Z", null)] // not within a year
    [InlineData("0 2 30 2 *", "2026-07-03T00:00:00Z", null)] // never
    public void NextOpening_FollowsTheZonesWallClock(string schedule, string now, string? opens)
    {
        var window = new ChangeWindow("w", schedule, TimeSpan.FromHours(2), "Europe/Oslo", ["restart"], default);

        var next = WindowCalendar.NextOpening(window, Moment(now));

        Assert.Equal(opens is null ? null : Moment(opens), next);
    }

    [Fact]
    public void OpenedAt_WhenItCameTwiceInAutumn_IsClosedTheSecondTime()
    {
        var window = new ChangeWindow("w", "30 2 * * *", TimeSpan.FromMinutes(45), "Europe/Oslo", ["restart"], default);

        Assert.Equal(Moment("2026-10-25T00:30:00Z"), WindowCalendar.OpenedAt(window, Moment("2026-10-25T01:00:00Z")));
        Assert.Null(WindowCalendar.OpenedAt(window, Moment("2026-10-25T01:45:00Z")));
    }

    /// <summary>A window of a stranger's may be open for a hundred years, or never; neither is walked minute by minute.</summary>
    [Theory]
    [InlineData("* * * * *", "2026-07-01T12:00:00Z")]
    [InlineData("* * * 1 *", "2026-01-31T22:59:00Z")]
    [InlineData("0 0 1 1 *", "2025-12-31T23:00:00Z")]
    [InlineData("0 0 30 2 *", null)]
    public void OpenedAt_IsTheLatestOpening_HoweverLongTheWindow(string schedule, string? opened)
    {
        var window = new ChangeWindow("w", schedule, TimeSpan.FromDays(36500), "Europe/Oslo", ["restart"], default);

        var clock = System.Diagnostics.Stopwatch.StartNew();
        for (var i = 0; i < 100; i++)
            Assert.Equal(opened is null ? null : Moment(opened), WindowCalendar.OpenedAt(window, Moment("2026-07-01T12:00:30Z")));
        Assert.True(clock.Elapsed < TimeSpan.FromSeconds(5), $"{clock.Elapsed}");
    }

    [Fact]
    public void At_WhenNoWindowAllowsTheKind_IsClosed()
    {
        var night = new ChangeWindow("nightly", "0 2 * * *", TimeSpan.FromHours(1), "UTC", ["restart"], default);
        var now = new DateTimeOffset(2026, 7, 1, 12, 0, 0, TimeSpan.Zero);

        var restart = WindowCalendar.At(Windows([night]), "restart", now);
        var switchover = WindowCalendar.At(Windows([night]), "switchover", now);

        Assert.Equal(new WindowState.Closed("nightly", new DateTimeOffset(2026, 7, 2, 2, 0, 0, TimeSpan.Zero)), restart);
        Assert.IsType<WindowState.Closed>(switchover);
        Assert.Equal(new WindowState.Open(null, null), WindowCalendar.At(Windows([]), "restart", now));
    }

    [Theory]
    [InlineData("0 2 * *")]
    [InlineData("60 2 * * *")]
    [InlineData("0 2 0 * *")]
    [InlineData("0 2 * foo *")]
    [InlineData("0 5-3 * * *")]
    [InlineData("*/0 2 * * *")]
    [InlineData("H 2 * * *")]
    [InlineData("@daily")]
    [InlineData("0 0 2 * * *")]
    public void TryParse_RefusesWhatIsNoSchedule(string text)
    {
        Assert.False(CronSchedule.TryParse(text, out _, out var error));
        Assert.NotEmpty(error!);
    }

    [Theory]
    [InlineData("60 2 * * *", "the minute field '60' is not made of numbers 0 to 59")]
    [InlineData("0 2 * foo *", "the month field 'foo' is not made of numbers 1 to 12")]
    [InlineData("0 2 * 99 9", "the month field '99' is not made of numbers 1 to 12")]
    [InlineData("0 5-3 * * *", "the hour field '5-3' is not made of numbers 0 to 23")]
    public void TryParse_NamesTheFirstFieldThatCannotBeRead(string text, string error)
    {
        Assert.False(CronSchedule.TryParse(text, out _, out var found));
        Assert.StartsWith(error, found, StringComparison.Ordinal);
    }

    private static DateTimeOffset Moment(string text) =>
        DateTimeOffset.Parse(text, System.Globalization.CultureInfo.InvariantCulture);

    private static FleetEnvironment Windows(EquatableArray<ChangeWindow> windows) =>
        new()
        {
            Head = new("Environment", "test", null, default),
            Mode = ReconcileMode.Enforce,
            Interval = TimeSpan.FromMinutes(1),
            Sites = [],
            Repositories = [],
            Windows = windows,
            Access = new(
                "postgres",
                null,
                "replicator",
                null,
                "disable",
                TimeSpan.FromSeconds(5),
                TimeSpan.FromSeconds(5),
                "~/x",
                null,
                []
            ),
            Removal = new(3, 20),
        };
}

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

        var opened = WindowCalendar.OpenedAt(
            window,
            DateTimeOffset.Parse(now, System.Globalization.CultureInfo.InvariantCulture)
        );

        Assert.Equal(open, opened is not null);
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
    public void TryParse_RefusesWhatIsNoSchedule(string text)
    {
        Assert.False(CronSchedule.TryParse(text, out _, out var error));
        Assert.NotEmpty(error!);
    }

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

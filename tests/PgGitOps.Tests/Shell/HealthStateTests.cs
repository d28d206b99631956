using PgGitOps.Controller;

namespace PgGitOps.Tests.Shell;

public class HealthStateTests
{
    private readonly Clock clock = new();

    [Fact]
    public void Report_IsHealthyOnlyWhilePassesComplete()
    {
        var health = new HealthState(clock, TimeSpan.FromMinutes(1));
        Assert.False(health.Report().Healthy);
        health.RevisionRead("c0ffee", null);
        health.PassEnded([new("core", "inOrder", 0, null)], TimeSpan.FromMinutes(1));

        Assert.True(health.Report().Healthy);
        clock.Now += TimeSpan.FromSeconds(61);
        Assert.False(health.Report().Healthy);
        Assert.Contains("\"overdue\": true", health.Report().Json, StringComparison.Ordinal);
    }

    [Fact]
    public void Report_WhenAClusterIsStuck_IsUnhealthyUntilItMendsOrGoes()
    {
        var health = new HealthState(clock, TimeSpan.FromMinutes(1));
        health.RevisionRead("c0ffee", null);
        health.PassEnded([new("core", "unreachable", 2, "no route")], TimeSpan.FromMinutes(1));
        Assert.True(health.Report().Healthy);

        health.PassEnded([new("core", "unreachable", 3, "no route")], TimeSpan.FromMinutes(1));
        Assert.False(health.Report().Healthy);
        health.Keep([]);
        Assert.True(health.Report().Healthy);
    }

    [Fact]
    public void Report_WhenACommitIsRefused_NamesItAndStaysHealthy()
    {
        var health = new HealthState(clock, TimeSpan.FromMinutes(1));
        health.RevisionRead("c0ffee", "deadbeef: 2 errors");
        health.PassEnded([], TimeSpan.FromMinutes(1));

        Assert.True(health.Report().Healthy);
        Assert.Contains("\"refusedRevision\": \"deadbeef: 2 errors\"", health.Report().Json, StringComparison.Ordinal);
    }

    private sealed class Clock : TimeProvider
    {
        public DateTimeOffset Now { get; set; } = new(2026, 7, 1, 12, 0, 0, TimeSpan.Zero);

        public override DateTimeOffset GetUtcNow() => Now;
    }
}

using PgGitOps.Controller;
using PgGitOps.Reconciling;
using PgGitOps.Tests.Builders;

namespace PgGitOps.Tests.Shell;

public class HealthStateTests
{
    private readonly ManualTime clock = new();

    [Fact]
    public void Report_IsHealthyOnlyWhilePassesComplete()
    {
        var health = new HealthState(clock, TimeSpan.FromMinutes(1));
        Assert.False(health.Report().Healthy);
        health.RevisionRead("c0ffee", null);
        health.PassEnded([new("core", "inOrder", 0, null)], TimeSpan.FromMinutes(1));

        Assert.True(health.Report().Healthy);
        clock.Advance(TimeSpan.FromSeconds(61));
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

    [Fact]
    public void Report_WhenTheWallClockIsSet_DoesNotCare()
    {
        var health = new HealthState(clock, TimeSpan.FromMinutes(1));
        health.RevisionRead("c0ffee", null);
        health.PassEnded([new("core", "inOrder", 0, null)], TimeSpan.FromMinutes(1));

        clock.SetWallClock(TimeSpan.FromHours(1));
        Assert.True(health.Report().Healthy);
        clock.SetWallClock(TimeSpan.FromHours(-2));
        Assert.True(health.Report().Healthy);
        clock.Advance(TimeSpan.FromSeconds(61));
        Assert.False(health.Report().Healthy);
    }

    [Fact]
    public void Report_WhenOneClusterIsLate_IsUnhealthyHoweverOftenTheOthersPass()
    {
        var health = new HealthState(clock, TimeSpan.FromMinutes(1));
        health.RevisionRead("c0ffee", null);
        health.Keep(["core", "tasks"]);
        for (var pass = 0; pass < 4; pass++)
        {
            clock.Advance(TimeSpan.FromSeconds(20));
            health.PassEnded([new("core", "inOrder", 0, null)], TimeSpan.FromMinutes(1));
        }

        Assert.False(health.Report().Healthy);
        health.StepBegun("tasks", TimeSpan.FromHours(1));
        Assert.True(health.Report().Healthy);
    }

    [Fact]
    public void Report_ShowsWhatIsWrongWithTheStateDirectory_AndStaysHealthy()
    {
        var conditions = new StateConditions(_ => { });
        var health = new HealthState(clock, TimeSpan.FromMinutes(1), conditions);
        health.RevisionRead("c0ffee", null);
        health.PassEnded([new("core", "inOrder", 0, null)], TimeSpan.FromMinutes(1));

        conditions.Tell("drift.json", "no space left on device");

        Assert.True(health.Report().Healthy);
        Assert.Contains("no space left on device", health.Report().Json, StringComparison.Ordinal);
    }
}

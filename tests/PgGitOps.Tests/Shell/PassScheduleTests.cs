using FsCheck;
using FsCheck.Fluent;
using PgGitOps.Controller;

namespace PgGitOps.Tests.Shell;

public class PassScheduleTests
{
    private static readonly TimeSpan Noon = TimeSpan.FromHours(12);
    private static readonly TimeSpan Minute = TimeSpan.FromMinutes(1);

    [Fact]
    public void Due_AfterFailures_BacksOffThatClusterOnly()
    {
        var schedule = new PassSchedule(() => 0.5);
        for (var i = 0; i < 4; i++)
            schedule.Ended([("core", Minute, false), ("tasks", Minute, true)], Noon);

        Assert.Equal(["new", "tasks"], schedule.Due(["core", "tasks", "new"], Noon + Minute));
        Assert.Equal(["core"], schedule.Due(["core"], Noon + (8 * Minute)));
        Assert.Equal(4, schedule.Failures("core"));
        schedule.Ended([("core", Minute, true)], Noon);
        Assert.Equal((0, Noon + Minute), (schedule.Failures("core"), schedule.NextDue(["core"], Noon)));
    }

    [Fact]
    public void Hurry_MakesEverythingDue_AndForgetsNoFailure()
    {
        var schedule = new PassSchedule(() => 0.5);
        schedule.Ended([("core", Minute, false)], Noon);

        schedule.Hurry(Noon);

        Assert.Equal(["core"], schedule.Due(["core"], Noon));
        Assert.Equal(1, schedule.Failures("core"));
    }

    [Fact]
    public void Delay_NeverFallsAndStaysWithinBounds()
    {
        Prop.ForAll(
                Gen.Choose(1, 100_000).Two().ToArbitrary(),
                pair =>
                {
                    var interval = TimeSpan.FromSeconds(pair.Item1);
                    var failures = pair.Item2 % 200;
                    var delay = PassSchedule.Delay(interval, failures);
                    var max = interval > PassSchedule.BackOffMax ? interval : PassSchedule.BackOffMax;
                    return delay >= interval && delay <= max && PassSchedule.Delay(interval, failures + 1) >= delay;
                }
            )
            .QuickCheckThrowOnFailure();
    }

    [Theory]
    [InlineData(0.0, 54)]
    [InlineData(1.0, 66)]
    public void Ended_JittersByATenth(double random, int seconds)
    {
        var schedule = new PassSchedule(() => random);

        schedule.Ended([("a", Minute, true), ("b", Minute, true)], Noon);

        Assert.Equal((Noon + TimeSpan.FromSeconds(seconds)).TotalSeconds, schedule.NextDue(["a"], Noon).TotalSeconds, 3);
        Assert.Equal(schedule.NextDue(["a"], Noon), schedule.NextDue(["b"], Noon));
    }
}

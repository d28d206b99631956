using PgGitOps.Core.Passes;
using PgGitOps.Core.Ports;

namespace PgGitOps.Tests.Shell;

/// <summary>What happens while a run holds its lock: the world moves, steps fail, time passes, people suspend.</summary>
public class RunUnderLockTests
{
    [Fact]
    public async Task Run_WhenAnotherWriterDidItBeforeTheLock_DoesNotDoItAgain()
    {
        var world = new RunWorld();
        var work = world.Work("core", "core/role/a", "core/role/b", "core/role/c");
        world.BeforeTheLock = () => world.True.UnionWith(["core/role/a", "core/role/b"]);

        var result = Assert.Single(await world.ExecuteAsync([work]));

        Assert.Equal("core:Applied:alreadyTrue,alreadyTrue,done", RunWorld.Line(result));
        Assert.Equal(["effect core/role/c"], world.Log.Where(l => l.StartsWith("effect", StringComparison.Ordinal)));
    }

    [Fact]
    public async Task Run_WhenOtherStepsAreWantedUnderTheLock_RunsThose()
    {
        var world = new RunWorld();
        var work = world.Work("core", "core/role/a", "core/role/b");
        world.BeforeTheLock = () => world.Declare("core", "core/role/b", "core/role/d");

        var result = Assert.Single(await world.ExecuteAsync([work]));

        Assert.Equal("core:Applied:done,done", RunWorld.Line(result));
        Assert.Equal(["core/role/b", "core/role/d"], world.True.Order());
    }

    [Fact]
    public async Task Run_WhenSuspendedBeforeTheLock_DoesNothing_AndRecordsNothing()
    {
        var world = new RunWorld();
        world.Found.Add("role/z");
        var work = world.Work("core", "core/role/a");
        world.BeforeTheLock = () => world.Suspended = "suspended by dba until tomorrow: failover by hand";

        var result = Assert.Single(await world.ExecuteAsync([work]));

        Assert.Equal(("core:Locked:", world.Suspended), (RunWorld.Line(result), result.Reason));
        Assert.Empty(world.Log);
    }

    [Fact]
    public async Task Run_WhenSuspendedDuringAStep_FinishesThatStepAndBeginsNoOther()
    {
        var world = new RunWorld { SuspendedDuring = "core/role/b" };
        world.Found.Add("role/z");

        var result = Assert.Single(
            await world.ExecuteAsync([world.Work("core", "core/role/a", "core/role/b", "core/role/c", "core/role/d")])
        );

        Assert.Equal(("core:Locked:done,done,skipped,skipped", world.Suspended), (RunWorld.Line(result), result.Reason));
        Assert.DoesNotContain("found role/z", world.Log);
    }

    [Fact]
    public async Task Run_WhenAWindowClosesMeanwhile_LeavesThatStepAndWhatDependsOnIt()
    {
        var world = new RunWorld();
        world.Closed.Add("core/role/b");

        var result = Assert.Single(
            await world.ExecuteAsync([world.Work("core", "core/role/a", "core/role/b", "core/role/c<core/role/b", "core/role/d")])
        );

        Assert.Equal("core:Waiting:done,skipped,skipped,done", RunWorld.Line(result));
    }

    [Fact]
    public async Task Run_WhenAStepFails_HoldsBackWhatDependsOnIt_AndNothingElse()
    {
        var world = new RunWorld();
        world.Say("core/role/b", new StepOutcome.Failed("permission denied", null));

        var result = Assert.Single(
            await world.ExecuteAsync([
                world.Work(
                    "core",
                    "core/role/a",
                    "core/role/b",
                    "core/role/c<core/role/b",
                    "core/role/d<core/role/c",
                    "core/role/e"
                ),
            ])
        );

        Assert.Equal("core:Stopped:done,failed,skipped,skipped,done", RunWorld.Line(result));
        Assert.Equal("after do core/role/b (failed)", OutcomeText.Reason(result.Steps[2].Outcome));
        Assert.Equal("waits for core/role/c", OutcomeText.Reason(result.Steps[3].Outcome));
    }

    [Fact]
    public async Task Run_WhenAServerDoesNotComeBack_RestartsNoOther_AndGoesOnElsewhere()
    {
        var world = new RunWorld();
        world.Say("core/restart/1", new StepOutcome.Failed("it did not come up", null));

        var result = Assert.Single(
            await world.ExecuteAsync([world.Work("core", "core/restart/1", "core/restart/2", "core/role/a")])
        );

        Assert.Equal("core:Stopped:failed,skipped,done", RunWorld.Line(result));
    }

    [Fact]
    public async Task Run_WhenTheLockIsLost_BeginsNothingMore()
    {
        var world = new RunWorld { LostDuring = "core/role/a" };

        var result = Assert.Single(await world.ExecuteAsync([world.Work("core", "core/role/a", "core/role/b")]));

        Assert.Equal(("core:Stopped:done,skipped", "another writer took over"), (RunWorld.Line(result), result.Reason));
        Assert.DoesNotContain("intent core/role/b", world.Log);
    }

    [Fact]
    public async Task Run_WhenTheJournalsDiskIsFullMidway_EndsWithAnAccountOfEveryStep()
    {
        // Intent and outcome of a, intent of b.
        var world = new RunWorld { JournalLines = 3 };

        var result = Assert.Single(await world.ExecuteAsync([world.Work("core", "core/role/a", "core/role/b", "core/role/c")]));

        Assert.Equal("core:Stopped:done,failed,skipped", RunWorld.Line(result));
        Assert.True(result.Steps[1].Acted);
        Assert.Equal("do core/role/b", result.Steps[1].Step.Title);
        Assert.DoesNotContain("effect core/role/c", world.Log);
    }

    [Fact]
    public async Task Run_DoesNotRepeatAStepWhoseEffectDidNotShow_AndEndsDegraded()
    {
        var world = new RunWorld();
        var held = new Dictionary<string, string> { ["core/role/a"] = "its effect did not show" };

        var alone = Assert.Single(
            await world.ExecuteAsync([world.Work("core", "core/role/a", "core/role/b<core/role/a") with { WithoutEffect = held }])
        );
        Assert.Equal("core:Degraded:skipped,skipped", RunWorld.Line(alone));
        Assert.Empty(world.Log);

        var beside = Assert.Single(
            await world.ExecuteAsync([world.Work("core", "core/role/a", "core/role/c") with { WithoutEffect = held }])
        );
        Assert.Equal("core:Degraded:skipped,done", RunWorld.Line(beside));
    }
}

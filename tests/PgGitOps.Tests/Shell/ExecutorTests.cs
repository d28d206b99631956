using PgGitOps.Core.Approving;
using PgGitOps.Core.Ports;

namespace PgGitOps.Tests.Shell;

/// <summary>The executor over a world of booleans.</summary>
public class ExecutorTests
{
    [Fact]
    public async Task Execute_WhenAStepFails_StopsThatClusterOnly()
    {
        var world = new RunWorld();
        world.Say("core/b", new StepOutcome.Failed("permission denied", null));

        var results = await world.ExecuteAsync([
            world.Work("core", "core/a", "core/b", "core/c"),
            world.Work("tasks", "tasks/a", "tasks/b"),
        ]);

        Assert.Equal(["core:Stopped:done,failed,skipped", "tasks:Applied:done,done"], results.Select(RunWorld.Line));
        Assert.Equal(["core/a", "tasks/a", "tasks/b"], world.True.Order());
        Assert.Equal(
            ["StepBegun core/a", "StepDone core/a", "StepBegun core/b", "StepFailed core/b", "StepHeldBack core/c"],
            world.Told.Where(t => t.Contains(" core/", StringComparison.Ordinal))
        );
    }

    [Fact]
    public async Task Execute_WritesTheIntentBeforeTheEffect_AndTheOutcomeAfterTheRecord()
    {
        var world = new RunWorld();

        await world.ExecuteAsync([world.Work("core", "core/a", "core/b")]);

        Assert.Equal(
            [
                "intent core/a",
                "effect core/a",
                "record core/a",
                "outcome core/a done",
                "intent core/b",
                "effect core/b",
                "record core/b",
                "outcome core/b done",
            ],
            world.Log
        );
    }

    [Theory]
    [InlineData(true, "core:Applied:alreadyTrue,done")]
    [InlineData(false, "core:Stopped:refused,skipped")]
    [Trait("Requirement", "R-16")]
    public async Task Execute_WhenAStepIsUncertain_LooksAgainInsteadOfRetrying(bool happened, string expected)
    {
        var world = new RunWorld();
        world.Say("core/a", new StepOutcome.Uncertain("no answer within 5s"), takesEffect: happened);

        var results = await world.ExecuteAsync([world.Work("core", "core/a", "core/b")]);

        Assert.Equal(expected, RunWorld.Line(Assert.Single(results)));
        Assert.Single(world.Log, l => l == "intent core/a");
    }

    [Fact]
    public async Task Execute_WhenUncertainAndUnreadable_SaysSo()
    {
        var world = new RunWorld();
        world.Say("core/a", new StepOutcome.Uncertain("connection lost"), takesEffect: true, thenUnreadable: true);

        var results = await world.ExecuteAsync([world.Work("core", "core/a")]);

        Assert.Equal("core:Stopped:uncertain", RunWorld.Line(Assert.Single(results)));
    }

    [Fact]
    public async Task Execute_WhenAnotherWriterHoldsTheCluster_DoesNothingThere()
    {
        var world = new RunWorld { HeldCluster = "core" };

        var results = await world.ExecuteAsync([world.Work("core", "core/a"), world.Work("tasks", "tasks/a")]);

        Assert.Equal(["core:Locked:", "tasks:Applied:done"], results.Select(RunWorld.Line));
    }

    [Fact]
    public async Task Execute_OfASealedPlan_WhenTheWorldMovedBeforeTheLock_RefusesAndNamesWhatMoved()
    {
        var world = new RunWorld();
        var work = world.Work("core", "core/a", "core/b") with { Sealed = true };
        world.True.Add("core/b");

        var result = Assert.Single(await world.ExecuteAsync([work]));

        Assert.Equal("core:Stale:", RunWorld.Line(result));
        Assert.Contains("core/core/b.exists", result.Reason, StringComparison.Ordinal);
        Assert.Empty(world.Log);
    }

    [Fact]
    public async Task Execute_WhenAStepIsHeldBack_SkipsItsDependentsAndRunsTheRest()
    {
        var world = new RunWorld();
        var work = world.Work("core", "core/a", "core/b<core/a", "core/c");
        work = work with
        {
            Approval = work.Approval with
            {
                Steps =
                [
                    .. work.Approval.Steps.Select(s =>
                        s.Step.Id switch
                        {
                            "core/a" => s with { Verdict = new StepVerdict.Waits("nightly", null) },
                            "core/b" => s with { Verdict = new StepVerdict.Behind("core/a") },
                            _ => s,
                        }
                    ),
                ],
            },
        };

        var result = Assert.Single(await world.ExecuteAsync([work]));

        Assert.Equal("core:Waiting:skipped,skipped,done", RunWorld.Line(result));
    }

    [Fact]
    public async Task Execute_WhenToldToStop_FinishesTheStepInHand()
    {
        var world = new RunWorld();
        world.StopDuring("core/a");

        var result = Assert.Single(await world.ExecuteAsync([world.Work("core", "core/a", "core/b")]));

        Assert.Equal("core:Interrupted:done,skipped", RunWorld.Line(result));
        Assert.Contains("outcome core/a done", world.Log);
    }

    [Fact]
    public async Task Execute_WithNothingToDo_RecordsWhatWasFoundAsDeclared_Once()
    {
        var world = new RunWorld();
        world.Found.AddRange(["role/a", "role/b"]);

        var result = Assert.Single(await world.ExecuteAsync([world.Work("core") with { Records = true }]));

        Assert.Equal(("core:InSync:", 2), (RunWorld.Line(result), result.Recorded));
        Assert.False(result.ChangedSomething);
        Assert.Equal(["found role/a role/b"], world.Log);
        Assert.Equal(0, Assert.Single(await world.ExecuteAsync([world.Work("core")])).Recorded);
        Assert.Single(world.Log);
    }

    [Fact]
    public async Task Execute_RecordsWhatWasFoundAfterTheSteps_AndNotWhereOneFailed()
    {
        var world = new RunWorld();
        world.Found.Add("role/a");
        await world.ExecuteAsync([world.Work("core", "core/a")]);
        Assert.Equal("found role/a", world.Log[^1]);

        var failing = new RunWorld();
        failing.Found.Add("role/a");
        failing.Say("core/a", new StepOutcome.Failed("permission denied", null));
        await failing.ExecuteAsync([failing.Work("core", "core/a")]);
        Assert.DoesNotContain("found role/a", failing.Log);
    }

    [Fact]
    public async Task Execute_WhenOnlyTheRecordIsToBeWritten_AnotherWriterIsNoHindrance_AndAFailureIsSaid()
    {
        var held = new RunWorld { HeldCluster = "core" };
        held.Found.Add("role/a");
        Assert.Equal(
            "core:InSync:",
            RunWorld.Line(Assert.Single(await held.ExecuteAsync([held.Work("core") with { Records = true }])))
        );

        var failing = new RunWorld { FoundOutcome = new StepOutcome.Failed("disk full", null) };
        failing.Found.Add("role/a");
        var result = Assert.Single(await failing.ExecuteAsync([failing.Work("core") with { Records = true }]));
        Assert.Equal(
            ("core:Stopped:", "what was found as declared could not be recorded: disk full"),
            (RunWorld.Line(result), result.Reason)
        );
    }
}

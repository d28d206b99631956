using PgGitOps.Core.Desired;
using PgGitOps.Core.Facets;
using PgGitOps.Core.Passes;
using PgGitOps.Core.Planning;
using PgGitOps.Core.Ports;
using PgGitOps.Reconciling;
using PgGitOps.State;
using PgGitOps.Tests.Builders;

namespace PgGitOps.Tests.Shell;

public sealed class StepsWithoutEffectTests : IDisposable
{
    private static readonly DateTimeOffset Noon = new(2026, 7, 1, 12, 0, 0, TimeSpan.Zero);

    private readonly string directory = Directory.CreateTempSubdirectory("pggitops-effect-").FullName;

    public void Dispose() => Directory.Delete(directory, recursive: true);

    [Fact]
    public void Held_AfterARestartOfTheProcess_IsTheSameStepWithTheSameInput()
    {
        Open().Note(StepAt("4MB"), "c0ffee", "work_mem is 4MB, wanted 8MB", Noon);

        var held = Open().Held(PlanOf(StepAt("4MB")), "c0ffee", Noon.AddMinutes(1));
        Assert.Contains("work_mem is 4MB, wanted 8MB", held["core/m/parameters"], StringComparison.Ordinal);

        // Another commit, another live value, or long afterwards.
        Assert.Empty(Open().Held(PlanOf(StepAt("4MB")), "beef", Noon.AddMinutes(1)));
        Assert.Empty(Open().Held(PlanOf(StepAt("5MB")), "c0ffee", Noon.AddMinutes(1)));
        Assert.Empty(Open().Held(PlanOf(StepAt("4MB")), "c0ffee", Noon + StepsWithoutEffect.BackOffMin));
    }

    [Fact]
    public void Note_AgainWithTheSameInput_WaitsTwiceAsLong()
    {
        var steps = Open();
        steps.Note(StepAt("4MB"), "c0ffee", "no", Noon);
        steps.Note(StepAt("4MB"), "c0ffee", "no", Noon);

        Assert.NotEmpty(steps.Held(PlanOf(StepAt("4MB")), "c0ffee", Noon + StepsWithoutEffect.BackOffMin));
        Assert.Empty(steps.Held(PlanOf(StepAt("4MB")), "c0ffee", Noon + (2 * StepsWithoutEffect.BackOffMin)));
    }

    [Fact]
    public void Held_ForgetsAStepOnceItsEffectShows_AndNotWhileThePlanCannotTell()
    {
        var steps = Open();
        steps.Note(StepAt("4MB"), "c0ffee", "no", Noon);
        steps.Held(PlanOf() with { Unknowns = ["core-1 is away"] }, "c0ffee", Noon);
        Assert.NotEmpty(steps.Held(PlanOf(StepAt("4MB")), "c0ffee", Noon.AddMinutes(1)));

        steps.Held(PlanOf(), "c0ffee", Noon);

        Assert.Empty(Open().Held(PlanOf(StepAt("4MB")), "c0ffee", Noon.AddMinutes(1)));
    }

    [Fact]
    public void WithoutEffect_IsAStepThatWasDoneAndIsAskedForAgain()
    {
        var done = new ClusterResult(
            "core",
            ClusterEnding.Applied,
            [new(StepAt("4MB"), new StepOutcome.Done(TimeSpan.Zero))],
            null
        );

        var (step, seen) = Assert.Single(
            PassJudgement.WithoutEffect(
                done,
                PlanOf(StepAt("4MB")) with
                {
                    Changes =
                    [
                        new(
                            Paths.Key("member/m/parameter/work_mem", "value"),
                            FacetValue.Of("4MB"),
                            FacetValue.Of("8MB"),
                            null,
                            ChangeCause.Intent,
                            FieldTreatment.Enforce,
                            null
                        ),
                    ],
                }
            )
        );
        var judged = PassJudgement.Degraded(done, step, seen);
        Assert.Equal(ClusterEnding.Degraded, judged.Ending);
        Assert.Contains("4MB, wanted 8MB", judged.Reason, StringComparison.Ordinal);

        // Another value is another step.
        Assert.Empty(PassJudgement.WithoutEffect(done, PlanOf(StepAt("4MB") with { Effects = [] })));
    }

    private StepsWithoutEffect Open() =>
        StepsWithoutEffect.Open(Path.Combine(directory, "without-effect.json"), new StateConditions(_ => { }));

    private static Step StepAt(string live) =>
        new()
        {
            Id = "core/m/parameters",
            Cluster = "core",
            Title = "set work_mem on m",
            Action = new StepAction.ExecuteSql("m", "postgres", ["ALTER SYSTEM SET work_mem = '8MB'"], false),
            Preconditions = [new(Paths.Key("member/m/parameter/work_mem", "value"), FacetValue.Of(live))],
            Effects = [new(Paths.Key("member/m/parameter/work_mem", "value"), FacetValue.Of("8MB"))],
            Hazards = [],
            Timeout = TimeSpan.FromSeconds(1),
            DependsOn = [],
            Because = null,
        };

    private static ClusterPlan PlanOf(params Step[] steps) =>
        new()
        {
            Cluster = "core",
            Mode = ReconcileMode.Enforce,
            Changes = [],
            Steps = [.. steps],
            Refusals = [],
            Reads = [],
            Unknowns = [],
        };
}

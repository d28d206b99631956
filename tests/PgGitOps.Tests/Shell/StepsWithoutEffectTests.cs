using System.Text.Json;
using PgGitOps.Core.Desired;
using PgGitOps.Core.Facets;
using PgGitOps.Core.Passes;
using PgGitOps.Core.Planning;
using PgGitOps.Core.Ports;
using PgGitOps.Providers.State;
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

    [Fact]
    public void Note_ByTwoProcessesBesideEachOther_LosesNeither()
    {
        var (one, other) = (Open(), Open());
        one.Note(StepAt("4MB"), "c0ffee", "no", Noon);
        other.Note(StepAt("4MB", "tasks"), "c0ffee", "no", Noon);
        one.Note(StepAt("4MB"), "c0ffee", "no", Noon);

        var later = Noon.AddMinutes(1);
        Assert.NotEmpty(Open().Held(PlanOf(StepAt("4MB")), "c0ffee", later));
        Assert.NotEmpty(Open().Held(PlanOf(StepAt("4MB", "tasks")) with { Cluster = "tasks" }, "c0ffee", later));
    }

    [Fact]
    public void Held_ByWhatAnEarlierVersionKeptInAFile()
    {
        Open().Note(StepAt("4MB"), "c0ffee", "no", Noon);
        var body = Assert
            .IsType<EvidenceReading.Found>(Store().Latest(new("core", "0123456789abcdef", StepsWithoutEffect.Series)))
            .Newest!.Body;
        var input = JsonDocument.Parse(body).RootElement.GetProperty("core/m/parameters").GetProperty("Input").GetString();
        Directory.Delete(Path.Combine(directory, "evidence"), recursive: true);
        File.WriteAllText(
            Earlier,
            $$"""
            {
              "core/m/parameters": {
                "Cluster": "core",
                "Input": "{{input}}",
                "Seen": "work_mem is 4MB",
                "At": "2026-07-01T12:00:00+00:00",
                "Times": 3
              }
            }
            """
        );

        Assert.NotEmpty(Open().Held(PlanOf(StepAt("4MB")), "c0ffee", Noon + (3 * StepsWithoutEffect.BackOffMin)));
        // What is noted from now on stands in the store, and begins with what the file said.
        Open().Note(StepAt("4MB"), "c0ffee", "no", Noon);
        File.Delete(Earlier);
        Assert.NotEmpty(Open().Held(PlanOf(StepAt("4MB")), "c0ffee", Noon + (7 * StepsWithoutEffect.BackOffMin)));
    }

    private string Earlier => Path.Combine(directory, "without-effect.json");

    private EvidenceFiles Store() => new(Path.Combine(directory, "evidence"), TimeProvider.System);

    private StepsWithoutEffect Open() => new(Store(), "0123456789abcdef", Earlier, new StateConditions(_ => { }));

    private static Step StepAt(string live, string cluster = "core") =>
        new()
        {
            Id = $"{cluster}/m/parameters",
            Cluster = cluster,
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

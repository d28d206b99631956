using PgGitOps.Core.Facets;
using PgGitOps.Core.Planning;
using PgGitOps.Core.Planning.Checking;
using PgGitOps.Tests.Builders;
using static PgGitOps.Tests.Builders.Fleets;

namespace PgGitOps.Tests.Planning;

/// <summary>The checker by itself: steps that the planner would never make in that order are refused, each with what does not hold.</summary>
[Trait("Requirement", "R-07")]
public class PlanCheckerTests
{
    private static readonly FacetKey WorkMem = Key("member/core-1/parameter/work_mem", Field.Value);

    [Fact]
    public void Check_OfAPreconditionThatDoesNotHold_SaysWhatIsThereInstead()
    {
        Assert.Equal(
            ["s expects core/member/core-1/parameter/work_mem.value to be 8192, but it is 4MB"],
            Check(Step("s") with { Preconditions = [new(WorkMem, FacetValue.Of("8192"))] })
        );
        Assert.Equal(
            ["s expects core/member/core-1/parameter/work_mem.value to be absent, but it is 4MB"],
            Check(Step("s") with { Preconditions = [new(WorkMem, null)] })
        );
        Assert.Equal(
            ["s expects core/role/ghost.exists to be true, but it is absent"],
            Check(Step("s") with { Preconditions = [new(Key("role/ghost", Field.Exists), FacetValue.Of(true))] })
        );
        Assert.Equal(
            ["s expects core/role/hidden.exists to be true, but it is unknown"],
            Check(Step("s") with { Preconditions = [new(Key("role/hidden", Field.Exists), FacetValue.Of(true))] })
        );
    }

    [Fact]
    public void Check_OfAPreconditionThatAStepBeforeBringsAbout_Passes()
    {
        var made = new FacetState(Key("role/hidden", Field.Exists), FacetValue.Of(true));

        Assert.Empty(Check(Step("make") with { Effects = [made] }, Step("use") with { Preconditions = [made] }));
        Assert.Single(Check(Step("use") with { Preconditions = [made] }, Step("make") with { Effects = [made] }));
    }

    [Fact]
    public void Check_OfAStepBeforeOneThatItDependsOn_NamesBoth() =>
        Assert.Equal(
            ["second comes before first, which it depends on"],
            Check(Step("second") with { DependsOn = [new("first", "why")] }, Step("first"))
        );

    [Fact]
    public void Check_OfADesiredValueThatALaterStepUndoes_NamesIt()
    {
        var desired = new FacetState(WorkMem, FacetValue.Of("8192"));
        var undone = new FacetState(WorkMem, FacetValue.Of("1"));

        Assert.Equal(
            ["core/member/core-1/parameter/work_mem.value does not end up 8MB: a later step undoes it"],
            Check(Step("set") with { Effects = [desired] }, Step("undo") with { Effects = [undone] })
        );
        Assert.Empty(Check(Step("before") with { Effects = [undone] }, Step("set") with { Effects = [desired] }));
    }

    [Fact]
    public void Apply_OfAnObjectThatGoes_TakesWhatIsInsideOfItAndNothingElse()
    {
        var state = new StateSimulator(
            new[] { "database/a", "database/a/schema/s", "database/ab", "database/ab/schema/s" }.ToDictionary(
                p => Key(p, Field.Exists),
                _ => FacetValue.Of(true)
            ),
            new Dictionary<FacetKey, string>()
        );
        state.Apply([new(Key("database/ab", Field.Owner), FacetValue.Of("x"))]);

        // A value that goes is no object that goes.
        state.Apply([new(Key("database/ab", Field.Owner), null)]);
        state.Apply([new(Key("database/a", Field.Exists), null)]);

        Assert.Equal(["database/ab", "database/ab/schema/s"], state.Values.Keys.Select(k => k.Object.ToString()).Order());
    }

    [Fact]
    public void SynchronousStandbysKept_WhereFewerAreWaitedForThanAtBothEnds_IsViolated()
    {
        Assert.Equal(
            "after s commits wait for 0 standbys, fewer than the 1 of both the present and the desired state",
            Violation(Waits("ANY 1 (b)"), Waits(null), Waits("ANY 2 (b, c)"))
        );
        Assert.NotNull(Violation(Waits("ANY 2 (b, c)"), Waits("ANY 1 (b, c)"), Waits("FIRST 2 (b, c)")));
        Assert.Null(Violation(Waits("ANY 1 (b)"), Waits("ANY 1 (c)"), Waits("ANY 2 (b, c)")));
        Assert.Null(Violation(Waits("ANY 1 (b)"), Waits(null), Waits(null)));
        Assert.Null(Violation(Waits(null), Waits(null), Waits("ANY 1 (b)")));
        // What a standby has in its own file makes nobody wait.
        Assert.NotNull(
            Violation(
                Waits("ANY 1 (b)"),
                State([.. Member("a", "standby", true, "ANY 1 (b)"), .. Member("b", "primary", true, null)]),
                Waits("ANY 1 (b)")
            )
        );

        static string? Violation(PlannedState start, PlannedState after, PlannedState end) =>
            new SynchronousStandbysKept().Violation(start, start, Step("s"), after, end);

        static PlannedState Waits(string? rule) => State(Member("a", "primary", true, rule));
    }

    [Fact]
    public void OneServerDownAtATime_WhereAnotherThatRanIsDown_IsViolated()
    {
        var both = State([.. Member("a", "primary", true), .. Member("b", "standby", true)]);
        var oneDown = State([.. Member("a", "primary", true), .. Member("b", "standby", false)]);

        Assert.Equal("s would restart a while b is down", Violation(both, oneDown, "a"));
        Assert.Null(Violation(both, both, "a"));
        Assert.Null(Violation(both, oneDown, "b"));
        // It was down when the plan began.
        Assert.Null(Violation(oneDown, oneDown, "a"));
        Assert.Null(new OneServerDownAtATime().Violation(both, oneDown, Step("s"), oneDown, oneDown));

        static string? Violation(PlannedState start, PlannedState before, string restarted) =>
            new OneServerDownAtATime().Violation(
                start,
                before,
                Step("s") with
                {
                    Action = new StepAction.RestartServer(restarted),
                },
                before,
                before
            );
    }

    [Fact]
    public void OnePrimary_WhereTwoRun_IsViolated()
    {
        Assert.Equal(
            "after s a and b are both primary",
            Violation([.. Member("b", "primary", true), .. Member("a", "primary", true)])
        );
        Assert.Null(Violation([.. Member("a", "primary", true), .. Member("b", "primary", false)]));
        Assert.Null(Violation([.. Member("a", "primary", true), .. Member("b", "standby", true)]));
        Assert.Null(Violation([]));

        static string? Violation(IEnumerable<(string Path, Field Field, string Value)> after) =>
            new OnePrimary().Violation(State([]), State([]), Step("s"), State(after), State([]));
    }

    [Fact]
    public void ClaimsKept_WhileNobodyIsPrimary_IsNotViolated()
    {
        var nobody = State(Member("core-1", "standby", true));

        Assert.Null(new ClaimsKept(Fleet(Cluster("core-1"))).Violation(nobody, nobody, Step("s"), nobody, nobody));
    }

    private static IEnumerable<(string Path, Field Field, string Value)> Member(
        string name,
        string role,
        bool runs,
        string? rule = null
    )
    {
        yield return ($"member/{name}", Field.Role, role);
        yield return ($"member/{name}", Field.Running, runs ? "true" : "false");
        if (rule is not null)
            yield return ($"member/{name}/parameter/synchronous_standby_names", Field.Value, rule);
    }

    private static PlannedState State(IEnumerable<(string Path, Field Field, string Value)> values) =>
        new("core", values.ToDictionary(v => Key(v.Path, v.Field), v => FacetValue.Of(v.Value)));

    private static FacetKey Key(string path, Field field) => new("core", ObjectPath.Parse(path), field);

    private static Step Step(string id) =>
        new()
        {
            Id = id,
            Cluster = "core",
            Title = id,
            Action = new StepAction.ExecuteSql("core-1", "postgres", [], true),
            Preconditions = [],
            Effects = [],
            Hazards = [],
            Timeout = TimeSpan.FromSeconds(1),
            DependsOn = [],
            Because = null,
        };

    private static IReadOnlyList<string> Check(params Step[] steps)
    {
        var problem = PlanningInputBuilder.Read(
            Environment(),
            Cluster("core-1") with
            {
                Parameters = [Setting("work_mem", "8MB")],
            },
            Snapshots.Cluster(Snapshots.Seen("core-1", Snapshots.Primary())),
            Plans.PasswordsMatch,
            Now
        );
        return PlanChecker.Check(
            problem with
            {
                Unknown = new Dictionary<FacetKey, string>(problem.Unknown)
                {
                    [Key("role/hidden", Field.Exists)] = "not readable",
                },
            },
            steps,
            StateInvariants.All
        );
    }
}

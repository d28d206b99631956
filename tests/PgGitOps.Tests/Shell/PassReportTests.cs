using PgGitOps.Cli;
using PgGitOps.Core.Passes;
using PgGitOps.Core.Planning;
using PgGitOps.Core.Ports;
using PgGitOps.Core.Reporting.Passes;
using PgGitOps.Tests.Builders;
using PgGitOps.Wiring;

namespace PgGitOps.Tests.Shell;

public class PassReportTests
{
    public static TheoryData<int, bool, bool, int> Endings =>
        new()
        {
            // ending, something was done, waits for approval → exit code
            { (int)ClusterEnding.InSync, false, false, 0 },
            { (int)ClusterEnding.Applied, true, false, 0 },
            { (int)ClusterEnding.Waiting, false, false, 7 },
            { (int)ClusterEnding.Waiting, false, true, 6 },
            { (int)ClusterEnding.Waiting, true, true, 8 },
            { (int)ClusterEnding.Stopped, false, false, 1 },
            { (int)ClusterEnding.Stopped, true, false, 8 },
            { (int)ClusterEnding.Short, false, false, 8 },
            { (int)ClusterEnding.Degraded, false, false, 8 },
            { (int)ClusterEnding.Short, true, false, 8 },
            { (int)ClusterEnding.Locked, false, false, 7 },
            { (int)ClusterEnding.Refused, false, false, 4 },
            { (int)ClusterEnding.Stale, false, false, 5 },
            { (int)ClusterEnding.Unreachable, false, false, 1 },
            { (int)ClusterEnding.Interrupted, true, false, 130 },
        };

    [Theory]
    [MemberData(nameof(Endings))]
    public void ExitOf_EveryEnding_HasItsOwnCode(int ending, bool changed, bool approval, int code)
    {
        var pass = Pass(
            new ClusterResult("core", (ClusterEnding)ending, changed ? [Done] : [], null) { WaitsForApproval = approval }
        );

        Assert.Equal(code, (int)PassExit.Of(pass));
        // A second cluster in order changes nothing about it.
        Assert.Equal(
            code,
            (int)PassExit.Of(pass with { Clusters = [.. pass.Clusters, new("tasks", ClusterEnding.InSync, [], null)] })
        );
    }

    [Fact]
    public void ExitOf_WhenTheSecondLookFindsMoreToDo_IsPartlyApplied()
    {
        var pass = Pass(new ClusterResult("core", ClusterEnding.Applied, [Done], null));

        Assert.Equal(
            ExitCode.PartlyApplied,
            PassExit.Of(pass with { Left = new Dictionary<string, IReadOnlyList<string>> { ["core"] = ["create role x"] } })
        );
    }

    [Fact]
    public void Text_NamesWhatIsDangerousAndWhatNobodyActsOn()
    {
        var undeclared = new Change(
            Paths.Key("role/boss", "superuser"),
            null,
            null,
            null,
            ChangeCause.Undeclared,
            Core.Desired.FieldTreatment.Observe,
            null
        )
        {
            NotActedOn = "x",
            Danger = "y",
        };
        var open = undeclared with { Key = Paths.Key("member/core-2", "streaming"), Cause = ChangeCause.Drift, Danger = null };
        var ignored = undeclared with
        {
            Key = Paths.Key("role/old", "superuser"),
            Treatment = Core.Desired.FieldTreatment.Ignore,
        };
        var standing = new ClusterPlan
        {
            Cluster = "core",
            Mode = Core.Desired.ReconcileMode.Enforce,
            Changes = [undeclared, open, ignored],
            Steps = [],
            Refusals = [],
            Reads = [],
            Unknowns = [],
        };
        var pass = Pass(new ClusterResult("core", ClusterEnding.InSync, [], null)) with
        {
            Standing = new Dictionary<string, ClusterPlan> { ["core"] = standing },
        };

        var text = PassReport.Text(pass);

        Assert.Contains("~ 1 not acted on: member/core-2 streaming; see pggitops drift", text, StringComparison.Ordinal);
        Assert.Contains("! 1 dangerous: role/boss superuser; see pggitops drift", text, StringComparison.Ordinal);
        Assert.Contains(
            "\"dangers\": [\n        \"role/boss superuser\"\n      ]",
            PassReport.Json(pass),
            StringComparison.Ordinal
        );
    }

    [Fact]
    public void Text_WithNamesAndReasonsThatATerminalObeys_ShowsThem_AndKeepsLinesOfAReasonUnderTheirStep()
    {
        const string Hostile = "a\e[2K\r\nnothing to do\u202e";
        var danger = new Change(
            Paths.Key($"role/{Hostile}", "superuser"),
            null,
            null,
            null,
            ChangeCause.Undeclared,
            Core.Desired.FieldTreatment.Observe,
            null
        )
        {
            Danger = "y",
        };
        var standing = new ClusterPlan
        {
            Cluster = "core",
            Mode = Core.Desired.ReconcileMode.Enforce,
            Changes = [danger],
            Steps = [],
            Refusals = [],
            Reads = [],
            Unknowns = [],
        };
        var failed = new StepResult(
            Done.Step with
            {
                Title = $"create {Hostile}",
            },
            new StepOutcome.Failed($"FATAL: {Hostile}", null)
        );
        var pass = Pass(new ClusterResult("core", ClusterEnding.Stopped, [failed], $"stopped {Hostile}")) with
        {
            Earlier =
            [
                new(
                    new("p", "c", "core", "core/x", $"do {Hostile}", 3, DateTimeOffset.UnixEpoch),
                    OutcomeCheckVerdict.DidNotHappen
                ),
            ],
            Left = new Dictionary<string, IReadOnlyList<string>> { ["core"] = [$"left {Hostile}"] },
            Standing = new Dictionary<string, ClusterPlan> { ["core"] = standing },
        };

        var text = PassReport.Text(pass);

        const string Shown = @"a\u001B[2K\u000D\u000Anothing to do\u202E";
        Assert.StartsWith($"core: do {Shown} was interrupted", text, StringComparison.Ordinal);
        Assert.Contains("\ncore: stopped: stopped a\\u001B[2K\n      nothing to do\\u202E\n", text, StringComparison.Ordinal);
        Assert.Contains($"create {Shown}: FATAL: a\\u001B[2K\n      nothing to do\\u202E\n", text, StringComparison.Ordinal);
        Assert.Contains($"  still to do: left {Shown}\n", text, StringComparison.Ordinal);
        Assert.Contains($"  ! 1 dangerous: role/{Shown} superuser; see", text, StringComparison.Ordinal);
        Assert.DoesNotContain(text, c => c != '\n' && char.IsControl(c));
    }

    [Fact]
    public async Task Json_KeepsToItsSchema()
    {
        var schema = await NJsonSchema.JsonSchema.FromJsonAsync(
            File.ReadAllText(Golden.InRepository("schemas/reports/pass.schema.json"))
        );
        var pass = Pass(
            new ClusterResult(
                "core",
                ClusterEnding.Stopped,
                [Done, new(Done.Step, new StepOutcome.Failed("no space", "make room"))],
                null
            )
        ) with
        {
            Earlier =
            [
                new(new("p", "c", "core", "core/x", "do x", 3, DateTimeOffset.UnixEpoch), OutcomeCheckVerdict.DidNotHappen),
            ],
            Left = new Dictionary<string, IReadOnlyList<string>> { ["core"] = ["do x"] },
        };

        Assert.Empty(schema.Validate(PassReport.Json(pass)));
        // The check is awake.
        Assert.NotEmpty(schema.Validate(PassReport.Json(pass).Replace("\"stopped\"", "\"whatever\"", StringComparison.Ordinal)));
    }

    private static StepResult Done { get; } =
        new(
            new()
            {
                Id = "core/x",
                Cluster = "core",
                Title = "do x",
                Action = new StepAction.StartServer("m"),
                Preconditions = [],
                Effects = [],
                Hazards = [],
                Timeout = TimeSpan.FromSeconds(1),
                DependsOn = [],
                Because = null,
            },
            new StepOutcome.Done(TimeSpan.Zero)
        );

    private static PassResult Pass(ClusterResult cluster) =>
        new()
        {
            Fleet = null!,
            Plan = new(new string('a', 64), "c0ffee", DateTimeOffset.UnixEpoch, []),
            Snapshot = new(DateTimeOffset.UnixEpoch, []),
            Earlier = [],
            Clusters = [cluster],
            Left = new Dictionary<string, IReadOnlyList<string>>(),
            Standing = new Dictionary<string, ClusterPlan>(),
            Took = TimeSpan.FromSeconds(1),
            Processor = TimeSpan.Zero,
        };
}

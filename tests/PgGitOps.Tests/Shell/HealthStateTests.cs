using System.Text.Json;
using PgGitOps.Controller;
using PgGitOps.Core.Ports;
using PgGitOps.Tests.Builders;

namespace PgGitOps.Tests.Shell;

public class HealthStateTests
{
    private static readonly TimeSpan Minute = TimeSpan.FromMinutes(1);

    private readonly ManualTime clock = new();
    private readonly HealthState health;

    public HealthStateTests() => health = new(clock, Minute);

    [Fact]
    public void Report_IsHealthyOnlyWhilePassesComplete()
    {
        Assert.False(health.Report().Healthy);
        Declare("core");
        Pass("core");

        Assert.True(health.Report().Healthy);
        clock.Advance(TimeSpan.FromSeconds(61));
        Assert.False(health.Report().Healthy);
        Assert.True(Json.GetProperty("overdue").GetBoolean());
    }

    [Fact]
    public void Report_WhenAClusterIsStuck_NamesItAlone_AndIsUnhealthyUntilItMendsOrGoes()
    {
        Declare("core", "tasks");
        Pass("tasks");
        Pass("core", failures: 2);
        Assert.True(health.Report().Healthy);

        Pass("core", failures: 3);

        Assert.False(health.Report().Healthy);
        Assert.Equal(["core"], Json.GetProperty("stuck").EnumerateArray().Select(s => s.GetString()));
        Assert.Equal(
            [false, true],
            Json.GetProperty("clusters").EnumerateArray().Select(c => c.GetProperty("healthy").GetBoolean())
        );
        Declare("tasks");
        Assert.True(health.Report().Healthy);
    }

    [Fact]
    public void Report_WhenACommitIsRefused_NamesItAndStaysHealthy()
    {
        Declare("core");
        Pass("core");
        health.Hear(new PassEvent.RevisionRejected("deadbeef", "c0ffee", RevisionFault.Invalid, "deadbeef: 2 errors", []));

        Assert.True(health.Report().Healthy);
        Assert.Equal("deadbeef: 2 errors", Json.GetProperty("refusedRevision").GetString());
        health.Hear(new PassEvent.RevisionCurrent("c0ffee"));
        Assert.Equal(JsonValueKind.Null, Json.GetProperty("refusedRevision").ValueKind);
    }

    [Fact]
    public void Report_WhenTheWallClockIsSet_DoesNotCare()
    {
        Declare("core");
        Pass("core");

        clock.SetWallClock(TimeSpan.FromHours(1));
        Assert.True(health.Report().Healthy);
        clock.SetWallClock(TimeSpan.FromHours(-2));
        Assert.True(health.Report().Healthy);
        clock.Advance(TimeSpan.FromSeconds(61));
        Assert.False(health.Report().Healthy);
    }

    [Fact]
    public void Report_WhenOneClusterIsLate_NamesItHoweverOftenTheOthersPass_UntilItIsAtALongStep()
    {
        Declare("core", "tasks");
        for (var pass = 0; pass < 4; pass++)
        {
            clock.Advance(TimeSpan.FromSeconds(20));
            Pass("core");
        }

        Assert.False(health.Report().Healthy);
        Assert.Equal(["tasks"], Json.GetProperty("stuck").EnumerateArray().Select(s => s.GetString()));
        health.Hear(new PassEvent.StepBegun(SampleEvents.Step with { Cluster = "tasks", Timeout = TimeSpan.FromHours(1) }));
        Assert.True(health.Report().Healthy);
    }

    [Fact]
    public void Report_OfAPassThatEndsAfterItsClusterIsGone_KeepsNothing()
    {
        Declare("core");
        Pass("core");

        Pass("gone", failures: 3);

        Assert.True(health.Report().Healthy);
        Assert.Single(Json.GetProperty("clusters").EnumerateArray());
    }

    [Fact]
    public void Report_ShowsTheConditionOfEachCluster()
    {
        Declare("core");
        Assert.Equal("NotObserved", Json.GetProperty("clusters")[0].GetProperty("reason").GetString());

        health.Hear(
            new PassEvent.ConditionChanged(
                "core",
                null,
                new(ConditionReason.NotAsDeclared, "core-2 does not stream", ["core/member/core-2.streaming"], clock.GetUtcNow())
            )
        );

        var shown = Json.GetProperty("clusters")[0];
        Assert.Equal(
            ("Degraded", "NotAsDeclared", "core-2 does not stream"),
            (
                shown.GetProperty("state").GetString(),
                shown.GetProperty("reason").GetString(),
                shown.GetProperty("message").GetString()
            )
        );
        Assert.Equal(clock.GetUtcNow(), shown.GetProperty("since").GetDateTimeOffset());
    }

    [Fact]
    public void Report_ShowsWhatIsWrongWithTheStateDirectory_AndStaysHealthy()
    {
        Declare("core");
        Pass("core");

        health.Hear(new PassEvent.StateNotKept("drift.json", "no space left on device"));

        Assert.True(health.Report().Healthy);
        Assert.Equal("no space left on device", Json.GetProperty("stateDirectory")[0].GetString());
        health.Hear(new PassEvent.StateKept("drift.json"));
        Assert.Equal(0, Json.GetProperty("stateDirectory").GetArrayLength());
    }

    private JsonElement Json => JsonDocument.Parse(health.Report().Json).RootElement;

    private void Declare(params string[] clusters) =>
        health.Hear(new PassEvent.RevisionAccepted("c0ffee", "somebody", "a change", [.. clusters]));

    private void Pass(string cluster, int failures = 0) => health.Hear(new PassEvent.PassScheduled(cluster, failures, Minute));
}

using PgGitOps.LiveTests.Fleet;

namespace PgGitOps.LiveTests.Campaign;

/// <summary>A few schedules of the campaign, in every run of the tests. The whole of it: tests/PgGitOps.Campaign/run, docs/campaign.md.</summary>
public sealed class ShortCampaignTests
{
    private static readonly int[] Seeds = [3, 7, 12, 24];

    [LiveTheory("pg_ctl", "pg_controldata", "git")]
    [Trait("Requirement", "R-08")]
    [InlineData(3)]
    [InlineData(7)]
    [InlineData(12)]
    [InlineData(24)]
    public async Task Schedule_OfThisSeed_DoesNoHarm_AndConverges(int seed)
    {
        Assert.Contains(seed, Seeds);

        var result = await ScheduleRun.RunAsync(Schedule.Of(seed));

        Assert.True(
            result.Passed,
            $"{result.Schedule}\n{string.Join('\n', result.Failures)}\nagain, with logs: tests/PgGitOps.Campaign/run --seed {seed}"
        );
        Assert.True(result.Acknowledged > 50, "the writer did not write");
        Assert.Equal(0, result.LostByEngine);
    }

    [Fact]
    public void TheShortSet_HoldsAFailover_LostData_AnEngineKilledInAStep_AndHostileCommits()
    {
        var kinds = Seeds.SelectMany(s => Schedule.Of(s).Events).Select(e => e.Kind).ToHashSet();

        Assert.Superset(
            new HashSet<FaultKind>
            {
                FaultKind.HandFailover,
                FaultKind.OldPrimaryBack,
                FaultKind.LosePrimaryData,
                FaultKind.LoseStandbyData,
                FaultKind.KillEngineInAStep,
                FaultKind.HostileCommit,
                FaultKind.RemoveState,
            },
            kinds
        );
    }

    [Fact]
    public void ASeed_FixesTheWholeSchedule()
    {
        Assert.Equal(Schedule.Of(17).ToString(), Schedule.Of(17).ToString());
        // Written down: a seed that somebody noted has to mean the same tomorrow.
        Assert.Equal(
            "2m async 1e 2s: commit(DataRootMoved) 0p suspended-failover(StopFast) 537c KillEngineInAStep 1p",
            Schedule.Of(24).ToString()
        );
        Assert.Equal(200, Enumerable.Range(1, 200).Select(s => Schedule.Of(s).ToString()).Distinct().Count());
    }
}

using PgGitOps.Core.Desired;
using PgGitOps.Core.Planning;
using PgGitOps.Core.Ports;
using PgGitOps.LiveTests.Fleet;

namespace PgGitOps.LiveTests.Writing;

/// <summary>Sessions of steps bear the token of the lease, also where it was taken anew between two steps: a takeover ends those that bear an older one.</summary>
public sealed class WorkSessionTests
{
    private static readonly StepAction.ExecuteSql OnStandby = new("core-2", "postgres", ["select 1"], false);

    [LiveFact]
    public async Task Run_AfterARestartOfThePrimary_BearsTheNewTokenOnEveryMember()
    {
        await using var fleet = await FleetOnDisk.MakeAsync(new HostTransport.Local(null), null);
        await fleet.BringUpAsync();
        await using var writer = await fleet.OpenAsync();
        Assert.IsType<StepOutcome.Done>(await writer.RunAsync(OnStandby));
        var before = writer.FencingToken;
        Assert.Equal($"pggitops writer/{before}", await SessionsAsync(fleet));

        Assert.IsType<StepOutcome.Done>(await writer.RunAsync(new StepAction.RestartServer("core-1")));
        Assert.Equal(before + 1, writer.FencingToken);
        Assert.IsType<StepOutcome.Done>(await writer.RunAsync(OnStandby));

        await Poll.UntilAsync(
            "the session of the older token is gone",
            async () => await SessionsAsync(fleet) == $"pggitops writer/{before + 1}"
        );
    }

    private static Task<string?> SessionsAsync(FleetOnDisk fleet) =>
        fleet.AskAsync(
            "core-2",
            "select string_agg(application_name, ' ' order by application_name) from pg_stat_activity where application_name like 'pggitops writer/%'"
        );
}

using PgGitOps.LiveTests.Fleet;

namespace PgGitOps.LiveTests.EndToEnd;

public sealed class PrimaryFirstTests
{
    [LiveFact]
    public async Task Reconcile_WhenThePrimaryIsDownAndAStandbysAccessListWasEdited_StartsThePrimaryAndMendsTheList()
    {
        await using var fleet = await TestFleet.CreateAsync(tasks: false);
        await fleet.RunAsync(0, "reconcile", "--once");
        var list = Path.Combine(fleet.DataDirectory("core-2"), "pg_hba.conf");
        var declared = await File.ReadAllTextAsync(list);
        await File.AppendAllTextAsync(list, "host all all 127.0.0.9/32 md5\n");
        await fleet.ExecuteAsync("core-2", "select pg_reload_conf()");
        var pid = fleet.ServerPid("core-1")!.Value;
        fleet.SignalServer("core-1", Signal.Kill);
        await Poll.UntilAsync("core-1 has ended", () => !ProcessSignals.IsAlive(pid));

        // The standby reconnects in its own time, so the first pass may end before it streams.
        await Poll.UntilAsync(
            "the fleet is as declared",
            async () => (await fleet.RunAsync("reconcile", "--once")).ExitCode == 0
        );

        Assert.NotNull(fleet.ServerPid("core-1"));
        Assert.Equal(declared, await File.ReadAllTextAsync(list));
    }
}

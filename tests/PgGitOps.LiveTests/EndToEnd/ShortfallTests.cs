using PgGitOps.LiveTests.Fleet;

namespace PgGitOps.LiveTests.EndToEnd;

/// <summary>Nothing is left to do, and still the cluster is not what Git says: that is never success.</summary>
public sealed class ShortfallTests
{
    private const string CorePath = "environments/test/clusters/core.yaml";

    [LiveFact]
    [Trait("Requirement", "R-06")]
    public async Task Reconcile_WhileAStandbyStaysAway_AndCommitsWait_EndsWithPartlyApplied()
    {
        await using var fleet = await TestFleet.CreateAsync(tasks: false);
        fleet.Edit(
            CorePath,
            "replication: {}",
            "replication: { synchronous: { method: any, count: 1, standbys: [ core-1, core-2 ], commit: on, whenShort: block } }"
        );
        await fleet.RunAsync(0, "reconcile", "--once");

        // Shut out by a file that no document speaks of: no step can bring it back.
        var file = Path.Combine(fleet.DataDirectory("core-1"), "pg_hba.conf");
        var rules = await File.ReadAllTextAsync(file);
        await File.WriteAllTextAsync(file, "host replication all all reject\n" + rules);
        await fleet.ExecuteAsync("core-1", "select pg_reload_conf()");
        await Poll.UntilAsync(
            "the line is cut",
            async () =>
                await fleet.ScalarAsync("core-1", "select count(pg_terminate_backend(pid)) from pg_stat_replication") == "0"
        );

        var run = await fleet.RunAsync(8, "reconcile", "--once");

        Assert.Contains("core: degraded", run.Out, StringComparison.Ordinal);
        Assert.Contains("every commit waits", run.Out, StringComparison.Ordinal);
        Assert.Contains("member/core-2 streaming: false, wanted true", run.Out, StringComparison.Ordinal);
        Assert.DoesNotContain("nothing to do", run.Out, StringComparison.Ordinal);
        await File.WriteAllTextAsync(file, rules);
        await fleet.ExecuteAsync("core-1", "select pg_reload_conf()");
        // It reconnects by itself within seconds, and the run waits for it.
        await fleet.RunAsync(0, "reconcile", "--once");
    }

    [LiveFact]
    public async Task Reconcile_WhenTheStandbyOnlyReconnects_WaitsForItAndSucceeds()
    {
        await using var fleet = await TestFleet.CreateAsync(tasks: false);
        await fleet.RunAsync(0, "reconcile", "--once");
        fleet.SignalServer("core-1", Signal.Kill);
        await fleet.RunAsync(0, "reconcile", "--once");
        Assert.Equal(
            "1",
            await fleet.ScalarAsync("core-1", "select count(*) from pg_stat_replication where state = 'streaming'")
        );
    }
}

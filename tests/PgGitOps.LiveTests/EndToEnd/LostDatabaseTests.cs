using PgGitOps.LiveTests.Fleet;

namespace PgGitOps.LiveTests.EndToEnd;

public sealed class LostDatabaseTests
{
    private const string Exists = "select count(*) from pg_database where datname = 'inventory'";

    [LiveFact]
    public async Task Reconcile_WhenADatabaseWasDroppedByHand_MakesItAnewOnlyOnceForAnApprovalThatNamesIt()
    {
        await using var fleet = await TestFleet.CreateAsync(tasks: false);
        await fleet.RunAsync(0, "reconcile", "--once");
        await fleet.ExecuteAsync("core-1", "drop database inventory");
        fleet.Edit(
            "environments/test/clusters/core.yaml",
            "- { name: readers }",
            "- { name: readers }\n    - { name: newcomer }"
        );

        var refused = await fleet.RunAsync("reconcile", "--once");

        Assert.NotEqual(0, refused.ExitCode);
        Assert.Contains("PGP023", refused.Out, StringComparison.Ordinal);
        Assert.Contains("Database inventory was there and is gone", refused.Out, StringComparison.Ordinal);
        Assert.Equal("0", await fleet.ScalarAsync("core-1", Exists));
        // Nothing else waits for it.
        Assert.Equal("1", await fleet.ScalarAsync("core-1", "select count(*) from pg_roles where rolname = 'newcomer'"));

        fleet.Commit(
            "allow it",
            (
                "environments/test/approvals/anew.yaml",
                """
                apiVersion: pggitops.dev/v1
                kind: Approval
                metadata: { name: anew }
                spec:
                  cluster: core
                  allows: [ { recreate: database/inventory } ]
                  approvedBy: kari
                  expires: 2099-01-01
                """
            )
        );
        await fleet.RunAsync(0, "reconcile", "--once");
        Assert.Equal("1", await fleet.ScalarAsync("core-1", Exists));
        await fleet.RunAsync(0, "reconcile", "--once");

        // The approval was for one loss.
        await fleet.ExecuteAsync("core-1", "drop database inventory");
        Assert.Contains("PGP023", (await fleet.RunAsync("reconcile", "--once")).Out, StringComparison.Ordinal);
        Assert.Equal("0", await fleet.ScalarAsync("core-1", Exists));
    }

    [LiveFact]
    public async Task Reconcile_WithAValueThatTheServerCouldNotStartWith_LeavesItRunningAndGitRepairsIt()
    {
        await using var fleet = await TestFleet.CreateAsync(tasks: false);
        await fleet.RunAsync(0, "reconcile", "--once");
        var started = await fleet.ScalarAsync("core-1", "select pg_postmaster_start_time()");
        fleet.Edit(
            "environments/test/clusters/core.yaml",
            "shared_buffers: 16MB",
            "shared_buffers: 16MB\n    shared_preload_libraries: 'pg_hint_plan_typo'"
        );

        var run = await fleet.RunAsync("reconcile", "--once");

        Assert.NotEqual(0, run.ExitCode);
        Assert.Contains("could not access file \"pg_hint_plan_typo\"", run.Out + run.Error, StringComparison.Ordinal);
        Assert.Equal(started, await fleet.ScalarAsync("core-1", "select pg_postmaster_start_time()"));
        Assert.Equal("", await fleet.ScalarAsync("core-2", "show shared_preload_libraries"));
        fleet.Edit("environments/test/clusters/core.yaml", "\n    shared_preload_libraries: 'pg_hint_plan_typo'", "");
        await fleet.RunAsync(0, "reconcile", "--once");
        Assert.Equal(started, await fleet.ScalarAsync("core-1", "select pg_postmaster_start_time()"));
    }
}

using PgGitOps.LiveTests.Fleet;

namespace PgGitOps.LiveTests.EndToEnd;

/// <summary>The README's loop: from documents to two clusters of two servers on two sites, and what happens to them afterwards.</summary>
public sealed class WholeLoopTests
{
    [LiveFact]
    [Trait("Requirement", "R-16")]
    public async Task Reconcile_FromNothing_BringsUpTheFleet_KeepsIt_AndHealsIt()
    {
        await using var fleet = await TestFleet.CreateAsync();
        await fleet.RunAsync(0, "validate");
        await fleet.RunAsync(2, "plan", "--detailed-exitcode");

        var first = await fleet.RunAsync(0, "reconcile", "--once");

        Assert.Equal(
            "1",
            await fleet.ScalarAsync(
                "core-1",
                "select count(*) from pg_stat_replication where application_name = 'core-2' and state = 'streaming'"
            )
        );
        Assert.Equal(
            "1",
            await fleet.ScalarAsync(
                "tasks-1",
                "select count(*) from pg_stat_replication where application_name = 'tasks-2' and state = 'streaming'"
            )
        );
        Assert.Equal(
            "app_owner|20",
            await fleet.ScalarAsync(
                "core-1",
                "select pg_get_userbyid(datdba) || '|' || datconnlimit from pg_database where datname = 'inventory'"
            )
        );
        Assert.Equal(
            "app_owner",
            await fleet.ScalarAsync(
                "core-1",
                "select nspowner::regrole::text from pg_namespace where nspname = 'inventory'",
                "inventory"
            )
        );
        Assert.Equal(
            "True",
            await fleet.ScalarAsync("core-1", "select has_schema_privilege('readers', 'inventory', 'usage')", "inventory")
        );
        Assert.Equal("30", await fleet.ScalarAsync("core-2", "show max_connections"));
        await using (await fleet.OpenAsync("core-1", "inventory", "app", "app")) { }
        Assert.DoesNotContain("pw-", first.Out + first.Error, StringComparison.Ordinal);

        await SecondRunChangesNothing(fleet);
        await ASnapshotStandsForTheClusters(fleet);
        await DriftIsReportedAndHealed(fleet);
        await ABadCommitIsRefusedWhileTheLastGoodOneStaysInForce(fleet);
    }

    private static async Task SecondRunChangesNothing(TestFleet fleet)
    {
        var before = fleet.ServerLog("core-1").Length;

        await fleet.RunAsync(0, "plan", "--detailed-exitcode");
        var again = await fleet.RunAsync(0, "reconcile", "--once");

        Assert.Contains("nothing to do", again.Out, StringComparison.Ordinal);
        // log_statement = all: whatever was sent stands in the server's log.
        var sent = fleet.ServerLog("core-1")[before..];
        Assert.Contains("SELECT", sent, StringComparison.OrdinalIgnoreCase);
        Assert.DoesNotMatch(
            "(?i)(statement|execute[^:]*):\\s*(create|alter|drop|grant|revoke|insert|update|delete|reindex|comment)",
            sent
        );
    }

    private static async Task ASnapshotStandsForTheClusters(TestFleet fleet)
    {
        var file = Path.Combine(fleet.State, "fleet.json");
        var snapshot = await fleet.RunAsync(0, "snapshot", "--json-into", file);
        Assert.DoesNotContain("SCRAM-SHA-256$", snapshot.Out, StringComparison.Ordinal);

        // A password cannot be compared with a digest: that is unknown. Everything else plans nothing.
        var plan = await fleet.RunAsync("plan", "--snapshot", file, "--cluster", "tasks", "--detailed-exitcode");
        Assert.True(plan.ExitCode == 0, plan.ToString());
    }

    private static async Task DriftIsReportedAndHealed(TestFleet fleet)
    {
        await fleet.ExecuteAsync("core-1", "alter role app nologin");
        await fleet.ExecuteAsync("core-1", "alter system set work_mem = '9MB'");
        await fleet.ExecuteAsync("core-1", "select pg_reload_conf()");
        await fleet.ExecuteAsync("core-1", "create role intruder superuser");
        await Poll.UntilAsync("the setting counts", async () => await fleet.ScalarAsync("core-1", "show work_mem") == "9MB");

        await fleet.RunAsync(0, "drift");
        var drift = await fleet.RunAsync(2, "drift", "--detailed-exitcode");
        Assert.Contains("work_mem", drift.Out, StringComparison.Ordinal);
        Assert.Contains("intruder", drift.Out, StringComparison.Ordinal);

        await fleet.RunAsync("reconcile", "--once");
        Assert.Equal("4MB", await fleet.ScalarAsync("core-1", "show work_mem"));
        // Nobody declared the intruder: it is reported, never removed.
        Assert.Equal("1", await fleet.ScalarAsync("core-1", "select count(*) from pg_roles where rolname = 'intruder'"));
        await fleet.ExecuteAsync("core-1", "drop role intruder");
    }

    private static async Task ABadCommitIsRefusedWhileTheLastGoodOneStaysInForce(TestFleet fleet)
    {
        fleet.Edit("environments/test/clusters/core.yaml", "host: osl-1", "host: osl-9");
        await fleet.ExecuteAsync("tasks-1", "alter database tasks connection limit 3");

        var validate = await fleet.RunAsync(3, "validate");
        Assert.Matches("environments/test/clusters/core\\.yaml:\\d+:\\d+: error PG", validate.Out);
        var once = await fleet.RunAsync(3, "reconcile", "--once");

        Assert.Matches("core\\.yaml:\\d+:\\d+", once.Error);
        Assert.Equal("7", await fleet.ScalarAsync("tasks-1", "select datconnlimit from pg_database where datname = 'tasks'"));
        fleet.Git("revert", "--no-edit", "HEAD");
        await fleet.RunAsync(0, "reconcile", "--once");
    }
}

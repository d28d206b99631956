using PgGitOps.LiveTests.Fleet;

namespace PgGitOps.LiveTests.EndToEnd;

/// <summary>Sealed plans, consent, budgets, suspension, adoption: through the executable, on one running cluster.</summary>
public sealed class PlanningTests
{
    private const string CorePath = "environments/test/clusters/core.yaml";

    [LiveFact]
    [Trait("Requirement", "R-16")]
    public async Task Apply_CarriesOutTheReviewedPlan_AndNothingElse()
    {
        await using var fleet = await TestFleet.CreateAsync(tasks: false);
        await fleet.RunAsync(6, "apply");
        Assert.Null(fleet.ServerPid("core-1"));
        await fleet.RunAsync(0, "apply", "--yes");
        var file = Path.Combine(fleet.State, "plan.json");

        // Stale: a value the plan rests on moves after the review.
        fleet.Edit(CorePath, "work_mem: 4MB", "work_mem: 6MB");
        await fleet.RunAsync(0, "plan", "--out", file);
        await SetAsync(fleet, "work_mem", "9MB");
        var stale = await fleet.RunAsync(5, "apply", file);
        Assert.Contains("work_mem", stale.Error, StringComparison.Ordinal);
        Assert.Equal("9MB", await fleet.ScalarAsync("core-1", "show work_mem"));

        // Unrelated movement passes, and a commit after the review changes nothing about the plan.
        await fleet.RunAsync(2, "plan", "--out", file, "--detailed-exitcode");
        await fleet.ExecuteAsync("core-1", "create role bystander");
        fleet.Edit(CorePath, "work_mem: 6MB", "work_mem: 7MB");
        await fleet.RunAsync(0, "apply", file);
        Assert.Equal("6MB", await fleet.ScalarAsync("core-1", "show work_mem"));

        var text = await File.ReadAllTextAsync(file);
        await File.WriteAllTextAsync(file, text.Replace("6MB", "8MB", StringComparison.Ordinal));
        var forged = await fleet.RunAsync(1, "apply", file);
        Assert.Contains("changed after it was written", forged.Error, StringComparison.Ordinal);
    }

    [LiveFact]
    public async Task Removal_NeedsApprovalOfThatPlan_AndKeepsToTheBudget()
    {
        await using var fleet = await TestFleet.CreateAsync(tasks: false);
        fleet.Edit(
            CorePath,
            "- { name: readers }",
            "- { name: readers }\n    - { name: extra1 }\n    - { name: extra2 }\n    - { name: extra3 }"
        );
        await fleet.RunAsync(0, "reconcile", "--once");

        fleet.Edit(CorePath, "\n    - { name: extra1 }\n    - { name: extra2 }\n    - { name: extra3 }", "");
        await fleet.RunAsync(4, "reconcile", "--once");
        fleet.Edit(CorePath, "- { name: readers }", "- { name: readers }\n    - { name: extra2 }\n    - { name: extra3 }");
        await fleet.RunAsync(6, "reconcile", "--once");
        var waiting = await fleet.RunAsync(6, "apply", "--yes");
        Assert.Equal("3", await fleet.ScalarAsync("core-1", "select count(*) from pg_roles where rolname like 'extra%'"));

        var id = waiting.Error.Split("--approve ")[^1].Trim()[..10];
        await fleet.RunAsync(5, "apply", "--approve", "0123456789");
        await fleet.RunAsync(0, "apply", "--approve", id);
        Assert.Equal("2", await fleet.ScalarAsync("core-1", "select count(*) from pg_roles where rolname like 'extra%'"));
    }

    [LiveFact]
    public async Task Suspend_HoldsEveryRun_UntilResumed_AndDriftGoesOn()
    {
        await using var fleet = await TestFleet.CreateAsync(tasks: false);
        await fleet.RunAsync(0, "reconcile", "--once");
        await fleet.RunAsync(1, "suspend", "core", "--reason", "no end given");
        await fleet.RunAsync(0, "suspend", "core", "--reason", "index rebuild", "--owner", "team-a", "--for", "2h");
        await SetAsync(fleet, "work_mem", "9MB");

        var held = await fleet.RunAsync(7, "reconcile", "--once");
        Assert.Contains("suspended by team-a", held.Out, StringComparison.Ordinal);
        Assert.Contains("index rebuild", (await fleet.RunAsync(0, "status")).Out, StringComparison.Ordinal);
        Assert.Contains("work_mem", (await fleet.RunAsync(2, "drift", "--detailed-exitcode")).Out, StringComparison.Ordinal);
        await fleet.RunAsync(0, "resume", "core");
        await fleet.RunAsync(0, "reconcile", "--once");
        Assert.Equal("4MB", await fleet.ScalarAsync("core-1", "show work_mem"));
    }

    [LiveFact]
    public async Task Window_HoldsARestartBack_AndLetsTheRestRun()
    {
        await using var fleet = await TestFleet.CreateAsync(tasks: false);
        await fleet.RunAsync(0, "reconcile", "--once");
        // Opens once a year, one minute long, on a day that is not today.
        var month = DateTime.UtcNow.Month == 1 ? 7 : 1;
        fleet.Commit(
            "restarts only in a window",
            (
                "environments/test/environment.yaml",
                fleet.EnvironmentDocument(
                    windows: $$"""
                      windows:
                        - { name: yearly, schedule: "0 3 15 {{month}} *", duration: 1m, timeZone: Europe/Oslo, allows: [ restart ] }
                    """
                )
            )
        );
        fleet.Edit(CorePath, "max_connections: 30", "max_connections: 35");

        // Setting the value is done; only the restart waits.
        var run = await fleet.RunAsync("reconcile", "--once");
        Assert.Contains("waits for window yearly", run.Out, StringComparison.Ordinal);
        await fleet.RunAsync(7, "reconcile", "--once");
        Assert.Equal("30", await fleet.ScalarAsync("core-1", "show max_connections"));

        fleet.Commit("any time", ("environments/test/environment.yaml", fleet.EnvironmentDocument()));
        await fleet.RunAsync(0, "reconcile", "--once");
        Assert.Equal("35", await fleet.ScalarAsync("core-1", "show max_connections"));
        Assert.Equal("35", await fleet.ScalarAsync("core-2", "show max_connections"));
    }

    [LiveFact]
    [Trait("Requirement", "R-16")]
    public async Task Import_OfAClusterMadeByHand_PlansNothing()
    {
        await using var fleet = await TestFleet.CreateAsync(tasks: false);
        await using var server = await PostgresServer.StartAsync(new ServerShape { Name = "legacy-1", Address = "127.0.23.1" });
        await server.ExecuteAsync(
            "create role shop_owner; create role shop login password 'pw-legacy'; grant shop_owner to shop"
        );
        await server.ExecuteAsync("create database shop owner shop_owner");
        await server.ExecuteAsync("create schema orders authorization shop_owner; grant usage on schema orders to shop", "shop");
        fleet.Git("rm", "-rq", "environments");

        await fleet.RunAsync(
            0,
            "import",
            "legacy",
            "-e",
            "adopted",
            "--member",
            $"legacy-1={server.Address}:{server.Port}/oslo/oslo-a/osl-1",
            "--ssl-mode",
            "disable",
            "--into",
            fleet.Repository
        );
        fleet.Commit("adopt the legacy cluster");
        await fleet.RunAsync(0, "validate");
        var plan = await fleet.RunAsync("plan");

        Assert.Contains("nothing to do", plan.Out, StringComparison.Ordinal);
        Assert.DoesNotContain(
            "pw-legacy",
            File.ReadAllText(Path.Combine(fleet.Repository, "environments/adopted/clusters/legacy.yaml")),
            StringComparison.Ordinal
        );
        await server.ExecuteAsync("alter database shop owner to postgres");
        await fleet.RunAsync(2, "drift", "--detailed-exitcode");
    }

    /// <summary>A cluster set up by hand: what was found as declared is written down once, so that later drift is told as drift, and is never taken back.</summary>
    [LiveFact]
    [Trait("Requirement", "R-06")]
    public async Task Adopt_ThenChangeByHand_IsToldAsDriftWithItsOnset_AndHealed()
    {
        await using var server = await PostgresServer.StartAsync(
            new ServerShape
            {
                Name = "legacy-1",
                Address = "127.0.23.1",
                Authentication = ServerAuthentication.Scram,
                Settings = new Dictionary<string, string> { ["password_encryption"] = "scram-sha-256" },
            }
        );
        await using var fleet = await TestFleet.CreateAsync(tasks: false);
        fleet.Environment["LEGACY_PASSWORD"] = PostgresServer.Password;
        await server.ExecuteAsync("create role shop_owner");
        await server.ExecuteAsync("alter system set work_mem = '6MB'");
        await server.ExecuteAsync("select pg_reload_conf()");
        await server.ExecuteAsync("create database shop owner shop_owner connection limit 30");
        await Poll.UntilAsync("work_mem counts", async () => await server.ScalarAsync("show work_mem") == "6MB");
        fleet.Git("rm", "-rq", "environments");
        await fleet.RunAsync(
            0,
            "import",
            "legacy",
            "-e",
            "adopted",
            "--member",
            $"legacy-1={server.Address}:{server.Port}/oslo/oslo-a/osl-1",
            "--ssl-mode",
            "disable",
            "--password-env",
            "LEGACY_PASSWORD",
            "--into",
            fleet.Repository
        );
        fleet.Commit("adopt the legacy cluster");
        const string path = "environments/adopted/clusters/legacy.yaml";
        var environment = Directory.GetFiles(Path.Combine(fleet.Repository, "environments/adopted"), "*.yaml").Single();

        // The reference the import logged in with stands in the document; nothing has to be filled in.
        Assert.Contains("password: { env: LEGACY_PASSWORD }", await File.ReadAllTextAsync(environment), StringComparison.Ordinal);

        // Observed only: nothing is written, not even a record.
        await fleet.RunAsync(0, "reconcile", "--once");
        Assert.Equal("True", await server.ScalarAsync("select to_regnamespace('pggitops') is null"));

        fleet.Edit(Path.GetRelativePath(fleet.Repository, environment), "mode: observe", "mode: enforce");
        Assert.Contains(
            "recorded in schema pggitops at the next apply",
            (await fleet.RunAsync(0, "plan")).Out,
            StringComparison.Ordinal
        );
        Assert.Contains(
            "found as declared, recorded",
            (await fleet.RunAsync(0, "reconcile", "--once")).Out,
            StringComparison.Ordinal
        );
        Assert.Equal("0", await server.ScalarAsync("select count(*) from pggitops.inventory"));
        Assert.Equal("0", await server.ScalarAsync("select count(*) from pggitops.applied where not adopted"));
        var writes = "select string_agg(xmin::text || at::text, ',' order by object, field) from pggitops.applied";
        var (recorded, token) = (await server.ScalarAsync(writes), await server.ScalarAsync("select token from pggitops.writer"));

        Assert.DoesNotContain("recorded", (await fleet.RunAsync(0, "reconcile", "--once")).Out, StringComparison.Ordinal);
        Assert.Equal(
            (recorded, token),
            (await server.ScalarAsync(writes), await server.ScalarAsync("select token from pggitops.writer"))
        );

        await server.ExecuteAsync("alter database shop connection limit 3");
        using (
            var drift = System.Text.Json.JsonDocument.Parse(
                (await fleet.RunAsync(2, "drift", "--detailed-exitcode", "-o", "json")).Out
            )
        )
        {
            var item = Assert.Single(
                drift.RootElement.GetProperty("clusters")[0].GetProperty("items").EnumerateArray(),
                i => i.ToString().Contains("connectionLimit", StringComparison.Ordinal)
            );
            Assert.Equal("drift", item.GetProperty("cause").GetString());
            Assert.NotEqual(System.Text.Json.JsonValueKind.Null, item.GetProperty("since").ValueKind);
        }
        await fleet.RunAsync(0, "reconcile", "--once");
        Assert.Equal("30", await server.ScalarAsync("select datconnlimit from pg_database where datname = 'shop'"));

        // Git gives up what was there before us: it stays.
        var text = await File.ReadAllTextAsync(Path.Combine(fleet.Repository, path));
        fleet.Commit(
            "give up work_mem",
            (path, string.Join('\n', text.Split('\n').Where(l => !l.Contains("work_mem", StringComparison.Ordinal))))
        );
        await fleet.RunAsync(0, "reconcile", "--once");
        Assert.Equal("6MB", await server.ScalarAsync("show work_mem"));
    }

    private static async Task SetAsync(TestFleet fleet, string name, string value)
    {
        await fleet.ExecuteAsync("core-1", $"alter system set {name} = '{value}'");
        await fleet.ExecuteAsync("core-1", "select pg_reload_conf()");
        await Poll.UntilAsync($"{name} is {value}", async () => await fleet.ScalarAsync("core-1", $"show {name}") == value);
    }
}

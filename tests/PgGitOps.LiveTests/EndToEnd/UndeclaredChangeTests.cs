using System.Text.Json;
using PgGitOps.LiveTests.Fleet;

namespace PgGitOps.LiveTests.EndToEnd;

/// <summary>What somebody set by hand beside what Git declares, on a server the program made.</summary>
public sealed class UndeclaredChangeTests
{
    private const string CorePath = "environments/test/clusters/core.yaml";

    [LiveFact]
    [Trait("Requirement", "R-06")]
    public async Task Drift_TellsEachUndeclaredChangeThatWaitsForARestartOnce_AndNoneOfOurOwn()
    {
        await using var fleet = await TestFleet.CreateAsync(tasks: false);
        fleet.Edit(CorePath, "    work_mem: 4MB", "    work_mem: 4MB\n    max_files_per_process: 900");
        await fleet.RunAsync(0, "reconcile", "--once");
        // Opens once a year, one minute long, on a day that is not today: what we take back waits.
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
        fleet.Edit(CorePath, "\n    max_files_per_process: 900", "");
        await fleet.RunAsync("reconcile", "--once");
        await PendingAsync(fleet, "max_files_per_process");
        Assert.Empty(await UndeclaredAsync(fleet));

        foreach (
            var (name, value) in ((string, string)[])
                [
                    ("shared_preload_libraries", "nosuchlib"),
                    ("huge_pages", "on"),
                    ("jit_provider", "evil"),
                    ("track_activity_query_size", "4096"),
                ]
        )
            await fleet.ExecuteAsync("core-1", $"alter system set {name} = '{value}'");
        await fleet.ExecuteAsync("core-1", "select pg_reload_conf()");
        await PendingAsync(
            fleet,
            "huge_pages",
            "jit_provider",
            "max_files_per_process",
            "shared_preload_libraries",
            "track_activity_query_size"
        );

        Assert.Equal(
            [
                "member/core-1/parameter/huge_pages pendingRestart: on",
                "member/core-1/parameter/jit_provider pendingRestart: evil",
                "member/core-1/parameter/shared_preload_libraries pendingRestart: nosuchlib",
                "member/core-1/parameter/track_activity_query_size pendingRestart: 4096",
            ],
            await UndeclaredAsync(fleet)
        );
        Assert.Matches(
            @"huge_pages pendingRestart: on[^\n]*\n(\s+danger: [^\n]*\n)?\s+set in postgresql\.auto\.conf:\d",
            (await fleet.RunAsync("drift")).Out
        );
        var plan = (await fleet.RunAsync("plan")).Out;
        Assert.Contains("jit_provider", plan, StringComparison.Ordinal);
        Assert.Contains("nosuchlib", plan, StringComparison.Ordinal);
    }

    [LiveFact]
    [Trait("Requirement", "R-06")]
    public async Task Drift_TellsOverridesOfADeclaredParameter_AndWhereASearchPathWasSet()
    {
        await using var fleet = await TestFleet.CreateAsync(tasks: false);
        fleet.Edit(CorePath, "    work_mem: 4MB", "    work_mem: 4MB\n    search_path: inventory");
        await fleet.RunAsync(0, "reconcile", "--once");
        Assert.Empty(await UndeclaredAsync(fleet));

        await fleet.ExecuteAsync("core-1", "alter database inventory set work_mem = '1GB'");
        await fleet.ExecuteAsync("core-1", "alter role app in database inventory set work_mem = '2GB'");
        await fleet.ExecuteAsync("core-1", "alter system set search_path = 'elsewhere'");
        await fleet.ExecuteAsync("core-1", "select pg_reload_conf()");
        await Poll.UntilAsync(
            "the search path counts",
            async () => await fleet.ScalarAsync("core-1", "show search_path") == "elsewhere"
        );

        Assert.Equal(
            [
                "database/inventory/setting/work_mem value: work_mem = 1GB",
                "role/app/setting/work_mem/in/inventory value: work_mem = 2GB",
            ],
            await UndeclaredAsync(fleet)
        );
        var text = (await fleet.RunAsync("drift")).Out;
        Assert.Contains("4MB, declared for the cluster, does not hold in its sessions", text, StringComparison.Ordinal);
        Assert.Matches(@"parameter/search_path: elsewhere[^\n]*\n\s+set in postgresql\.auto\.conf:\d", text);
    }

    [LiveFact]
    [Trait("Requirement", "R-05")]
    public async Task Reconcile_TakesBackAMembershipThatAnotherRoleGranted()
    {
        await using var fleet = await TestFleet.CreateAsync(tasks: false);
        await fleet.RunAsync(0, "reconcile", "--once");
        await fleet.ExecuteAsync(
            "core-1",
            "create role lead; grant readers to lead with admin option; grant readers to app; set role lead; grant readers to app"
        );

        var run = await fleet.RunAsync(0, "reconcile", "--once");

        Assert.Contains("no longer member of readers", run.Out, StringComparison.Ordinal);
        Assert.Equal(
            "app_owner",
            await fleet.ScalarAsync(
                "core-1",
                "select string_agg(pg_get_userbyid(roleid), ',') from pg_auth_members where member = 'app'::regrole"
            )
        );
        Assert.Contains("nothing to do", (await fleet.RunAsync(0, "reconcile", "--once")).Out, StringComparison.Ordinal);
    }

    private static async Task PendingAsync(TestFleet fleet, params string[] names) =>
        await Poll.UntilAsync(
            "the changes wait for a restart",
            async () =>
                await fleet.ScalarAsync(
                    "core-1",
                    "select string_agg(name, ',' order by name) from pg_settings where pending_restart"
                ) == string.Join(',', names)
        );

    /// <summary>Each as <c>object field: live</c>.</summary>
    private static async Task<string[]> UndeclaredAsync(TestFleet fleet)
    {
        using var drift = JsonDocument.Parse((await fleet.RunAsync("drift", "-o", "json")).Out);
        return
        [
            .. drift
                .RootElement.GetProperty("clusters")[0]
                .GetProperty("items")
                .EnumerateArray()
                .Where(i => Text(i, "cause") == "undeclared")
                .Select(i => $"{Text(i, "object")} {Text(i, "field")}: {Text(i, "live")}")
                .Order(StringComparer.Ordinal),
        ];

        static string? Text(JsonElement item, string name) => item.GetProperty(name).GetString();
    }
}

using System.Globalization;
using System.Net;
using System.Text.Json;
using PgGitOps.LiveTests.Fleet;

namespace PgGitOps.LiveTests.EndToEnd;

/// <summary>A suspension holds whatever becomes of the servers, and a loop beside it keeps its hands off.</summary>
public sealed class SuspensionTests
{
    private const string CorePath = "environments/test/clusters/core.yaml";

    /// <summary>Rounds of <see cref="Loop_BesideAFailoverByHand_LeavesOnePrimary"/>; a campaign sets more.</summary>
    private static readonly int Failovers = int.Parse(
        Environment.GetEnvironmentVariable("PGGITOPS_TEST_FAILOVERS") ?? "2",
        CultureInfo.InvariantCulture
    );

    [LiveFact]
    public async Task Suspension_HoldsWhileTheServersAreDown_AndEndsWithResume()
    {
        await using var fleet = await TestFleet.CreateAsync(tasks: false);
        await fleet.RunAsync(0, "reconcile", "--once");
        await fleet.RunAsync(0, "suspend", "core", "--reason", "offline repair", "--owner", "dba", "--for", "2h");
        await StopAsync(fleet, "core-1");
        await StopAsync(fleet, "core-2");

        var held = await fleet.RunAsync(7, "reconcile", "--once");

        Assert.Contains("suspended by dba", held.Out, StringComparison.Ordinal);
        Assert.Contains("host osl-1", held.Out, StringComparison.Ordinal);
        Assert.Contains("suspended by dba", (await fleet.RunAsync("status")).Out, StringComparison.Ordinal);
        Assert.Equal((null, null), (fleet.ServerPid("core-1"), fleet.ServerPid("core-2")));

        // Every host loses its file, as when its disk is exchanged: what this machine saw in the record holds.
        foreach (
            var file in Directory
                .EnumerateFiles(
                    Path.GetDirectoryName(Path.GetDirectoryName(fleet.DataDirectory("core-1")))!,
                    "suspension.json",
                    SearchOption.AllDirectories
                )
                .ToList()
        )
            File.Delete(file);
        Assert.Contains("when it was last read", (await fleet.RunAsync(7, "reconcile", "--once")).Out, StringComparison.Ordinal);

        // The record cannot be asked, and that is said.
        Assert.Contains(
            "no primary could be reached",
            (await fleet.RunAsync(8, "resume", "core")).Error,
            StringComparison.Ordinal
        );
    }

    [LiveFact]
    public async Task Suspend_WhileThePrimaryIsDown_IsKeptOnTheHosts()
    {
        await using var fleet = await TestFleet.CreateAsync(tasks: false);
        await fleet.RunAsync(0, "reconcile", "--once");
        await StopAsync(fleet, "core-1");

        var said = await fleet.RunAsync(0, "suspend", "core", "--reason", "failover by hand", "--owner", "dba", "--for", "2h");
        Assert.Contains("host bgo-1, host osl-1", said.Out, StringComparison.Ordinal);
        Assert.Contains("no primary of core could be reached", said.Error, StringComparison.Ordinal);
        await fleet.RunAsync(7, "reconcile", "--once");
        Assert.Null(fleet.ServerPid("core-1"));

        await fleet.RunAsync("resume", "core");
        await fleet.RunAsync(0, "reconcile", "--once");
        Assert.NotNull(fleet.ServerPid("core-1"));
        Assert.Contains("was not suspended", (await fleet.RunAsync(0, "resume", "core")).Out, StringComparison.Ordinal);
    }

    [LiveFact]
    public async Task Suspension_InGit_HoldsLikeAnyOther_AndResumeNamesItsPlace()
    {
        await using var fleet = await TestFleet.CreateAsync(tasks: false);
        await fleet.RunAsync(0, "reconcile", "--once");
        fleet.Edit(CorePath, "work_mem: 4MB", "work_mem: 5MB");
        fleet.Edit(CorePath, "  replication: {}", "  suspended: { reason: index rebuild, until: 2999-01-01 }\n  replication: {}");

        Assert.Contains("(in Git)", (await fleet.RunAsync(7, "reconcile", "--once")).Out, StringComparison.Ordinal);
        Assert.Equal("4MB", await fleet.ScalarAsync("core-1", "show work_mem"));
        Assert.Contains("remove spec.suspended", (await fleet.RunAsync(7, "resume", "core")).Error, StringComparison.Ordinal);

        fleet.Edit(CorePath, "until: 2999-01-01", "until: 2001-01-01");
        await fleet.RunAsync(0, "reconcile", "--once");
        Assert.Equal("5MB", await fleet.ScalarAsync("core-1", "show work_mem"));
    }

    [LiveFact]
    public async Task Suspend_WhileAWriterIsAtAStep_WaitsForItsEnd_AndNoFurtherStepBegins()
    {
        await using var fleet = await TestFleet.CreateAsync(tasks: false);
        await fleet.RunAsync(0, "reconcile", "--once");
        // The step on this role waits for our transaction; the others come after it.
        await using var holder = await fleet.OpenAsync("core-1");
        await using var transaction = await holder.BeginTransactionAsync();
        await using (var command = new Npgsql.NpgsqlCommand("alter role app connection limit 3", holder, transaction))
            await command.ExecuteNonQueryAsync();
        fleet.Edit(CorePath, "{ name: app, login: true,", "{ name: app, login: true, connectionLimit: 5,");
        fleet.Edit(
            CorePath,
            "- { name: readers }",
            "- { name: readers }\n"
                + string.Concat(Enumerable.Range(0, 20).Select(i => $"    - {{ name: zz{i:D2} }}\n")).TrimEnd('\n')
        );
        await using var writer = fleet.Start("reconcile", "--once");
        await Poll.UntilAsync(
            "the writer waits at its step",
            async () =>
                await fleet.ScalarAsync(
                    "core-1",
                    "select count(*) from pg_stat_activity where application_name ~ '^pggitops writer' and wait_event_type = 'Lock'"
                ) == "1"
        );

        await using var suspend = fleet.Start(
            "suspend",
            "core",
            "--reason",
            "stop",
            "--owner",
            "dba",
            "--for",
            "2h",
            "--wait",
            "60s"
        );
        await Poll.UntilAsync(
            "it is suspended",
            async () => await fleet.ScalarAsync("core-1", "select count(*) from pggitops.suspension") == "1"
        );
        await transaction.RollbackAsync();

        Assert.Equal(0, (await suspend.EndAsync()).ExitCode);
        var made = await fleet.ScalarAsync("core-1", "select count(*) from pg_roles where rolname ~ '^zz'");
        var run = await writer.EndAsync();
        Assert.Contains("suspended by dba", run.Out, StringComparison.Ordinal);
        // What suspend returned to is what there is for good.
        Assert.Equal(made, await fleet.ScalarAsync("core-1", "select count(*) from pg_roles where rolname ~ '^zz'"));
        Assert.NotEqual("20", made);
    }

    [LiveFact]
    [Trait("Requirement", "R-08")]
    public async Task Loop_BesideAFailoverByHand_LeavesOnePrimary()
    {
        await using var fleet = await TestFleet.CreateAsync(tasks: false);
        await fleet.RunAsync(0, "reconcile", "--once");
        var port = FreePort.Next();
        await using var loop = fleet.Start("reconcile", "--health", $"127.0.0.1:{port}");
        using var http = new HttpClient { BaseAddress = new Uri($"http://127.0.0.1:{port}"), Timeout = TimeSpan.FromSeconds(5) };
        await loop.WaitForErrorLineAsync("core: in sync");
        await fleet.RunAsync(0, "suspend", "core", "--reason", "failovers by hand", "--owner", "dba", "--for", "12h");

        var (primary, standby) = ("core-1", "core-2");
        for (var round = 0; round < Failovers; round++)
        {
            ProcessSignals.Send(fleet.ServerPid(primary)!.Value, round % 2 == 0 ? Signal.Kill : Signal.Quit);
            await Poll.UntilAsync("the primary is down", () => fleet.ServerPid(primary) is null);
            // Also with the primary down, as an operator would who is called to it.
            await fleet.RunAsync(0, "suspend", "core", "--reason", $"failover {round}", "--owner", "dba", "--for", "12h");
            await PassesAsync(http, round % 3);
            await PgCtlAsync(fleet, standby, "promote", "-w");
            await PassesAsync(http, 3);
            Assert.True(
                fleet.ServerPid(primary) is null,
                $"round {round}: the old primary was started beside the new one\n{loop.Error}"
            );
            Assert.Equal("False", await fleet.ScalarAsync(standby, "select pg_is_in_recovery()"));
            await RejoinAsync(fleet, primary, standby);
            (primary, standby) = (standby, primary);
        }
        loop.Signal(Signal.Terminate);
        Assert.Equal(0, (await loop.EndAsync()).ExitCode);
    }

    /// <summary>Waits until the loop has made so many further passes: it had its chance.</summary>
    private static async Task PassesAsync(HttpClient http, int more)
    {
        var before = await PassesAsync(http);
        await Poll.UntilAsync($"{more} more passes", async () => await PassesAsync(http) >= before + more);
    }

    private static async Task<long> PassesAsync(HttpClient http)
    {
        using var response = await http.GetAsync(new Uri("/healthz", UriKind.Relative));
        using var body = JsonDocument.Parse(await response.Content.ReadAsStringAsync());
        Assert.True(response.StatusCode is HttpStatusCode.OK or HttpStatusCode.ServiceUnavailable);
        return body.RootElement.GetProperty("passes").GetInt64();
    }

    /// <summary>The old primary becomes a standby of the new one, by hand.</summary>
    private static async Task RejoinAsync(TestFleet fleet, string old, string primary)
    {
        var (address, port) = fleet.Members[primary];
        var data = fleet.DataDirectory(old);
        Directory.Delete(data, recursive: true);
        await ServerPrograms.RunAsync(
            "pg_basebackup",
            [
                "-D",
                data,
                "-h",
                address,
                "-p",
                port.ToString(CultureInfo.InvariantCulture),
                "-U",
                "replicator",
                "-X",
                "stream",
                "-c",
                "fast",
                "-R",
            ],
            environment: new Dictionary<string, string>
            {
                ["PGPASSWORD"] = (await File.ReadAllTextAsync(fleet.SecretFile("replicator"))).Trim(),
            }
        );
        // What differs between members stands in the configuration that the copy brought from the other.
        var (own, ownPort) = fleet.Members[old];
        var root = Path.GetDirectoryName(data)!;
        await PgCtlAsync(
            fleet,
            old,
            "start",
            "-w",
            "-l",
            Path.Combine(root, "log", "by-hand"),
            "-o",
            $"-c listen_addresses={own} -c port={ownPort} -c cluster_name={old} -c unix_socket_directories={root}/run"
        );
    }

    private static Task<string> StopAsync(TestFleet fleet, string member) =>
        PgCtlAsync(fleet, member, "stop", "-m", "fast", "-w");

    private static Task<string> PgCtlAsync(TestFleet fleet, string member, string verb, params string[] arguments) =>
        ServerPrograms.RunAsync("pg_ctl", [verb, "-D", fleet.DataDirectory(member), .. arguments], TimeSpan.FromSeconds(60));
}

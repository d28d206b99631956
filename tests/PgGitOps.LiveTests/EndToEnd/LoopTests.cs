using System.Net;
using System.Text.Json;
using PgGitOps.LiveTests.Fleet;

namespace PgGitOps.LiveTests.EndToEnd;

public sealed class LoopTests
{
    private const string CorePath = "environments/test/clusters/core.yaml";

    [LiveFact]
    [Trait("Requirement", "R-16")]
    public async Task Loop_BringsUp_Heals_KeepsTheLastGoodRevision_AndEndsOnSigterm()
    {
        await using var fleet = await TestFleet.CreateAsync(tasks: false);
        var port = FreePort.Next();
        await using var loop = fleet.Start("reconcile", "--health", $"127.0.0.1:{port}", "--log-format", "json");
        using var http = new HttpClient { BaseAddress = new Uri($"http://127.0.0.1:{port}"), Timeout = TimeSpan.FromSeconds(5) };
        await Poll.UntilAsync(
            "the loop is healthy",
            async () =>
                loop.HasEnded
                    ? throw new InvalidOperationException(loop.Error)
                    : (await HealthAsync(http)).Status == HttpStatusCode.OK
        );
        await loop.WaitForErrorLineAsync("core: in sync");

        await fleet.ExecuteAsync("core-1", "alter database inventory connection limit 3");
        await Poll.UntilAsync(
            "the loop heals drift",
            async () =>
                await fleet.ScalarAsync("core-1", "select datconnlimit from pg_database where datname = 'inventory'") == "20"
        );

        fleet.Edit(CorePath, "host: bgo-1", "host: bgo-9");
        await loop.WaitForErrorLineAsync("continuing with");
        // The log is a moment ahead of what is served.
        await Poll.UntilAsync(
            "the refusal is served",
            async () =>
                await HealthAsync(http) is (HttpStatusCode.OK, var body)
                && body.GetProperty("refusedRevision").GetString()?.Contains("is not valid", StringComparison.Ordinal) == true
        );
        await fleet.ExecuteAsync("core-1", "alter database inventory connection limit 4");
        await Poll.UntilAsync(
            "the last good revision is still enforced",
            async () =>
                await fleet.ScalarAsync("core-1", "select datconnlimit from pg_database where datname = 'inventory'") == "20"
        );

        fleet.Git("revert", "--no-edit", "HEAD");
        fleet.Edit(CorePath, "work_mem: 4MB", "work_mem: 5MB");
        await Poll.UntilAsync(
            "the mending commit counts",
            async () => await fleet.ScalarAsync("core-1", "show work_mem") == "5MB"
        );
        await Poll.UntilAsync(
            "nothing is refused any more",
            async () => (await HealthAsync(http)).Body.GetProperty("refusedRevision").ValueKind == JsonValueKind.Null
        );
        Assert.Equal(HttpStatusCode.NotFound, (await http.GetAsync(new Uri("/", UriKind.Relative))).StatusCode);

        loop.Signal(Signal.Terminate);
        var end = await loop.EndAsync(TimeSpan.FromSeconds(15));
        Assert.True(end.ExitCode == 0, end.ToString());
        foreach (
            var line in end
                .Error.Split('\n', StringSplitOptions.RemoveEmptyEntries)
                .Where(l => !l.StartsWith("SIGTERM", StringComparison.Ordinal))
        )
            JsonDocument.Parse(line).Dispose();
        // The servers are not the loop's children to end.
        Assert.Equal("5MB", await fleet.ScalarAsync("core-1", "show work_mem"));
    }

    [LiveFact]
    public async Task Loop_WhenAServerIsGone_ReportsItAndMendsIt()
    {
        await using var fleet = await TestFleet.CreateAsync(tasks: false);
        await fleet.RunAsync(0, "reconcile", "--once");
        await using var loop = fleet.Start("reconcile");
        await loop.WaitForErrorLineAsync("core: in sync");

        fleet.SignalServer("core-2", Signal.Kill);

        await Poll.UntilAsync(
            "the standby streams again",
            async () =>
                fleet.ServerPid("core-2") is not null
                && await fleet.ScalarAsync("core-1", "select count(*) from pg_stat_replication where state = 'streaming'") == "1"
        );
        loop.Signal(Signal.Terminate);
        Assert.Equal(0, (await loop.EndAsync()).ExitCode);
    }

    [LiveFact]
    public async Task Loop_WhenItsStateDirectoryIsRemoved_HealsAsEver_AndMakesItAgain()
    {
        await using var fleet = await TestFleet.CreateAsync(tasks: false);
        await fleet.RunAsync(0, "reconcile", "--once");
        await using var loop = fleet.Start("reconcile");
        await loop.WaitForErrorLineAsync("core: in sync");

        Directory.Delete(fleet.State, recursive: true);
        await fleet.ExecuteAsync("core-1", "alter database inventory connection limit 3");

        await Poll.UntilAsync(
            "the loop heals drift",
            async () =>
                await fleet.ScalarAsync("core-1", "select datconnlimit from pg_database where datname = 'inventory'") == "20"
        );
        await Poll.UntilAsync(
            "the run is journaled",
            () =>
                Directory.Exists(Path.Combine(fleet.State, "journal"))
                && Directory.GetFiles(Path.Combine(fleet.State, "journal")).Length > 0
        );
        await Poll.UntilAsync(
            "what was accepted is written down again",
            () => Directory.GetFiles(fleet.State, "last-good-*.json").Length == 1
        );
        Assert.DoesNotContain("internal error", loop.Error, StringComparison.Ordinal);
        loop.Signal(Signal.Terminate);
        Assert.Equal(0, (await loop.EndAsync()).ExitCode);
    }

    private static async Task<(HttpStatusCode? Status, JsonElement Body)> HealthAsync(HttpClient http)
    {
        try
        {
            using var response = await http.GetAsync(new Uri("/healthz", UriKind.Relative));
            using var body = JsonDocument.Parse(await response.Content.ReadAsStringAsync());
            return (response.StatusCode, body.RootElement.Clone());
        }
        catch (HttpRequestException)
        {
            return (null, default);
        }
    }
}

using System.Diagnostics;
using System.Text.Json;
using PgGitOps.LiveTests.Fleet;

namespace PgGitOps.LiveTests.EndToEnd;

/// <summary>A state directory that another user owns or may write to, under every command and under a loop that runs.</summary>
public sealed class ForeignStateTests
{
    private const string Limit = "select datconnlimit from pg_database where datname = 'inventory'";

    [LiveTheory]
    [InlineData("")]
    [InlineData("journal")]
    [InlineData("evidence")]
    public async Task Loop_WhoseStateDirectoryBecomesAnothers_ObservesOn_WritesNothing_SaysSoOnce_AndMendsItself(string part)
    {
        await using var fleet = await TestFleet.CreateAsync(tasks: false);
        await fleet.RunAsync(0, "reconcile", "--once");
        var port = FreePort.Next();
        await using var loop = fleet.Start("reconcile", "--log-format", "json", "--health", $"127.0.0.1:{port}");
        await loop.WaitForErrorLineAsync("core: in ");
        var path = Path.Combine(fleet.State, part).TrimEnd('/');

        await SpoilAsync(path);
        await fleet.ExecuteAsync("core-1", "alter database inventory connection limit 3");

        var why = Environment.IsPrivilegedProcess
            ? $"{path} belongs to user 65534, not to 0"
            : $"{path} can be written by others";
        await loop.WaitForErrorLineAsync(why);
        using var http = new HttpClient { BaseAddress = new Uri($"http://127.0.0.1:{port}"), Timeout = TimeSpan.FromSeconds(5) };
        await Poll.UntilAsync(
            "health says it",
            async () =>
                (await HealthAsync(http))
                    .GetProperty("stateDirectory")
                    .EnumerateArray()
                    .Any(p => p.GetString()!.Contains(why, StringComparison.Ordinal))
        );
        // Passes go on; without a journal, none of them changes anything.
        var passes = (await HealthAsync(http)).GetProperty("passes").GetInt64();
        await Poll.UntilAsync(
            "it observes on",
            async () => (await HealthAsync(http)).GetProperty("passes").GetInt64() >= passes + 2
        );
        if (part != "evidence")
            Assert.Equal("3", await fleet.ScalarAsync("core-1", Limit));
        Assert.Equal(1, Count(loop.Error, "\"StateNotKept\""));

        await MendAsync(path);
        await Poll.UntilAsync("it heals", async () => await fleet.ScalarAsync("core-1", Limit) == "20");
        await Poll.UntilAsync("it says the end", () => Count(loop.Error, "\"StateKept\"") == 1);
        Assert.DoesNotContain("internal error", loop.Error, StringComparison.OrdinalIgnoreCase);
        loop.Signal(Signal.Terminate);
        Assert.Equal(0, (await loop.EndAsync()).ExitCode);
        await fleet.RunAsync(0, "drift");
    }

    private static async Task<JsonElement> HealthAsync(HttpClient http)
    {
        using var response = await http.GetAsync(new Uri("/healthz", UriKind.Relative));
        using var body = JsonDocument.Parse(await response.Content.ReadAsStringAsync());
        return body.RootElement.Clone();
    }

    [LiveFact]
    public async Task EveryCommand_ThatUsesAStateDirectoryOfAnother_NamesIt_AndTrustsNothingInIt()
    {
        await using var fleet = await TestFleet.CreateAsync(tasks: false);
        await fleet.RunAsync(0, "reconcile", "--once");
        await fleet.RunAsync(0, "plan", "--out", Path.Combine(fleet.State, "..", "plan.json"));
        await SpoilAsync(fleet.State);
        await fleet.ExecuteAsync("core-1", "alter database inventory connection limit 3");
        var before = Listing(fleet.State);

        foreach (
            var (command, exits) in ((string, int[])[])
                [
                    ("validate --ref HEAD", [0]),
                    ("status", [0, 1]),
                    ("drift", [0]),
                    ("plan", [0, 1, 4, 8]),
                    ("history", [1]),
                    ("reconcile --once", [1]),
                    ("apply --yes", [1, 4, 8]),
                    ("snapshot", [1]),
                ]
        )
        {
            var run = await fleet.RunAsync(command.Split(' '));
            Assert.True(exits.Contains(run.ExitCode), $"{command}: {run}");
            Assert.Contains(
                Environment.IsPrivilegedProcess
                    ? $"{fleet.State} belongs to user 65534"
                    : $"{fleet.State} can be written by others",
                run.Error,
                StringComparison.Ordinal
            );
            Assert.DoesNotContain("internal error", run.Error, StringComparison.Ordinal);
        }
        Assert.Equal("3", await fleet.ScalarAsync("core-1", Limit));
        Assert.Equal(before, Listing(fleet.State));

        await MendAsync(fleet.State);
        await fleet.RunAsync(0, "reconcile", "--once");
        Assert.Equal("20", await fleet.ScalarAsync("core-1", Limit));
    }

    private static Task SpoilAsync(string path) =>
        Environment.IsPrivilegedProcess ? RunAsync("chown", "-R", "nobody", path) : RunAsync("chmod", "-R", "go+w", path);

    private static Task MendAsync(string path) =>
        Environment.IsPrivilegedProcess ? RunAsync("chown", "-R", "root", path) : RunAsync("chmod", "-R", "go-w", path);

    private static async Task RunAsync(string program, params string[] arguments)
    {
        using var process = Process.Start(program, arguments);
        await process.WaitForExitAsync();
        Assert.Equal(0, process.ExitCode);
    }

    private static string[] Listing(string directory) =>
        [
            .. new DirectoryInfo(directory)
                .EnumerateFiles("*", SearchOption.AllDirectories)
                .Select(f => $"{f.FullName} {f.Length} {f.LastWriteTimeUtc:O}")
                .Order(StringComparer.Ordinal),
        ];

    private static int Count(string text, string part) => text.Split(part).Length - 1;
}

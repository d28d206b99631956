using System.Text.Json;
using PgGitOps.LiveTests.Fleet;

namespace PgGitOps.LiveTests.EndToEnd;

/// <summary>Who may connect, on servers that run: what Git declares, what somebody wrote by hand, and what is not ours.</summary>
public sealed class AccessListTests
{
    private const string EnvironmentPath = "environments/test/environment.yaml";
    private const string Added = "host all all 10.77.0.0/16 scram-sha-256";
    private const int Killed = 128 + 9;

    [LiveFact]
    [Trait("Requirement", "R-05")]
    public async Task Reconcile_WhenClientRangesChange_AdmitsThemOnEveryMember_KilledAtEveryBoundary()
    {
        await using var fleet = await TestFleet.CreateAsync(tasks: false);
        await fleet.RunAsync(0, "reconcile", "--once");
        Assert.Empty(await ItemsAsync(fleet, 0));
        fleet.Edit(EnvironmentPath, "clients: [ 127.0.0.0/8 ]", "clients: [ 127.0.0.0/8, 10.77.0.0/16 ]");

        Assert.Equal([$"core-1 lines: lacks {Added}", $"core-2 lines: lacks {Added}"], await ItemsAsync(fleet, 2));
        var boundaries = 0;
        foreach (var where in (string[])["intent:1", "effect:1", "intent:1", "effect:1"])
        {
            fleet.Environment["PGGITOPS_TEST_EXIT_AT"] = where;
            if ((await fleet.RunAsync("reconcile", "--once")).ExitCode == Killed)
                boundaries++;
        }
        fleet.Environment.Remove("PGGITOPS_TEST_EXIT_AT");
        Assert.True(boundaries >= 3, $"only {boundaries} boundaries");
        await fleet.RunAsync(0, "reconcile", "--once");
        Assert.Contains("nothing to do", (await fleet.RunAsync(0, "reconcile", "--once")).Out, StringComparison.Ordinal);
        foreach (var member in (string[])["core-1", "core-2"])
        {
            Assert.Contains(Added, await File.ReadAllTextAsync(FileOf(fleet, member)), StringComparison.Ordinal);
            Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(FileOf(fleet, member)));
            Assert.Equal(
                "1",
                await fleet.ScalarAsync(
                    member,
                    "select count(*) from pg_hba_file_rules where address = '10.77.0.0' and error is null"
                )
            );
        }

        fleet.Edit(EnvironmentPath, "clients: [ 127.0.0.0/8, 10.77.0.0/16 ]", "clients: [ 127.0.0.0/8 ]");
        var plan = (await fleet.RunAsync("plan")).Out;
        Assert.Contains($"no new session by {Added}", plan, StringComparison.Ordinal);
        await fleet.RunAsync(0, "reconcile", "--once");
        Assert.DoesNotContain(Added, await File.ReadAllTextAsync(FileOf(fleet, "core-2")), StringComparison.Ordinal);
    }

    [LiveFact]
    [Trait("Requirement", "R-06")]
    public async Task Drift_TellsWhatSomebodyWroteIntoTheList_AndReconcileTakesItOut()
    {
        await using var fleet = await TestFleet.CreateAsync(tasks: false);
        await fleet.RunAsync(0, "reconcile", "--once");
        await File.AppendAllTextAsync(FileOf(fleet, "core-2"), "host\tall all 0.0.0.0/0 trust # just for today\n");
        await fleet.ExecuteAsync("core-2", "select pg_reload_conf()");

        Assert.Contains("core-2 lines: has host all all 0.0.0.0/0 trust", await ItemsAsync(fleet, 2));
        var run = await fleet.RunAsync(0, "reconcile", "--once");
        Assert.Contains("write pg_hba.conf of core-2: 1 line less", run.Out, StringComparison.Ordinal);

        Assert.Equal(
            "0",
            await fleet.ScalarAsync("core-2", "select count(*) from pg_hba_file_rules where auth_method = 'trust'")
        );
        Assert.Empty(await ItemsAsync(fleet, 0));
        // Written as declared again, by hand, and not loaded: the server still goes by what it read last. It tells times of files in whole seconds.
        await Task.Delay(TimeSpan.FromSeconds(1.1));
        var text = await File.ReadAllTextAsync(FileOf(fleet, "core-2"));
        await File.WriteAllTextAsync(FileOf(fleet, "core-2"), text);
        Assert.Equal(["core-2 loaded: false"], await ItemsAsync(fleet, 2));
        await fleet.RunAsync(0, "reconcile", "--once");
        Assert.Empty(await ItemsAsync(fleet, 0));
    }

    [LiveFact]
    [Trait("Requirement", "R-06")]
    public async Task Reconcile_WhenTheListLostItsFirstLine_LeavesItToPeopleAndSaysSo()
    {
        await using var fleet = await TestFleet.CreateAsync(tasks: false);
        await fleet.RunAsync(0, "reconcile", "--once");
        var theirs = string.Concat(File.ReadLines(FileOf(fleet, "core-2")).Skip(1).Select(l => l + "\n"));
        await File.WriteAllTextAsync(FileOf(fleet, "core-2"), theirs);
        fleet.Edit(EnvironmentPath, "clients: [ 127.0.0.0/8 ]", "clients: [ 127.0.0.0/8, 10.77.0.0/16 ]");

        await fleet.RunAsync("reconcile", "--once");

        Assert.Equal(theirs, await File.ReadAllTextAsync(FileOf(fleet, "core-2")));
        Assert.Contains(Added, await File.ReadAllTextAsync(FileOf(fleet, "core-1")), StringComparison.Ordinal);
        Assert.Equal(["core-2 foreign: its first line is not the one of pggitops"], await ItemsAsync(fleet, 2));
    }

    private static string FileOf(TestFleet fleet, string member) => Path.Combine(fleet.DataDirectory(member), "pg_hba.conf");

    /// <summary>What drift says of access lists, each as <c>member field: live</c>.</summary>
    private static async Task<string[]> ItemsAsync(TestFleet fleet, int exitCode)
    {
        using var drift = JsonDocument.Parse((await fleet.RunAsync(exitCode, "drift", "--detailed-exitcode", "-o", "json")).Out);
        return
        [
            .. drift
                .RootElement.GetProperty("clusters")[0]
                .GetProperty("items")
                .EnumerateArray()
                .Where(i => Text(i, "object")!.EndsWith("/accessList", StringComparison.Ordinal))
                .Select(i => $"{Text(i, "object")!.Split('/')[1]} {Text(i, "field")}: {Text(i, "live")}")
                .Order(StringComparer.Ordinal),
        ];

        static string? Text(JsonElement item, string name) => item.GetProperty(name).GetString();
    }
}

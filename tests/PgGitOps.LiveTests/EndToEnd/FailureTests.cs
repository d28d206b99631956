using System.Diagnostics;
using Npgsql;
using PgGitOps.LiveTests.Fleet;

namespace PgGitOps.LiveTests.EndToEnd;

public sealed class FailureTests
{
    private const string CorePath = "environments/test/clusters/core.yaml";

    [LiveFact]
    [Trait("Requirement", "R-04")]
    public async Task Reconcile_WhenAClusterHangs_DelaysNoOther_AndSaysUnknown()
    {
        await using var fleet = await TestFleet.CreateAsync();
        await fleet.RunAsync(0, "reconcile", "--once");
        await fleet.ExecuteAsync("tasks-1", "alter database tasks connection limit 3");
        fleet.SignalServer("core-1", Signal.Stop);
        fleet.SignalServer("core-2", Signal.Stop);

        var watch = Stopwatch.StartNew();
        // tasks was healed and core could not be read: partly applied.
        var run = await fleet.RunAsync(8, "reconcile", "--once");

        Assert.True(watch.Elapsed < TimeSpan.FromSeconds(60), $"took {watch.Elapsed}");
        Assert.Contains("core: not reachable", run.Out, StringComparison.Ordinal);
        Assert.Equal("7", await fleet.ScalarAsync("tasks-1", "select datconnlimit from pg_database where datname = 'tasks'"));
        // Nothing else was to be done: now the unreadable cluster alone decides.
        await fleet.RunAsync(1, "reconcile", "--once");
        fleet.SignalServer("core-1", Signal.Continue);
        fleet.SignalServer("core-2", Signal.Continue);
        await fleet.RunAsync(0, "reconcile", "--once");
    }

    [LiveFact]
    public async Task Reconcile_WhenThePasswordIsWrong_SaysDenied_AndPlansNothing()
    {
        await using var fleet = await TestFleet.CreateAsync(tasks: false);
        await fleet.RunAsync(0, "reconcile", "--once");
        var right = await File.ReadAllTextAsync(fleet.SecretFile("superuser"));
        await File.WriteAllTextAsync(fleet.SecretFile("superuser"), "pw-wrong-0123456789\n");

        var run = await fleet.RunAsync(1, "reconcile", "--once");

        Assert.Contains("password authentication failed", run.Out, StringComparison.Ordinal);
        Assert.DoesNotContain("pw-", run.Out + run.Error, StringComparison.Ordinal);
        await File.WriteAllTextAsync(fleet.SecretFile("superuser"), right);
        await fleet.RunAsync(0, "reconcile", "--once");
    }

    [LiveFact]
    public async Task Reconcile_WhenTheServerIsLostInTheMiddle_ConvergesLater()
    {
        await using var fleet = await TestFleet.CreateAsync(tasks: false);
        await fleet.RunAsync(0, "reconcile", "--once");
        await using (await BlockRolesAsync(fleet))
        {
            fleet.Edit(CorePath, "- { name: readers }", "- { name: readers }\n    - { name: newcomer }");
            await using var run = fleet.Start("reconcile", "--once");
            await UntilIntentAsync(fleet, run, "create role newcomer");
            fleet.SignalServer("core-1", Signal.Kill);
            var end = await run.EndAsync();

            Assert.True(end.ExitCode is 1 or 8, end.ToString());
            Assert.Contains("core: stopped", end.Out, StringComparison.Ordinal);
        }

        await ConvergesAsync(fleet);
        Assert.Equal("1", await fleet.ScalarAsync("core-1", "select count(*) from pg_roles where rolname = 'newcomer'"));
    }

    [LiveFact]
    public async Task Reconcile_WhileAnotherProcessWrites_EndsWithLocked()
    {
        await using var fleet = await TestFleet.CreateAsync(tasks: false);
        await fleet.RunAsync(0, "reconcile", "--once");
        var block = await BlockRolesAsync(fleet);
        fleet.Edit(CorePath, "- { name: readers }", "- { name: readers }\n    - { name: newcomer }");
        await using var first = fleet.Start("reconcile", "--once");
        await UntilIntentAsync(fleet, first, "create role newcomer");

        // Frozen, it keeps its lock for as long as this machine needs to start the second.
        first.Signal(Signal.Stop);
        await block.DisposeAsync();

        var second = await fleet.RunAsync(7, "reconcile", "--once");

        Assert.Contains($"process {first.Pid}", second.Out, StringComparison.Ordinal);
        first.Signal(Signal.Continue);
        Assert.True((await first.EndAsync()) is { ExitCode: 0 } end, "the first run did not end well");
        await fleet.RunAsync(0, "reconcile", "--once");
    }

    [LiveFact]
    public async Task Reconcile_OnSigterm_FinishesTheStepInHand()
    {
        await using var fleet = await TestFleet.CreateAsync(tasks: false);
        await fleet.RunAsync(0, "reconcile", "--once");
        var block = await BlockRolesAsync(fleet);
        fleet.Edit(CorePath, "- { name: readers }", "- { name: readers }\n    - { name: newcomer }\n    - { name: secondcomer }");
        await using var run = fleet.Start("reconcile", "--once");
        await UntilIntentAsync(fleet, run, "create role newcomer");

        run.Signal(Signal.Terminate);
        await run.WaitForErrorLineAsync("finishing the step in hand");
        await block.DisposeAsync();
        var end = await run.EndAsync();

        Assert.True(end.ExitCode == 130, end.ToString());
        Assert.Equal(
            "newcomer",
            await fleet.ScalarAsync("core-1", "select string_agg(rolname, ',') from pg_roles where rolname like '%comer'")
        );
        Assert.Empty(Directory.GetFiles(Path.Combine(fleet.State, "journal"), "*.open.jsonl"));
        await fleet.RunAsync(0, "reconcile", "--once");
    }

    /// <summary>While it is held, CREATE ROLE waits.</summary>
    private static async Task<NpgsqlConnection> BlockRolesAsync(TestFleet fleet)
    {
        var connection = await fleet.OpenAsync("core-1");
        await using var command = new NpgsqlCommand("begin; lock table pg_authid in share mode", connection);
        await command.ExecuteNonQueryAsync();
        return connection;
    }

    private static Task UntilIntentAsync(TestFleet fleet, PgGitOpsProgram run, string title) =>
        Poll.UntilAsync(
            $"the journal announces {title}",
            () =>
                run.HasEnded
                    ? throw new InvalidOperationException(run.Error)
                    : Directory
                        .GetFiles(Path.Combine(fleet.State, "journal"), "*.open.jsonl")
                        .Any(f => ReadShared(f).Contains(title, StringComparison.Ordinal))
        );

    private static string ReadShared(string path)
    {
        using var file = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite);
        using var reader = new StreamReader(file);
        return reader.ReadToEnd();
    }

    private static async Task ConvergesAsync(TestFleet fleet)
    {
        ProgramRun run = await fleet.RunAsync("reconcile", "--once");
        for (var passes = 1; run.ExitCode != 0 && passes < 4; passes++)
            run = await fleet.RunAsync("reconcile", "--once");
        Assert.True(run.ExitCode == 0, run.ToString());
    }
}

using PgGitOps.LiveTests.Fleet;

namespace PgGitOps.LiveTests.EndToEnd;

public sealed class KillTests
{
    private const int Killed = 128 + 9;

    /// <summary>Dies at every boundary there is between nothing and a running cluster: before each effect, and after it but before its outcome is written.</summary>
    [LiveFact]
    [Trait("Requirement", "R-16")]
    public async Task Reconcile_KilledAtEveryStepBoundary_ConvergesAndTellsWhatHappened()
    {
        await using var fleet = await TestFleet.CreateAsync(tasks: false);
        string? before = null;
        string? after = null;
        var boundaries = 0;
        while (true)
        {
            fleet.Environment["PGGITOPS_TEST_EXIT_AT"] = "intent:1";
            var run = await fleet.RunAsync("reconcile", "--once");
            if (run.ExitCode != Killed)
            {
                AssertAccount(run, after, "applied");
                Assert.True(run.ExitCode == 0, run.ToString());
                break;
            }
            before = LastIntent(fleet);
            fleet.Environment["PGGITOPS_TEST_EXIT_AT"] = "effect:1";
            run = await fleet.RunAsync("reconcile", "--once");
            Assert.True(run.ExitCode == Killed, run.ToString());
            after = LastIntent(fleet);
            // The step that had not begun was planned again, and is the one that now took effect.
            Assert.Equal(before, after);
            Assert.True(++boundaries < 60, "no progress");
        }
        fleet.Environment.Remove("PGGITOPS_TEST_EXIT_AT");

        Assert.True(boundaries >= 8, $"only {boundaries} steps were interrupted");
        var end = await fleet.RunAsync(0, "reconcile", "--once");
        Assert.Contains("nothing to do", end.Out, StringComparison.Ordinal);
        Assert.Equal("streaming", await fleet.ScalarAsync("core-1", "select state from pg_stat_replication"));
        var history = await fleet.RunAsync(0, "history", "--limit", "1000");
        Assert.Equal(boundaries, Count(history.Out, "verified: applied"));
        Assert.Equal(boundaries, Count(history.Out, "verified: not applied"));
        Assert.DoesNotContain("in progress, or interrupted", history.Out, StringComparison.Ordinal);
    }

    private static void AssertAccount(ProgramRun run, string? step, string verdict)
    {
        Assert.NotNull(step);
        Assert.Contains($"{step} was interrupted", run.Out, StringComparison.Ordinal);
        Assert.Contains($"verified: {verdict}", run.Out, StringComparison.Ordinal);
    }

    private static string LastIntent(TestFleet fleet)
    {
        var file = Directory.GetFiles(Path.Combine(fleet.State, "journal"), "*.open.jsonl").Order(StringComparer.Ordinal).Last();
        var line = File.ReadLines(file).Last(l => l.Contains("\"kind\":\"Intent\"", StringComparison.Ordinal));
        using var entry = System.Text.Json.JsonDocument.Parse(line);
        return entry.RootElement.GetProperty("title").GetString()!;
    }

    private static int Count(string text, string part) => text.Split(part).Length - 1;
}

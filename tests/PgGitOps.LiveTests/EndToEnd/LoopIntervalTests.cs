using PgGitOps.LiveTests.Fleet;
using PgGitOps.LiveTests.Hosts;
using PgGitOps.LiveTests.Rules;

namespace PgGitOps.LiveTests.EndToEnd;

/// <summary>Clusters are cared for while Git, a rule or a document takes its time.</summary>
[Trait("Requirement", "R-16")]
public sealed class LoopIntervalTests
{
    private const int Passes = 4;

    private const string RulePath = "policies/rules/own.csx";

    private const string Endless = "while (true) { }";

    /// <summary>Nine levels of nine aliases each: 387 million nodes, were they expanded.</summary>
    private static string Exploding =>
        "a0: &a0 [x, x, x, x, x, x, x, x, x]\n"
        + string.Concat(
            Enumerable.Range(1, 8).Select(i => $"a{i}: &a{i} [{string.Join(", ", Enumerable.Repeat($"*a{i - 1}", 9))}]\n")
        );

    private static async Task AssertHealsAsync(TestFleet fleet, PgGitOpsProgram loop)
    {
        for (var pass = 1; pass <= Passes; pass++)
        {
            var applied = Applied();
            await fleet.ExecuteAsync("core-1", $"alter database inventory connection limit {pass}");
            await Poll.UntilAsync(
                $"drift {pass} is healed",
                async () =>
                    await fleet.ScalarAsync("core-1", "select datconnlimit from pg_database where datname = 'inventory'") == "20"
            );
            // What is changed by hand again before the pass has verified its step would count as a step without effect.
            await Poll.UntilAsync($"the pass of drift {pass} has ended", () => Applied() > applied);
        }

        int Applied() => loop.Error.Split('\n').Count(l => l.Contains("core: in sync", StringComparison.Ordinal));
    }

    private static async Task EndAsync(PgGitOpsProgram loop)
    {
        loop.Signal(Signal.Terminate);
        Assert.Equal(0, (await loop.EndAsync()).ExitCode);
    }

    [LiveFact]
    public async Task Loop_WhileTheRemoteDoesNotAnswer_GoesOnWithItsPasses()
    {
        await using var fleet = await TestFleet.CreateAsync(tasks: false);
        using var remote = fleet.Serve();
        await using var loop = fleet.Start("reconcile", "--repo", remote.Url("policies/.git"), "--git-timeout", "10m");
        await loop.WaitForErrorLineAsync("core: in sync");

        remote.Answers.Reset();
        await Poll.UntilAsync("Git waits for the remote", () => remote.Waiting > 0);
        await AssertHealsAsync(fleet, loop);

        // It waits still: nothing of the passes came of an answer.
        Assert.True(remote.Waiting > 0);
        Assert.DoesNotContain("cannot fetch", loop.Error, StringComparison.Ordinal);
        await EndAsync(loop);
    }

    [LiveFact]
    public async Task Loop_WhileARuleIsJudged_GoesOnWithItsPasses_AndThenRejectsTheCommit()
    {
        await using var fleet = await TestFleet.CreateAsync(tasks: false);
        await using var loop = fleet.Start("reconcile", "--no-rule-cache");
        await loop.WaitForErrorLineAsync("core: in sync");

        fleet.Commit("an endless rule", (RulePath, EngineBench.Rule("OWN1", Endless, "Cluster")));
        var workers = new List<int>();
        await Poll.UntilAsync(
            "a worker judges",
            () =>
            {
                workers = [.. ProcessSignals.Tree(loop.Pid).Intersect(CommandLines.Of("rule-worker"))];
                return workers.Count > 0;
            }
        );
        // Held in the middle of it, for as long as it takes.
        workers.ForEach(w => ProcessSignals.Send(w, Signal.Stop));
        await AssertHealsAsync(fleet, loop);
        Assert.DoesNotContain("revision rejected", loop.Error, StringComparison.Ordinal);

        workers.ForEach(w => ProcessSignals.Send(w, Signal.Continue));
        await loop.WaitForErrorLineAsync("revision rejected", TimeSpan.FromMinutes(4));
        await AssertHealsAsync(fleet, loop);
        await EndAsync(loop);
    }

    [LiveFact]
    public async Task Loop_BesideADocumentThatExplodes_GoesOnWithItsPasses_AndNamesIt()
    {
        await using var fleet = await TestFleet.CreateAsync(tasks: false);
        await using var loop = fleet.Start("reconcile");
        await loop.WaitForErrorLineAsync("core: in sync");

        fleet.Commit("an exploding document", ("policies/contexts/bomb.yaml", Exploding));
        await loop.WaitForErrorLineAsync("policies/contexts/bomb.yaml");

        Assert.Contains("revision rejected; continuing with", loop.Error, StringComparison.Ordinal);
        await AssertHealsAsync(fleet, loop);
        await EndAsync(loop);
    }
}

using PgGitOps.LiveTests.Fleet;
using PgGitOps.LiveTests.Rules;

namespace PgGitOps.LiveTests.EndToEnd;

/// <summary>The loop, ended and started again while the newest commit is one that it refused.</summary>
[Trait("Requirement", "R-16")]
public sealed class RefusedCommitTests
{
    private const string RulePath = "policies/rules/own.csx";

    [LiveFact]
    public async Task Loop_StartedAgain_TellsTheRefusalAndEnforcesTheLastGoodRevision_WithoutRunningARule()
    {
        await using var fleet = await TestFleet.CreateAsync(tasks: false);
        var rules = Path.Combine(fleet.State, "cache");
        fleet.Environment["XDG_CACHE_HOME"] = rules;
        var good = fleet.Git("rev-parse", "HEAD").Trim();
        await fleet.RunAsync(0, "reconcile", "--once");
        // The only rule there is stands in the commit that it refuses: whoever judges the commit compiles it.
        fleet.Commit(
            "a rule that refuses its own commit",
            (RulePath, EngineBench.Rule("OWN1", "Report(Cluster.Parameter(\"work_mem\"), \"a forbidden amount\");", "Cluster"))
        );
        Assert.True(await TellsAsync(fleet, good, rules));

        // Told in the first moment, and what holds is still enforced.
        Assert.False(await TellsAsync(fleet, good, rules), "a commit that was refused was judged again");

        // Other settings are another judge, and this is the way to have it judged at once.
        Assert.True(await TellsAsync(fleet, good, rules, "--unjailed-rules"));
        Assert.False(await TellsAsync(fleet, good, rules, "--unjailed-rules"));

        fleet.Git("revert", "--no-edit", "HEAD");
        await using var loop = fleet.Start("reconcile");
        await loop.WaitForErrorLineAsync($"revision {fleet.Git("rev-parse", "HEAD").Trim()} by ");
        loop.Signal(Signal.Terminate);
        Assert.Equal(0, (await loop.EndAsync()).ExitCode);
    }

    /// <returns>Whether the rule was compiled.</returns>
    private static async Task<bool> TellsAsync(TestFleet fleet, string good, string cache, params string[] more)
    {
        if (Directory.Exists(cache))
            Directory.Delete(cache, recursive: true);
        await using var loop = fleet.Start(["reconcile", .. more]);
        await loop.WaitForErrorLineAsync($"revision rejected; continuing with {good}");
        await loop.WaitForErrorLineAsync("OWN1: a forbidden amount");
        await fleet.ExecuteAsync("core-1", "alter database inventory connection limit 3");
        await Poll.UntilAsync(
            "the last good revision is enforced",
            async () =>
                await fleet.ScalarAsync("core-1", "select datconnlimit from pg_database where datname = 'inventory'") == "20"
        );
        loop.Signal(Signal.Terminate);
        Assert.Equal(0, (await loop.EndAsync()).ExitCode);
        return Directory.Exists(cache) && Directory.GetFiles(cache, "*.rules", SearchOption.AllDirectories).Length > 0;
    }
}

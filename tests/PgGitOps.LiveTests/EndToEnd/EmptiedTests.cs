using PgGitOps.LiveTests.Fleet;

namespace PgGitOps.LiveTests.EndToEnd;

/// <summary>A lost directory looks like an intention to have nothing: it is never taken for one.</summary>
public sealed class EmptiedTests
{
    [LiveFact]
    [Trait("Requirement", "R-16")]
    public async Task EmptiedRepository_IsRefused_AndTheLastGoodRevisionStaysInForce()
    {
        await using var fleet = await TestFleet.CreateAsync(tasks: false);
        await fleet.RunAsync(0, "reconcile", "--once");

        fleet.Git("rm", "-rq", "environments/test/clusters");
        fleet.Commit("lose the clusters");
        await HealsByTheLastGoodOne(fleet, "declares no cluster at all, where the revision before it declared 1");
        // The environment is left: the others judge what is there.
        await fleet.RunAsync(0, "validate", "--ref", "HEAD");

        fleet.Git("rm", "-rq", "environments");
        fleet.Commit("lose everything");
        await HealsByTheLastGoodOne(fleet, "declares no cluster at all, where the revision before it declared 1");
        foreach (
            var command in (string[][])
                [
                    ["plan"],
                    ["drift"],
                    ["status"],
                    ["apply", "--yes"],
                    ["validate", "--ref", "HEAD"],
                ]
        )
        {
            var run = await fleet.RunAsync(1, command);
            Assert.Contains("holds no documents", run.Error, StringComparison.Ordinal);
            Assert.Contains("hint: documents are .yaml files", run.Error, StringComparison.Ordinal);
        }

        // A runner that knows of no earlier revision does nothing, and says so.
        fleet.Environment["PGGITOPS_STATE"] = fleet.State + "-of-another";
        var fresh = await fleet.RunAsync(4, "reconcile", "--once");
        Assert.Contains("holds no documents", fresh.Error, StringComparison.Ordinal);
        Assert.Contains("nothing is done", fresh.Error, StringComparison.Ordinal);
    }

    private static async Task HealsByTheLastGoodOne(TestFleet fleet, string why)
    {
        await fleet.ExecuteAsync("core-1", "alter database inventory connection limit 3");
        var run = await fleet.RunAsync("reconcile", "--once");
        Assert.True(run.ExitCode == 4, run.ToString());
        Assert.Contains(why, run.Error, StringComparison.Ordinal);
        Assert.Contains("continuing with", run.Error, StringComparison.Ordinal);
        Assert.Equal("20", await fleet.ScalarAsync("core-1", "select datconnlimit from pg_database where datname = 'inventory'"));
    }
}

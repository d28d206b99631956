using System.Globalization;
using PgGitOps.LiveTests.Fleet;
using PgGitOps.LiveTests.Rules;

namespace PgGitOps.LiveTests.EndToEnd;

/// <summary>The loop, with rules that cannot be run now, and with rules whose verdict changes although nobody commits.</summary>
[Trait("Requirement", "R-16")]
public sealed class RuleLoopTests
{
    private const string CorePath = "environments/test/clusters/core.yaml";
    private const string RulePath = "policies/rules/own.csx";
    private const string LeasePath = "policies/leases/core.yaml";
    private const string ConnectionLimit = "select datconnlimit from pg_database where datname = 'inventory'";

    private const string LeaseSchema = """
        { "type": "object", "required": [ "apiVersion", "kind", "metadata", "spec" ],
          "properties": {
            "apiVersion": { "const": "fleet.example/v1" }, "kind": { "const": "Lease" }, "metadata": { "type": "object", "additionalProperties": true },
            "spec": { "type": "object", "required": [ "from", "until" ], "additionalProperties": false,
              "properties": { "from": { "type": "string", "format": "date-time" }, "until": { "type": "string", "format": "date-time" } } } } }
        """;

    private static string WorkMemory(string forbidden) =>
        EngineBench.Rule(
            "OWN1",
            $"if (Cluster.Parameter(\"work_mem\").Is(\"{forbidden}\")) Report(Cluster.Parameter(\"work_mem\"), \"a forbidden amount\");",
            "Cluster"
        );

    private static string Lease(DateTimeOffset from, DateTimeOffset until) =>
        string.Create(
            CultureInfo.InvariantCulture,
            $$"""
            apiVersion: fleet.example/v1
            kind: Lease
            metadata: { name: core }
            spec:
              from: {{from:yyyy-MM-dd'T'HH:mm:ss'Z'}}
              until: {{until:yyyy-MM-dd'T'HH:mm:ss'Z'}}
            """
        );

    /// <summary>While the file is there the launcher finds no Landlock, as on another kernel.</summary>
    private static string TakeTheJailAway(TestFleet fleet)
    {
        var file = Path.Combine(fleet.State, "no-landlock");
        fleet.Environment["PGGITOPS_TEST_NO_LANDLOCK_WHILE"] = file;
        return file;
    }

    [LiveFact]
    public async Task Loop_WhereTheJailIsGone_EnforcesTheLastGoodRevision_SaysSo_AndJudgesAgainByItselfWhenItIsBack()
    {
        await using var fleet = await TestFleet.CreateAsync(tasks: false);
        var good = fleet.Commit("a rule", (RulePath, WorkMemory("1MB")));
        var jailIsGone = TakeTheJailAway(fleet);
        await using var loop = fleet.Start("reconcile", "--no-rule-cache");
        await loop.WaitForErrorLineAsync("core: in sync");
        await loop.WaitForErrorLineAsync($"revision {good} by ");

        await File.WriteAllTextAsync(jailIsGone, "");
        var wanted = fleet.Commit(
            "another rule, and a change that it allows",
            (RulePath, WorkMemory("2MB")),
            (CorePath, fleet.CoreDocument().Replace("work_mem: 4MB", "work_mem: 5MB", StringComparison.Ordinal))
        );
        await loop.WaitForErrorLineAsync($"revision rejected; continuing with {good}");
        await loop.WaitForErrorLineAsync("PGP161: no rule was run");

        await fleet.ExecuteAsync("core-1", "alter database inventory connection limit 3");
        await Poll.UntilAsync(
            "the last good revision is still enforced",
            async () => await fleet.ScalarAsync("core-1", ConnectionLimit) == "20"
        );
        Assert.Equal("4MB", await fleet.ScalarAsync("core-1", "show work_mem"));
        Assert.DoesNotContain($"revision {wanted} by ", loop.Error, StringComparison.Ordinal);

        File.Delete(jailIsGone);
        await loop.WaitForErrorLineAsync($"revision {wanted} by ");
        await Poll.UntilAsync(
            "the new revision is enforced",
            async () => await fleet.ScalarAsync("core-1", "show work_mem") == "5MB"
        );
        Assert.Contains("the newest revision is in force", loop.Error, StringComparison.Ordinal);
        // Refused once, said once, however often it was judged.
        Assert.Single(loop.Error.Split('\n'), l => l.Contains("revision rejected", StringComparison.Ordinal));
        loop.Signal(Signal.Terminate);
        Assert.Equal(0, (await loop.EndAsync()).ExitCode);
    }

    [LiveFact]
    public async Task ReconcileOnce_WithoutAJail_HealsByTheLastGoodRevision_AndEndsAsRejected()
    {
        await using var fleet = await TestFleet.CreateAsync(tasks: false);
        var good = fleet.Commit("a rule", (RulePath, WorkMemory("1MB")));
        await fleet.RunAsync(0, "reconcile", "--once", "--no-rule-cache");
        fleet.Edit(CorePath, "work_mem: 4MB", "work_mem: 5MB");
        await fleet.ExecuteAsync("core-1", "alter database inventory connection limit 3");

        var jailIsGone = TakeTheJailAway(fleet);
        await File.WriteAllTextAsync(jailIsGone, "");
        var run = await fleet.RunAsync(4, "reconcile", "--once", "--no-rule-cache");

        Assert.Contains("error PGP161: no rule was run", run.Error, StringComparison.Ordinal);
        Assert.Contains($"continuing with {good}", run.Error, StringComparison.Ordinal);
        Assert.Equal("20", await fleet.ScalarAsync("core-1", ConnectionLimit));
        Assert.Equal("4MB", await fleet.ScalarAsync("core-1", "show work_mem"));
        File.Delete(jailIsGone);
        await fleet.RunAsync(0, "reconcile", "--once", "--no-rule-cache");
        Assert.Equal("5MB", await fleet.ScalarAsync("core-1", "show work_mem"));
    }

    [LiveFact]
    public async Task Loop_AsTimePasses_AsksRulesThatReadIt_AlthoughNobodyCommits()
    {
        await using var fleet = await TestFleet.CreateAsync(tasks: false);
        await fleet.RunAsync(0, "reconcile", "--once", "--no-rule-cache");
        fleet.Commit(
            "leases",
            ("schemas/kinds/lease.schema.json", LeaseSchema),
            (
                RulePath,
                EngineBench.Rule(
                    "LEASE",
                    """
                    if (Now < Document["spec"]["from"].Moment)
                        Report(Document["spec"]["from"], "has not begun");
                    if (Now > Document["spec"]["until"].Moment)
                        Report(Document["spec"]["until"], "has run out");
                    """,
                    "Lease"
                )
            )
        );
        await using var loop = fleet.Start("reconcile", "--no-rule-cache");
        await loop.WaitForErrorLineAsync("core: in sync");

        // Refused by the clock alone, and taken by it.
        var from = DateTimeOffset.FromUnixTimeSeconds(DateTimeOffset.UtcNow.ToUnixTimeSeconds() + 8);
        var until = from.AddSeconds(8);
        var leased = fleet.Commit(
            "a lease that begins soon",
            (LeasePath, Lease(from, until)),
            (CorePath, fleet.CoreDocument().Replace("work_mem: 4MB", "work_mem: 5MB", StringComparison.Ordinal))
        );
        await loop.WaitForErrorLineAsync($"{LeasePath}:5:9: LEASE: has not begun");
        Assert.Equal("4MB", await fleet.ScalarAsync("core-1", "show work_mem"));
        await loop.WaitForErrorLineAsync($"revision {leased} by ");
        Assert.True(DateTimeOffset.UtcNow >= from, "it was taken before its time");
        await Poll.UntilAsync("the commit is enforced", async () => await fleet.ScalarAsync("core-1", "show work_mem") == "5MB");

        // In force, and found fault with by the clock alone: it stays.
        await loop.WaitForErrorLineAsync($"{LeasePath}:6:10: LEASE: has run out");
        Assert.True(DateTimeOffset.UtcNow >= until, "it was said before its time");
        Assert.Equal("5MB", await fleet.ScalarAsync("core-1", "show work_mem"));
        Assert.Equal(leased, fleet.Git("rev-parse", "HEAD").Trim());
        Assert.Single(loop.Error.Split('\n'), l => l.Contains("LEASE: has run out", StringComparison.Ordinal));

        // What a command says of the same commit now.
        Assert.Contains(
            "error LEASE: has run out",
            (await fleet.RunAsync(4, "validate", "--no-rule-cache")).Out,
            StringComparison.Ordinal
        );
        loop.Signal(Signal.Terminate);
        Assert.Equal(0, (await loop.EndAsync()).ExitCode);
    }
}

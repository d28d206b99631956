using System.Text.Json;
using PgGitOps.LiveTests.Fleet;
using PgGitOps.LiveTests.Rules;

namespace PgGitOps.LiveTests.EndToEnd;

/// <summary>Rules that speak of observations, asked by whoever looks at the clusters.</summary>
[Trait("Requirement", "R-08")]
public sealed class LiveRuleTests
{
    private const string CorePath = "environments/test/clusters/core.yaml";
    private const string RulePath = "policies/rules/live.csx";
    private const string SettingsPath = "policies/rule-settings.yaml";
    private const string WaiverPath = "policies/waiver.yaml";
    private const string Place = $"{CorePath}:3:19";
    private const string Said = "LIVE1: core-1 is the primary, seen among 2";

    private static string Rule(string enforcement) =>
        EngineBench.Rule(
            "LIVE1",
            """
            if (Cluster.Observed["primary"].Is(Param.Text("shunned")))
                Report(Cluster.Document, $"{Param.Text("shunned")} is the primary, seen among {Cluster.Observed["members"].Items.Count}").Hint("move it");
            """,
            "Cluster",
            enforcement,
            "parameters: { shunned: { type: text, default: core-1 } }"
        );

    private static async Task<TestFleet> BringUpAsync()
    {
        var fleet = await TestFleet.CreateAsync(tasks: false);
        fleet.Environment["XDG_CACHE_HOME"] = Path.Combine(fleet.State, "cache");
        fleet.Commit(
            "promise, and a rule that looks at documents only",
            (
                "policies/recovery-classes.yaml",
                "apiVersion: pggitops.dev/v1\nkind: RecoveryClasses\nmetadata: { name: classes }\nspec:\n  rpo: { minutes: 5m }\n  rto: { hour: 1h }\n"
            ),
            (
                "policies/contexts/inventory.yaml",
                """
                apiVersion: pggitops.dev/v1
                kind: RecoveryPolicy
                metadata: { name: inventory }
                spec:
                  store: { cluster: core, database: inventory }
                  rpoClass: minutes
                  rtoClass: hour
                  crossSite: { replication: required, dataLossWindow: 5m }
                  failover: { local: operatorApproved, crossSite: operatorApproved }
                  promotion: { authority: [ group:dba ], requires: [ approval, fencing ], onPartition: holdWrites }
                """
            ),
            (
                "policies/rules/quiet.csx",
                EngineBench.Rule(
                    "QUIET",
                    "if (Cluster.Parameter(\"work_mem\").Is(\"1MB\")) Report(Cluster.Document, \"too little\");",
                    "Cluster"
                )
            )
        );
        await fleet.RunAsync(0, "reconcile", "--once");
        return fleet;
    }

    private static string TakeTheJailAway(TestFleet fleet)
    {
        var file = Path.Combine(fleet.State, "no-landlock");
        fleet.Environment["PGGITOPS_TEST_NO_LANDLOCK_WHILE"] = file;
        File.WriteAllText(file, "");
        return file;
    }

    private static JsonElement RulesOf(ProgramRun run)
    {
        using var json = JsonDocument.Parse(run.Out);
        return json.RootElement.GetProperty("rules").Clone();
    }

    [LiveFact]
    public async Task DriftAndProveLive_WhereNoRuleSpeaksOfObservations_StartNoWorker()
    {
        await using var fleet = await BringUpAsync();
        // Whoever started one would say that there is no jail.
        TakeTheJailAway(fleet);
        foreach (
            var command in (string[][])
                [
                    ["drift"],
                    ["prove", "--live"],
                ]
        )
        {
            Assert.Equal(JsonValueKind.Null, RulesOf(await fleet.RunAsync(0, [.. command, "-o", "json"])).ValueKind);
            var run = await fleet.RunAsync(0, command);
            Assert.DoesNotContain("live rules", run.Out, StringComparison.Ordinal);
            Assert.DoesNotContain("PGP161", run.Out + run.Error, StringComparison.Ordinal);
        }
    }

    [LiveFact]
    public async Task AHardRuleThatFailsLiveOnly_IsSaidByDriftProveAndTheLoopAlike_AndRejects()
    {
        await using var fleet = await BringUpAsync();
        fleet.Commit("a rule that looks at clusters", (RulePath, Rule("hard")));
        Assert.DoesNotContain("LIVE1", (await fleet.RunAsync(0, "validate")).Out, StringComparison.Ordinal);

        var drift = await fleet.RunAsync(4, "drift");
        Assert.Contains("core (enforce): no drift\n", drift.Out, StringComparison.Ordinal);
        Assert.Contains(
            $"live rules: 1 asked, 1 error\n  ✗ {Place}: error {Said}\n      hint: move it\n",
            drift.Out,
            StringComparison.Ordinal
        );
        var prove = await fleet.RunAsync(4, "prove", "--live");
        Assert.Contains($"  ✗ {Place}: error {Said}\n", prove.Out, StringComparison.Ordinal);
        foreach (
            var run in (ProgramRun[])
                [await fleet.RunAsync(4, "drift", "-o", "json"), await fleet.RunAsync(4, "prove", "--live", "-o", "json")]
        )
        {
            var rules = RulesOf(run);
            Assert.True(rules.GetProperty("rejected").GetBoolean());
            Assert.Equal("LIVE1", Assert.Single(rules.GetProperty("asked").EnumerateArray()).GetString());
            var finding = Assert.Single(rules.GetProperty("findings").EnumerateArray());
            Assert.Equal(
                ("error", "LIVE1", CorePath, 3, "Cluster/core"),
                (
                    finding.GetProperty("severity").GetString(),
                    finding.GetProperty("rule").GetString(),
                    finding.GetProperty("path").GetString(),
                    finding.GetProperty("line").GetInt32(),
                    finding.GetProperty("document").GetString()
                )
            );
        }
        foreach (var format in (string[])["markdown", "html", "sarif"])
            Assert.Contains("LIVE1", (await fleet.RunAsync(4, "drift", "-o", format)).Out, StringComparison.Ordinal);

        await using (var loop = fleet.Start("reconcile"))
        {
            await loop.WaitForErrorLineAsync($"{Place}: {Said}");
            loop.Signal(Signal.Terminate);
            Assert.Equal(0, (await loop.EndAsync()).ExitCode);
        }

        // A rule's no is not drift, whether there is drift beside it or not.
        await fleet.RunAsync(4, "drift", "--detailed-exitcode");
        await fleet.ExecuteAsync("core-1", "alter database inventory connection limit 3");
        await fleet.RunAsync(4, "drift", "--detailed-exitcode");
    }

    [LiveFact]
    public async Task Drift_WithAnAdvisoryRule_AWaiver_AWrongSetting_OrWithoutAJail_EndsAsDocumented()
    {
        await using var fleet = await BringUpAsync();
        fleet.Commit("advisory", (RulePath, Rule("advisory")));
        Assert.Contains(
            $"  ! {Place}: warning {Said}\n",
            (await fleet.RunAsync(0, "drift", "--detailed-exitcode")).Out,
            StringComparison.Ordinal
        );
        await fleet.ExecuteAsync("core-1", "alter database inventory connection limit 3");
        Assert.Contains(
            $"warning {Said}",
            (await fleet.RunAsync(2, "drift", "--detailed-exitcode")).Out,
            StringComparison.Ordinal
        );

        fleet.Commit(
            "soft and waived",
            (RulePath, Rule("soft")),
            (
                WaiverPath,
                """
                apiVersion: pggitops.dev/v1
                kind: Waiver
                metadata: { name: here, owner: team-a }
                spec: { rule: LIVE1, document: Cluster/core, value: core, approver: dba, reason: it moves in May, expires: 2999-01-01 }
                """
            )
        );
        Assert.Contains(
            $"  · {Place}: note {Said} (waived by here until 2999-01-01: it moves in May)\n",
            (await fleet.RunAsync(2, "drift", "--detailed-exitcode")).Out,
            StringComparison.Ordinal
        );

        var jailIsGone = TakeTheJailAway(fleet);
        var unjudged = await fleet.RunAsync(4, "drift");
        Assert.Contains("error PGP161: no rule was run", unjudged.Out, StringComparison.Ordinal);
        Assert.Contains("connectionLimit", unjudged.Out, StringComparison.Ordinal);
        Assert.Contains($"note {Said}", (await fleet.RunAsync(0, "drift", "--unjailed-rules")).Out, StringComparison.Ordinal);
        File.Delete(jailIsGone);

        const string Settings =
            "apiVersion: pggitops.dev/v1\nkind: RuleSettings\nmetadata: { name: s }\nspec:\n  rules:\n    - rule: LIVE1\n      parameters: { shunned: core-2 }\n";
        fleet.Commit("another parameter", (SettingsPath, Settings), (WaiverPath, null));
        Assert.Contains("1 asked, nothing found", (await fleet.RunAsync(0, "drift")).Out, StringComparison.Ordinal);
        fleet.Commit("a wrong parameter", (SettingsPath, Settings.Replace("shunned", "shuned", StringComparison.Ordinal)));
        Assert.Contains($"{SettingsPath}:7:21: error PGP130", (await fleet.RunAsync(3, "drift")).Out, StringComparison.Ordinal);
        await fleet.RunAsync(3, "prove", "--live");
    }
}

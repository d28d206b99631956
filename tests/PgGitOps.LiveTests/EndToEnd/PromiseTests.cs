using PgGitOps.LiveTests.Fleet;

namespace PgGitOps.LiveTests.EndToEnd;

[Trait("Requirement", "R-07")]
public sealed class PromiseTests
{
    private const string PolicyPath = "policies/contexts/inventory.yaml";
    private const string CorePath = "environments/test/clusters/core.yaml";

    private const string Classes = """
        apiVersion: pggitops.dev/v1
        kind: RecoveryClasses
        metadata: { name: classes }
        spec:
          rpo: { zero: 0s, minutes: 5m }
          rto: { hour: 1h }

        """;

    private static string Policy(string window) =>
        $$"""
            apiVersion: pggitops.dev/v1
            kind: RecoveryPolicy
            metadata: { name: inventory }
            spec:
              store: { cluster: core, database: inventory }
              rpoClass: minutes
              rtoClass: hour
              crossSite: { replication: required, dataLossWindow: {{window}}, justification: orders name what was paid }
              failover: { local: operatorApproved, crossSite: operatorApproved }
              promotion: { authority: [ group:dba ], requires: [ approval, fencing ], onPartition: holdWrites }

            """;

    private static string Declare(TestFleet fleet, string window, string replication = "{}") =>
        fleet.Commit(
            $"promise at most {window}",
            ("policies/recovery-classes.yaml", Classes),
            (PolicyPath, Policy(window)),
            (CorePath, fleet.CoreDocument().Replace("replication: {}", $"replication: {replication}", StringComparison.Ordinal))
        );

    [LiveFact]
    public async Task PromiseThatCannotBeKept_IsRejectedByEveryCommand_AndWeakenedLive_IsAtRisk()
    {
        await using var fleet = await TestFleet.CreateAsync(tasks: false);
        Declare(fleet, "0s");
        foreach (var command in (string[])["validate", "plan", "drift", "status"])
        {
            var run = await fleet.RunAsync(4, command);
            var text = command == "validate" ? run.Out : run.Error;
            Assert.Contains($"{PolicyPath}:8:55: error PGC001", text, StringComparison.Ordinal);
            Assert.Contains("a commit acknowledged by core-1 alone is gone when oslo is lost", text, StringComparison.Ordinal);
            Assert.Contains("dataLossWindow: 0s", text, StringComparison.Ordinal);
            Assert.Contains("hint: ", text, StringComparison.Ordinal);
        }
        await fleet.RunAsync(4, "apply", "--yes");
        await fleet.RunAsync(4, "reconcile", "--once");
        Assert.Contains("impossible", (await fleet.RunAsync(4, "prove")).Out, StringComparison.Ordinal);

        Declare(
            fleet,
            "0s",
            "{ synchronous: { method: any, count: 1, standbys: [ core-1, core-2 ], commit: on, whenShort: block } }"
        );
        await fleet.RunAsync(0, "validate");
        await fleet.RunAsync(0, "reconcile", "--once");
        Assert.DoesNotContain(
            "at risk",
            (await fleet.RunAsync(0, "prove", "--live")).Out.Split("\n+ met")[0],
            StringComparison.Ordinal
        );

        await fleet.ExecuteAsync("core-1", "alter role app_owner login; alter role app set synchronous_commit = local");
        var live = await fleet.RunAsync(4, "prove", "--live");
        Assert.Contains("synchronous_commit = local was found: ALTER ROLE app SET on core-1", live.Out, StringComparison.Ordinal);
        Assert.Contains("inventory at risk (site loss", (await fleet.RunAsync(0, "status")).Out, StringComparison.Ordinal);
        Assert.Contains("at risk", (await fleet.RunAsync(0, "answer", "inventory")).Out, StringComparison.Ordinal);

        await fleet.ExecuteAsync("core-1", "alter role app reset synchronous_commit");
        await fleet.ExecuteAsync(
            "core-1",
            "create function inventory.fast() returns int language sql set synchronous_commit = off as 'select 1'",
            "inventory"
        );
        Assert.Contains(
            "function inventory.fast() in database inventory",
            (await fleet.RunAsync(4, "prove", "--live")).Out,
            StringComparison.Ordinal
        );
    }

    [LiveFact]
    public async Task Loop_WhenTheLagExceedsTheWindow_SaysSo_AndKeepsTheLastGoodRevision()
    {
        await using var fleet = await TestFleet.CreateAsync(tasks: false);
        Declare(fleet, "3s");
        await fleet.RunAsync(0, "reconcile", "--once");
        await fleet.ExecuteAsync("core-1", "create table filler (padding text)", "inventory");
        await using var loop = fleet.Start("reconcile");
        await loop.WaitForErrorLineAsync("core: in sync");

        Declare(fleet, "0s");
        await loop.WaitForErrorLineAsync("declares a recovery objective that cannot be met");
        await loop.WaitForErrorLineAsync("continuing with");

        // Idle, and longer than the window: nothing that is missing is nothing late.
        await Task.Delay(TimeSpan.FromSeconds(5));
        Assert.DoesNotContain("at risk", loop.Error, StringComparison.Ordinal);

        var receiver = ProcessSignals
            .Tree(fleet.ServerPid("core-2")!.Value)
            .Intersect(Hosts.CommandLines.Of("walreceiver"))
            .Single();
        ProcessSignals.Send(receiver, Signal.Stop);
        await fleet.ExecuteAsync(
            "core-1",
            "insert into filler select repeat('x', 1000) from generate_series(1, 1000)",
            "inventory"
        );
        await loop.WaitForErrorLineAsync("inventory at risk (site loss");

        ProcessSignals.Send(receiver, Signal.Continue);
        await loop.WaitForErrorLineAsync(" again");
        loop.Signal(Signal.Terminate);
        Assert.Equal(0, (await loop.EndAsync()).ExitCode);
    }

    [LiveFact]
    public async Task LoweringTheCluster_AndRaisingOneDatabase_IsDoneInTheOrderThatKeepsItsPromise()
    {
        const string rule =
            "{ synchronous: { method: any, count: 1, standbys: [ core-1, core-2 ], commit: LEVEL, whenShort: block } }";
        await using var fleet = await TestFleet.CreateAsync(tasks: false);
        Declare(fleet, "0s", rule.Replace("LEVEL", "on", StringComparison.Ordinal));
        await fleet.RunAsync(0, "reconcile", "--once");

        Declare(fleet, "0s", rule.Replace("LEVEL", "local", StringComparison.Ordinal));
        fleet.Edit(CorePath, "connectionLimit: 20", "connectionLimit: 20\n      settings: { synchronous_commit: on }");
        await AssertOrderAsync(fleet, "core/database/inventory/alter", "core/member/core-1/synchronous");
        Assert.Equal("on", await fleet.ScalarAsync("core-1", "show synchronous_commit", "inventory"));
        Assert.Equal("local", await fleet.ScalarAsync("core-1", "show synchronous_commit"));

        // And back: the cluster first, then the database falls back to it.
        Declare(fleet, "0s", rule.Replace("LEVEL", "on", StringComparison.Ordinal));
        await AssertOrderAsync(fleet, "core/member/core-1/synchronous", "core/database/inventory/alter");
        Assert.Equal("on", await fleet.ScalarAsync("core-1", "show synchronous_commit", "inventory"));
        Assert.Equal(
            "0",
            await fleet.ScalarAsync(
                "core-1",
                "select count(*) from pg_db_role_setting s join pg_database d on d.oid = s.setdatabase where d.datname = 'inventory'"
            )
        );
    }

    private static async Task AssertOrderAsync(TestFleet fleet, string first, string second)
    {
        using var plan = System.Text.Json.JsonDocument.Parse((await fleet.RunAsync(0, "plan", "-o", "json")).Out);
        var ids = plan
            .RootElement.GetProperty("clusters")
            .EnumerateArray()
            .SelectMany(c => c.GetProperty("steps").EnumerateArray())
            .Select(s => s.GetProperty("id").GetString()!)
            .ToList();
        Assert.True(ids.IndexOf(first) >= 0 && ids.IndexOf(first) < ids.IndexOf(second), string.Join('\n', ids));
        await fleet.RunAsync(0, "reconcile", "--once");
    }
}

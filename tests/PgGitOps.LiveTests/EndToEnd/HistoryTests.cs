using PgGitOps.LiveTests.Fleet;

namespace PgGitOps.LiveTests.EndToEnd;

/// <summary>History decides who is primary: failovers by hand, old copies that come back, and data that are gone.</summary>
public sealed class HistoryTests
{
    private const string CorePath = "environments/test/clusters/core.yaml";

    [LiveFact]
    [Trait("Requirement", "R-08")]
    public async Task Reconcile_WhenTheOldPrimaryIsBackAlone_ChangesNothing_AndSaysWhoHoldsWhat()
    {
        await using var fleet = await FailedOverAsync(seen: true);
        // The promoted server hangs: only what was seen of it speaks for it.
        fleet.SignalServer("core-2", Signal.Stop);
        await StartAsync(fleet, "core-1");
        fleet.Edit(CorePath, "work_mem: 4MB", "work_mem: 5MB");

        var status = await fleet.RunAsync(1, "status");
        var plan = await fleet.RunAsync("plan");
        await fleet.RunAsync(4, "reconcile", "--once");

        Assert.StartsWith("core: TWO HISTORIES: core-1 accepts writes", status.Out, StringComparison.Ordinal);
        Assert.Contains("timeline 2", status.Out, StringComparison.Ordinal);
        Assert.Contains("PGP021", plan.Out, StringComparison.Ordinal);
        Assert.Equal("4MB", await fleet.ScalarAsync("core-1", "show work_mem"));
        fleet.SignalServer("core-2", Signal.Continue);
        // The accepted way out: the old primary is fenced, and its data are removed.
        await StopAsync(fleet, "core-1");
        Directory.Delete(fleet.DataDirectory("core-1"), recursive: true);
        await fleet.RunAsync(0, "reconcile", "--once");
        Assert.Equal("5MB", await fleet.ScalarAsync("core-2", "show work_mem"));
        Assert.Equal("t", (await fleet.ScalarAsync("core-1", "select pg_is_in_recovery()"))!.ToLowerInvariant()[..1]);
    }

    [LiveFact]
    [Trait("Requirement", "R-08")]
    public async Task Reconcile_WhenTheFailoverWasNeverSeen_ReadsItFromTheStoppedServersData()
    {
        await using var fleet = await FailedOverAsync(seen: false);
        await StopAsync(fleet, "core-2");
        await StartAsync(fleet, "core-1");

        var status = await fleet.RunAsync(1, "status");
        await fleet.RunAsync(4, "reconcile", "--once");

        Assert.Contains("TWO HISTORIES", status.Out, StringComparison.Ordinal);
        Assert.Contains("core-2 holds timeline 2", status.Out, StringComparison.Ordinal);
        Assert.Null(fleet.ServerPid("core-2"));
    }

    [LiveFact]
    [Trait("Requirement", "R-08")]
    public async Task Reconcile_BesideAStoppedFormerPrimary_SaysThatAPersonDecides_NotThatItCannotBeReached()
    {
        await using var fleet = await FailedOverAsync(seen: true);

        await fleet.RunAsync("reconcile", "--once");
        var run = await fleet.RunAsync(4, "reconcile", "--once");

        Assert.StartsWith("core: refused: PGP015", run.Out, StringComparison.Ordinal);
        Assert.Null(fleet.ServerPid("core-1"));
    }

    [LiveFact]
    [Trait("Requirement", "R-08")]
    public async Task Reconcile_WhenBothFormerPrimariesAreStopped_StartsTheNewerOne()
    {
        await using var fleet = await FailedOverAsync(seen: true);
        await StopAsync(fleet, "core-2");

        var run = await fleet.RunAsync("reconcile", "--once");

        Assert.Contains("✓ start core-2", run.Out, StringComparison.Ordinal);
        Assert.Equal("1", await fleet.ScalarAsync("core-2", "select count(*) from after_failover"));
        Assert.Null(fleet.ServerPid("core-1"));
    }

    [LiveFact]
    [Trait("Requirement", "R-08")]
    public async Task Reconcile_WhenThePromotedServerLostItsDisk_DoesNotStartTheOneFromBefore()
    {
        await using var fleet = await FailedOverAsync(seen: true);
        await StopAsync(fleet, "core-2");
        Directory.Delete(fleet.DataDirectory("core-2"), recursive: true);

        var run = await fleet.RunAsync(4, "reconcile", "--once");
        var status = await fleet.RunAsync(1, "status");

        Assert.Null(fleet.ServerPid("core-1"));
        Assert.StartsWith("core: NO PRIMARY", run.Out, StringComparison.Ordinal);
        Assert.Contains("last primary core-2", status.Out, StringComparison.Ordinal);
        Assert.Contains("PGP021", status.Out, StringComparison.Ordinal);
        // A person decides, by name.
        fleet.Commit(
            "accept what core-1 holds",
            (
                "environments/test/approvals/accept.yaml",
                """
                apiVersion: pggitops.dev/v1
                kind: Approval
                metadata: { name: accept-core-1 }
                spec: { cluster: core, allows: [ { primary: core-1 } ], approvedBy: dba, expires: 2999-01-01 }
                """
            )
        );
        await fleet.RunAsync("reconcile", "--once");
        await fleet.RunAsync(0, "reconcile", "--once");
        Assert.NotNull(fleet.ServerPid("core-1"));
        // What was accepted is the memory from now on, also without the approval.
        fleet.Commit("the approval has served", ("environments/test/approvals/accept.yaml", null));
        await fleet.RunAsync(0, "reconcile", "--once");
    }

    [LiveFact]
    [Trait("Requirement", "R-08")]
    public async Task Reconcile_WhenEveryDataDirectoryIsGone_MakesNoEmptyCluster_UntilAnApprovalNamesIt()
    {
        await using var fleet = await TestFleet.CreateAsync(tasks: false);
        await fleet.RunAsync(0, "reconcile", "--once");
        foreach (var member in (string[])["core-2", "core-1"])
        {
            await StopAsync(fleet, member);
            Directory.Delete(fleet.DataDirectory(member), recursive: true);
        }

        var run = await fleet.RunAsync(4, "reconcile", "--once");
        // Also where the memory went with the machine that kept it.
        Assert.Contains(
            "PGP022",
            (await fleet.RunAsync(4, "plan", "--state", fleet.State + "-of-another-machine")).Out,
            StringComparison.Ordinal
        );

        Assert.StartsWith("core: MISSING", run.Out, StringComparison.Ordinal);
        Assert.Contains("PGP022", run.Out, StringComparison.Ordinal);
        Assert.False(Directory.Exists(fleet.DataDirectory("core-1")));
        fleet.Commit(
            "make core anew",
            (
                "environments/test/approvals/anew.yaml",
                """
                apiVersion: pggitops.dev/v1
                kind: Approval
                metadata: { name: core-anew }
                spec: { cluster: core, allows: [ { recreate: cluster } ], approvedBy: dba, expires: 2999-01-01 }
                """
            )
        );
        await fleet.RunAsync("reconcile", "--once");
        await fleet.RunAsync(0, "reconcile", "--once");
        Assert.Equal("1", await fleet.ScalarAsync("core-1", "select count(*) from pg_stat_replication"));
        // It counts once: lost again, the same approval makes nothing.
        foreach (var member in (string[])["core-2", "core-1"])
        {
            await StopAsync(fleet, member);
            Directory.Delete(fleet.DataDirectory(member), recursive: true);
        }
        await fleet.RunAsync(4, "reconcile", "--once");
    }

    [LiveFact]
    public async Task Plan_WhenDataRootChangesUnderRunningServers_ShowsIt_AndAStoppedOneIsNotReplaced()
    {
        await using var fleet = await TestFleet.CreateAsync(tasks: false);
        await fleet.RunAsync(0, "reconcile", "--once");
        var root = Path.GetDirectoryName(Path.GetDirectoryName(Path.GetDirectoryName(fleet.DataDirectory("core-1"))))!;
        fleet.Edit("environments/test/environment.yaml", $"dataRoot: {root}", $"dataRoot: {root}-new");

        var plan = await fleet.RunAsync(2, "plan", "--detailed-exitcode");
        await fleet.RunAsync(8, "reconcile", "--once");
        await StopAsync(fleet, "core-2");
        await StopAsync(fleet, "core-1");
        var run = await fleet.RunAsync("reconcile", "--once");

        Assert.Contains("member/core-1 dataDirectory", plan.Out, StringComparison.Ordinal);
        Assert.NotEqual(0, run.ExitCode);
        Assert.Contains(fleet.DataDirectory("core-1"), (await fleet.RunAsync("plan")).Out, StringComparison.Ordinal);
        Assert.False(Directory.Exists($"{root}-new"));
        Assert.Null(fleet.ServerPid("core-1"));
    }

    [LiveFact]
    public async Task Reconcile_WhenThePortChangesWhileServersAreDown_SaysWhereTheyListen_AndDoesNotWaitForThem()
    {
        await using var fleet = await TestFleet.CreateAsync(tasks: false);
        await fleet.RunAsync(0, "reconcile", "--once");
        await StopAsync(fleet, "core-2");
        await StopAsync(fleet, "core-1");
        fleet.Edit(CorePath, $"port: {fleet.CorePort}", $"port: {FreePort.Next()}");

        var run = await fleet.RunAsync(1, "reconcile", "--once");

        // It is up all the same, as it was before: the step ends, and does not hold the engine until its time is over.
        Assert.Contains($"listens on port {fleet.CorePort}", run.Out, StringComparison.Ordinal);
        Assert.NotNull(fleet.ServerPid("core-1"));
        Assert.Contains($"listens on port {fleet.CorePort}", (await fleet.RunAsync(1, "status")).Out, StringComparison.Ordinal);
    }

    [LiveFact]
    public async Task Reconcile_WhenTheAddressChangesWhileServersAreDown_SaysWhereTheyListen_AndDoesNotWaitForThem()
    {
        await using var fleet = await TestFleet.CreateAsync(tasks: false);
        await fleet.RunAsync(0, "reconcile", "--once");
        await StopAsync(fleet, "core-2");
        await StopAsync(fleet, "core-1");
        fleet.Edit("environments/test/environment.yaml", "address: 127.0.21.1,", "address: 127.0.21.99,");

        var run = await fleet.RunAsync(1, "reconcile", "--once");

        Assert.Contains("listens on address 127.0.21.1, where the documents say 127.0.21.99", run.Out, StringComparison.Ordinal);
    }

    /// <summary>core-1 has crashed and core-2 was promoted by hand.</summary>
    /// <param name="seen">The engine has looked at the promoted server since.</param>
    private static async Task<TestFleet> FailedOverAsync(bool seen)
    {
        var fleet = await TestFleet.CreateAsync(tasks: false);
        await fleet.RunAsync(0, "reconcile", "--once");
        await StopAsync(fleet, "core-1");
        await fleet.ExecuteAsync("core-2", "select pg_promote()");
        await fleet.ExecuteAsync("core-2", "create table after_failover as select 1 a");
        if (seen)
            Assert.Contains("timeline 2", (await fleet.RunAsync("status")).Out, StringComparison.Ordinal);
        return fleet;
    }

    private static async Task StopAsync(TestFleet fleet, string member)
    {
        var pid = fleet.ServerPid(member) ?? throw new InvalidOperationException($"{member} does not run");
        ProcessSignals.Send(pid, Signal.Quit);
        await Poll.UntilAsync($"{member} has ended", () => !ProcessSignals.IsAlive(pid));
    }

    private static Task<string> StartAsync(TestFleet fleet, string member) =>
        ServerPrograms.RunAsync(
            "pg_ctl",
            [
                "start",
                "-w",
                "-s",
                "-D",
                fleet.DataDirectory(member),
                "-l",
                Path.Combine(Path.GetDirectoryName(fleet.DataDirectory(member))!, "log", "by-hand.log"),
            ],
            TimeSpan.FromSeconds(60)
        );
}

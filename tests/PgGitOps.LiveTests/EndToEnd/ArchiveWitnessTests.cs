using PgGitOps.LiveTests.Fleet;

namespace PgGitOps.LiveTests.EndToEnd;

/// <summary>Failovers by hand of which only the WAL archive still knows: the promoted server's disk is gone, and so is the state directory.</summary>
public sealed class ArchiveWitnessTests : IAsyncLifetime
{
    private const string Approval = "environments/test/approvals/accept.yaml";

    private TestDirectory archive = null!;

    public async Task InitializeAsync() => archive = await TestDirectory.CreateAsync("pggitops-archive-");

    public Task DisposeAsync() => archive.DisposeAsync().AsTask();

    private string Restore => $"cp {archive.Path}/%f %p";

    [LiveFact("pg_ctl")]
    [Trait("Requirement", "R-08")]
    public async Task Reconcile_WhenOnlyTheArchiveKnowsOfTheFailover_StartsNobody_UntilAPersonDecides()
    {
        await using var fleet = await FailedOverAndLostAsync(Restore);

        var run = await fleet.RunAsync(4, "reconcile", "--once");
        var status = await fleet.RunAsync(1, "status");

        Assert.Null(fleet.ServerPid("core-1"));
        Assert.StartsWith("core: NO PRIMARY", run.Out, StringComparison.Ordinal);
        foreach (var report in (ProgramRun[])[run, status, await fleet.RunAsync("plan"), await fleet.RunAsync("drift")])
        {
            Assert.Contains("PGP021", report.Out, StringComparison.Ordinal);
            Assert.Contains(
                "the archive of core-1 holds timeline 2, which left timeline 1 at ",
                report.Out,
                StringComparison.Ordinal
            );
            Assert.DoesNotContain(Restore, report.Out + report.Error, StringComparison.Ordinal);
        }
        Accept(fleet);
        await fleet.RunAsync("reconcile", "--once");
        await fleet.RunAsync(0, "reconcile", "--once");
        // What was dismissed with it stands against nobody any more, also without the approval.
        fleet.Commit("the approval has served", (Approval, null));
        await StopAsync(fleet, "core-1");
        Assert.Contains("✓ start core-1", (await fleet.RunAsync("reconcile", "--once")).Out, StringComparison.Ordinal);
        await fleet.RunAsync(0, "reconcile", "--once");
    }

    [LiveFact("pg_ctl")]
    [Trait("Requirement", "R-08")]
    public async Task Reconcile_WhenTheOldPrimaryWasStartedByHand_WritesNothingToIt_AndClonesNothingFromIt()
    {
        await using var fleet = await FailedOverAndLostAsync(Restore);
        await ServerPrograms.RunAsync(
            "pg_ctl",
            ["start", "-w", "-s", "-D", fleet.DataDirectory("core-1"), "-l", archive.File("by-hand.log")],
            TimeSpan.FromSeconds(60)
        );

        var status = await fleet.RunAsync(1, "status");
        await fleet.RunAsync(4, "reconcile", "--once");

        Assert.StartsWith(
            "core: TWO HISTORIES: core-1 accepts writes, and others hold what it lacks: the archive of core-1",
            status.Out,
            StringComparison.Ordinal
        );
        Assert.False(Directory.Exists(fleet.DataDirectory("core-2")));
    }

    [LiveTheory("pg_ctl")]
    [Trait("Requirement", "R-08")]
    [InlineData("sleep 1000", "gave no answer for 00000002.history in time")]
    [InlineData("exit 130", "ended with code 130 for 00000002.history")]
    [InlineData("echo s3cr3t > %p", "is no timeline history file")]
    // Not mounted: it says "not there" to everything, also to what its server has archived.
    [InlineData("cp /nowhere/%f %p", "it did not give 0000000")]
    public async Task Reconcile_WhenTheArchiveIsTheOnlyWitness_AndGivesNoAnswer_StartsNobody_AndSaysSo(
        string command,
        string says
    )
    {
        await using var fleet = await FailedOverAndLostAsync($"KEY=s3cr3t; {command}");

        var run = await fleet.RunAsync(4, "reconcile", "--once");
        var plan = await fleet.RunAsync("plan");

        Assert.Null(fleet.ServerPid("core-1"));
        Assert.Contains("PGP026", run.Out, StringComparison.Ordinal);
        Assert.Contains("what the archive of core-1 holds is not known: ", plan.Out, StringComparison.Ordinal);
        Assert.Contains(says, plan.Out, StringComparison.Ordinal);
        Assert.DoesNotContain("s3cr3t", run.Out + run.Error + plan.Out + plan.Error, StringComparison.Ordinal);
        Accept(fleet);
        await fleet.RunAsync("reconcile", "--once");
        Assert.NotNull(fleet.ServerPid("core-1"));
    }

    [LiveFact]
    public async Task Reconcile_WhenTheArchiveHoldsNothingNewer_StartsTheStoppedPrimary_AndAHealthyClusterIsNotAsked()
    {
        await using var fleet = await ArchivingAsync($"echo %f >> {archive.Path}/asked; {Restore}");
        var asked = archive.File("asked");
        await StopAsync(fleet, "core-1");

        var run = await fleet.RunAsync("reconcile", "--once");
        Assert.True(run.Out.Contains("✓ start core-1", StringComparison.Ordinal), run.ToString());
        Assert.Contains("00000002.history", await File.ReadAllTextAsync(asked), StringComparison.Ordinal);
        await fleet.RunAsync(0, "reconcile", "--once");
        File.Delete(asked);
        await fleet.RunAsync(0, "reconcile", "--once");
        await fleet.RunAsync(0, "status");
        Assert.False(File.Exists(asked));
    }

    [LiveFact]
    public async Task Observe_OfACommandOfAnArchive_ShowsNothingOfIt()
    {
        await using var fleet = await ArchivingAsync($"KEY=s3cr3t; {Restore}");

        var run = await fleet.RunAsync(0, "snapshot");

        Assert.Contains("\"restore_command\"", run.Out, StringComparison.Ordinal);
        Assert.DoesNotContain("s3cr3t", run.Out + run.Error, StringComparison.Ordinal);
    }

    /// <summary>core-1 archives, and has a restore_command; core-2 archives once it is promoted.</summary>
    private async Task<TestFleet> ArchivingAsync(string restore)
    {
        var fleet = await TestFleet.CreateAsync(tasks: false);
        await fleet.RunAsync(0, "reconcile", "--once");
        foreach (var member in (string[])["core-1", "core-2"])
        {
            await fleet.ExecuteAsync(member, "alter system set archive_mode = on");
            await fleet.ExecuteAsync(member, $"alter system set archive_command = 'cp %p {archive.Path}/%f'");
        }
        await fleet.ExecuteAsync(
            "core-1",
            $"alter system set restore_command = '{restore.Replace("'", "''", StringComparison.Ordinal)}'"
        );
        foreach (var member in (string[])["core-2", "core-1"])
            await StopAsync(fleet, member);
        await fleet.RunAsync("reconcile", "--once");
        await fleet.RunAsync(0, "reconcile", "--once");
        await fleet.ExecuteAsync("core-1", "select pg_switch_wal()");
        await Poll.UntilAsync("a segment is archived", () => Directory.EnumerateFiles(archive.Path, "0000000100*").Any());
        return fleet;
    }

    private async Task<TestFleet> FailedOverAndLostAsync(string restore)
    {
        var fleet = await ArchivingAsync(restore);
        await StopAsync(fleet, "core-1");
        await fleet.ExecuteAsync("core-2", "select pg_promote()");
        await fleet.ExecuteAsync("core-2", "create table after_failover as select 1 a");
        await Poll.UntilAsync("the promotion is archived", () => File.Exists(archive.File("00000002.history")));
        await StopAsync(fleet, "core-2");
        Directory.Delete(fleet.DataDirectory("core-2"), recursive: true);
        Directory.Delete(fleet.State, recursive: true);
        return fleet;
    }

    private static void Accept(TestFleet fleet) =>
        fleet.Commit(
            "accept what core-1 holds",
            (
                Approval,
                """
                apiVersion: pggitops.dev/v1
                kind: Approval
                metadata: { name: accept-core-1 }
                spec: { cluster: core, allows: [ { primary: core-1 } ], approvedBy: dba, expires: 2999-01-01 }
                """
            )
        );

    private static async Task StopAsync(TestFleet fleet, string member)
    {
        var pid = fleet.ServerPid(member) ?? throw new InvalidOperationException($"{member} does not run");
        ProcessSignals.Send(pid, Signal.Quit);
        await Poll.UntilAsync($"{member} has ended", () => !ProcessSignals.IsAlive(pid));
    }
}

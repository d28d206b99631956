using System.Diagnostics;
using PgGitOps.Core.Desired;
using PgGitOps.Core.Planning;
using PgGitOps.Core.Ports;
using PgGitOps.LiveTests.Fleet;

namespace PgGitOps.LiveTests.Writing;

/// <summary>kill -9 of the runner in the middle of the long steps; the next run converges.</summary>
public sealed class KilledRunnerTests
{
    [LiveTheory]
    [InlineData(Gate.Before, true)]
    [InlineData(Gate.After, true)]
    [InlineData(Gate.After, false)]
    public async Task Initialise_RunnerKilledInTheMiddle_TheNextRunConverges(Gate gate, bool withAllItStarted)
    {
        var programs = await GatedPrograms.MakeAsync("initdb", gate);
        await using var fleet = await FleetOnDisk.MakeAsync(programs);
        await using (var runner = RunnerProcess.Start("initialise", fleet.Fleet, fleet.Root))
        {
            Assert.Equal("open", await runner.ReadAsync());
            await programs.ReachedAsync();
            Assert.Equal(gate == Gate.After, File.Exists(Path.Combine(fleet.PathOf("core-1", ".staging"), "data", "PG_VERSION")));
            Assert.IsType<LeaseOutcome.Held>(await WriterUnderTest.TryOpenAsync(fleet.Fleet, fleet.Nothing));
            await (withAllItStarted ? runner.KillWithAllItStartedAsync() : runner.KillAsync());
        }
        Assert.False(Directory.Exists(fleet.PathOf("core-1", "data")));
        if (!withAllItStarted)
            await AssertLeftAloneAsync(fleet, fleet.Nothing, new StepAction.InitialisePrimary("core-1"), "core-1");
        programs.Open();
        await ConvergeAsync(fleet, fleet.Nothing, new StepAction.InitialisePrimary("core-1"), "core-1");
        Assert.False(Directory.Exists(fleet.PathOf("core-1", ".staging")));
        await using var writer = await fleet.OpenAsync();
        Assert.IsType<StepOutcome.Done>(await writer.RunAsync(new StepAction.CloneStandby("core-2", "core-1", "core_2")));
    }

    [LiveTheory]
    [InlineData(Gate.Before, true)]
    [InlineData(Gate.After, true)]
    [InlineData(Gate.After, false)]
    public async Task Clone_RunnerKilledInTheMiddle_TheNextRunConverges(Gate gate, bool withAllItStarted)
    {
        var programs = await GatedPrograms.MakeAsync("pg_basebackup", gate);
        await using var fleet = await FleetOnDisk.MakeAsync(programs);
        await fleet.BringUpAsync(standby: false);
        await using (var runner = RunnerProcess.Start("clone", fleet.Fleet, fleet.Root))
        {
            Assert.Equal("open", await runner.ReadAsync());
            await programs.ReachedAsync();
            Assert.Equal(gate == Gate.After, File.Exists(Path.Combine(fleet.PathOf("core-2", ".staging"), "data", "PG_VERSION")));
            await (withAllItStarted ? runner.KillWithAllItStartedAsync() : runner.KillAsync());
        }
        Assert.False(Directory.Exists(fleet.PathOf("core-2", "data")));
        if (!withAllItStarted)
            await AssertLeftAloneAsync(
                fleet,
                fleet.Fleet.Snapshot(false),
                new StepAction.CloneStandby("core-2", "core-1", "core_2"),
                "core-2"
            );
        programs.Open();
        await ConvergeAsync(
            fleet,
            fleet.Fleet.Snapshot(false),
            new StepAction.CloneStandby("core-2", "core-1", "core_2"),
            "core-2"
        );
        await Poll.UntilAsync(
            "the standby streams",
            async () =>
                await fleet.AskAsync(
                    "core-1",
                    "select count(*) from pg_stat_replication where state = 'streaming' and application_name = 'core-2'"
                ) == "1"
        );
        Assert.False(Directory.Exists(fleet.PathOf("core-2", ".staging")));
    }

    [LiveFact]
    public async Task Clone_BaseBackupKilledAlone_EndsTheChildItLeftAndConverges()
    {
        await using var fleet = await FleetOnDisk.MakeAsync(new HostTransport.Local(null), null);
        await fleet.BringUpAsync(standby: false);
        // Slow enough to be killed in the middle. Killed alone, it leaves the child that streams WAL, which nobody tells to end.
        var staging = Path.Combine(fleet.PathOf("core-2", ".staging"), "data");
        Directory.CreateDirectory(Path.GetDirectoryName(staging)!);
        if (Environment.IsPrivilegedProcess)
            await Process.Start("chown", ["-R", ServerPrograms.ServerUser, fleet.PathOf("core-2", "")]).WaitForExitAsync();
        var start = ServerPrograms.AsServerUser(
            ServerPrograms.PathOf("pg_basebackup"),
            [
                "-D",
                staging,
                "-d",
                $"host={FleetUnderTest.PrimaryAddress} port={fleet.Fleet.Cluster.FindMember("core-1")!.Port} user=replicator",
                "-w",
                "-X",
                "stream",
                "-S",
                "core_2",
                "-c",
                "fast",
                "--max-rate=64k",
            ]
        );
        start.Environment["PGPASSWORD"] = FleetUnderTest.Replicator;
        using var killed = Process.Start(start)!;
        await Poll.UntilAsync(
            "the slot is in use",
            async () =>
                await fleet.AskAsync("core-1", "select count(*) from pg_replication_slots where slot_name = 'core_2' and active")
                == "1"
        );
        ProcessSignals.Send(killed.Id, Signal.Kill);
        await ConvergeAsync(
            fleet,
            fleet.Fleet.Snapshot(false),
            new StepAction.CloneStandby("core-2", "core-1", "core_2"),
            "core-2"
        );
        await Poll.UntilAsync(
            "the standby streams",
            async () =>
                await fleet.AskAsync(
                    "core-1",
                    "select count(*) from pg_stat_replication where state = 'streaming' and application_name = 'core-2'"
                ) == "1"
        );
    }

    // The killed runner's script goes on by itself: the next runner does not work on the same directory beside it.
    private static async Task AssertLeftAloneAsync(
        FleetOnDisk fleet,
        Core.Observed.ClusterSnapshot snapshot,
        StepAction step,
        string member
    )
    {
        await using var writer = await OpenWhenFreeAsync(fleet, snapshot);
        var refused = Assert.IsType<StepOutcome.Refused>(await writer.RunAsync(step, seconds: 4));
        Assert.Contains("another program is at work", refused.Precondition, StringComparison.Ordinal);
        Assert.True(Directory.Exists(fleet.PathOf(member, ".staging")));
    }

    // As the loop does: the step as planned; where reality has moved, look again and start what is there.
    private static async Task ConvergeAsync(
        FleetOnDisk fleet,
        Core.Observed.ClusterSnapshot snapshot,
        StepAction step,
        string member
    )
    {
        await using var writer = await OpenWhenFreeAsync(fleet, snapshot);
        // What the killed runner started may still be at work, or hold its slot until its server notices: the loop comes back.
        StepOutcome outcome = new StepOutcome.Skipped("no pass yet");
        for (var pass = 0; pass < 6 && outcome is not (StepOutcome.Done or StepOutcome.AlreadyTrue); pass++)
        {
            outcome = await writer.RunAsync(step);
            if (outcome is StepOutcome.Refused)
                outcome = await writer.RunAsync(new StepAction.StartServer(member));
        }
        Assert.True(outcome is StepOutcome.Done or StepOutcome.AlreadyTrue, outcome.ToString());
    }

    private static async Task<LeasedWriter> OpenWhenFreeAsync(FleetOnDisk fleet, Core.Observed.ClusterSnapshot snapshot)
    {
        LeasedWriter? writer = null;
        await Poll.UntilAsync(
            "the killed runner's lock is free",
            async () =>
            {
                writer = await WriterUnderTest.TryOpenAsync(fleet.Fleet, snapshot) is LeaseOutcome.Taken taken
                    ? WriterUnderTest.Begin(fleet.Fleet, snapshot, taken)
                    : null;
                return writer is not null;
            }
        );
        return writer!;
    }

    [LiveFact]
    public async Task Run_PausedRunnerWakesAfterAnotherTookOver_IsRefused()
    {
        var (server, fleet) = await WriterUnderTest.StartPrimaryAsync();
        await using var _ = server;
        await using var runner = RunnerProcess.Start("hold", fleet, "/nowhere");
        Assert.Equal("open", await runner.ReadAsync());
        ProcessSignals.Send(runner.Pid, Signal.Stop);
        var held = Assert.IsType<LeaseOutcome.Held>(await WriterUnderTest.TryOpenAsync(fleet, fleet.Snapshot(false)));
        Assert.Contains("runner hold", held.Holder, StringComparison.Ordinal);
        // The paused runner's connection is cut, as a firewall or an operator would; it does not know.
        await server.ExecuteAsync("select pg_terminate_backend(pid) from pg_locks where locktype = 'advisory'");
        await Poll.UntilAsync(
            "the lock is free",
            async () => await server.ScalarAsync("select count(*) from pg_locks where locktype = 'advisory'") == "0"
        );
        await using var next = await WriterUnderTest.OpenAsync(fleet);
        ProcessSignals.Send(runner.Pid, Signal.Continue);
        await runner.GoAsync();
        Assert.Equal("Refused", await runner.ReadAsync());
        Assert.IsType<StepOutcome.Done>(await next.RunAsync(WriterUnderTest.Sql("create role from_the_next")));
        Assert.Equal(
            "from_the_next",
            await server.ScalarAsync("select string_agg(rolname, ',') from pg_roles where rolname like 'from%'")
        );
    }
}

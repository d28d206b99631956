using PgGitOps.Core.Desired;
using PgGitOps.Core.Facets;
using PgGitOps.Core.Observed;
using PgGitOps.Core.Planning;
using PgGitOps.Core.Ports;
using PgGitOps.LiveTests.Fleet;
using PgGitOps.LiveTests.Hosts;
using static PgGitOps.LiveTests.Writing.WriterUnderTest;

namespace PgGitOps.LiveTests.Writing;

/// <summary>From empty hosts to a primary with a streaming standby. Run once over each transport.</summary>
public abstract class BringUpContract
{
    protected abstract Task<FleetOnDisk> MakeAsync(params (string Name, string Value)[] parameters);

    [LiveFact("ssh", "sshd")]
    [Trait("Requirement", "R-01")]
    public async Task Run_OnEmptyHosts_BringsUpAPrimaryAndAStreamingStandby()
    {
        await using var fleet = await MakeAsync(
            ("work_mem", "7MB"),
            ("max_connections", "33"),
            ("log_line_prefix", "it's \\ %m ")
        );
        using var watching = new CancellationTokenSource();
        var seen = Task.Run(() => WatchProcesses(watching.Token));
        await using (var writer = await fleet.OpenAsync(fleet.Nothing))
        {
            Assert.Equal(0, writer.FencingToken);
            Done(
                await writer.RunAsync(
                    FleetUnderTest.StepOf(
                        new StepAction.InitialisePrimary("core-1"),
                        ["member/core-1"],
                        effects:
                        [
                            new FacetState(
                                new FacetKey("core", ObjectPath.Parse("member/core-1"), Field.Parse("exists")),
                                FacetValue.Of(true)
                            ),
                        ]
                    ),
                    CancellationToken.None
                )
            );
            Assert.Equal(1, writer.FencingToken);
            Done(await writer.RunAsync(new StepAction.CloneStandby("core-2", "core-1", "core_2"), ["member/core-2"]));
            Done(
                await writer.RecordAsync(
                    [FleetUnderTest.StepOf(new StepAction.CloneStandby("core-2", "core-1", "core_2"), ["member/core-2"])],
                    "c1",
                    CancellationToken.None
                )
            );
            Done(await writer.RunAsync(Sql("create role app", "create table t1 (a int)")));
        }
        await watching.CancelAsync();
        Assert.Empty(await seen);
        Assert.Equal(
            "7MB,33,on,it's \\ %m ,core-1",
            await fleet.AskAsync(
                "core-1",
                "select concat_ws(',', current_setting('work_mem'), current_setting('max_connections'), current_setting('data_checksums'), current_setting('log_line_prefix'), current_setting('cluster_name'))"
            )
        );
        Assert.Equal("0", await fleet.AskAsync("core-1", "select count(*) from pg_settings where pending_restart"));
        Assert.Equal(
            "SCRAM-SHA-256",
            await fleet.AskAsync(
                "core-1",
                "select string_agg(distinct left(rolpassword, 13), ',') from pg_authid where rolpassword is not null"
            )
        );
        Assert.Equal(
            "core-2 core_2 streaming",
            await fleet.AskAsync(
                "core-1",
                "select concat_ws(' ', application_name, slot_name, state) from pg_stat_replication join pg_replication_slots on pid = active_pid"
            )
        );
        Assert.Equal(
            "member/core-1,member/core-2",
            await fleet.AskAsync("core-1", "select string_agg(object, ',' order by object) from pggitops.inventory")
        );
        await Poll.UntilAsync(
            "the standby has what was written",
            async () => await fleet.AskAsync("core-2", "select count(*) from pg_tables where tablename = 't1'") == "1"
        );
        Assert.Equal(
            "core-2,t,core_2,t",
            await fleet.AskAsync(
                "core-2",
                "select concat_ws(',', current_setting('cluster_name'), pg_is_in_recovery(), current_setting('primary_slot_name'), current_setting('primary_conninfo') !~ 'password')"
            )
        );
        Assert.Equal(
            "0",
            await fleet.AskAsync("core-1", "select count(*) from pg_stat_activity where application_name like 'pggitops%'")
        );
        Assert.IsType<Observation<DataDirectoryFacts>.Seen>(await fleet.LookAsync("core-2"));
        await fleet.AssertNoSecretAnywhereAsync();
    }

    [LiveFact("ssh", "sshd")]
    public async Task Run_StopStartAndRestart_KeepEveryonesRole()
    {
        await using var fleet = await MakeAsync();
        await fleet.BringUpAsync();
        await fleet.StopAsync("core-2");
        await fleet.StopAsync("core-1");
        await using (var writer = await fleet.OpenAsync(fleet.Nothing))
        {
            Done(await writer.RunAsync(new StepAction.StartServer("core-2")));
            Assert.Equal(0, writer.FencingToken);
            Done(await writer.RunAsync(new StepAction.StartServer("core-1")));
            Assert.Equal(2, writer.FencingToken);
            Assert.IsType<StepOutcome.AlreadyTrue>(await writer.RunAsync(new StepAction.StartServer("core-1")));
            Done(await writer.RunAsync(new StepAction.RestartServer("core-2")));
            Done(await writer.RunAsync(new StepAction.RestartServer("core-1")));
            Assert.Equal(3, writer.FencingToken);
            Done(await writer.RunAsync(Sql("create role after_restart")));
        }
        await Poll.UntilAsync(
            "the standby streams again",
            async () =>
                await fleet.AskAsync("core-1", "select count(*) from pg_stat_replication where state = 'streaming'") == "1"
        );
    }

    private static HashSet<string> WatchProcesses(CancellationToken until)
    {
        var seen = new HashSet<string>();
        while (!until.WaitHandle.WaitOne(5))
            seen.UnionWith(FleetOnDisk.SecretsInProcesses());
        return seen;
    }

    protected static void Done(StepOutcome outcome) => Assert.True(outcome is StepOutcome.Done, outcome.ToString());
}

public sealed class LocalBringUpTests : BringUpContract
{
    protected override Task<FleetOnDisk> MakeAsync(params (string Name, string Value)[] parameters) =>
        FleetOnDisk.MakeAsync(new HostTransport.Local(null), null, parameters);
}

public sealed class SshBringUpTests : BringUpContract
{
    protected override async Task<FleetOnDisk> MakeAsync(params (string Name, string Value)[] parameters)
    {
        // One daemon listens on all loopback addresses: each host is reached at its own.
        var ssh = await SshServer.StartAsync("0.0.0.0", FleetUnderTest.PrimaryAddress, FleetUnderTest.StandbyAddress);
        return await FleetOnDisk.MakeAsync(ssh.Transport, ssh, parameters);
    }
}

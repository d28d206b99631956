using PgGitOps.Core.Desired;
using PgGitOps.Core.Facets;
using PgGitOps.Core.Planning;
using PgGitOps.Core.Planning.Sql;
using PgGitOps.Core.Ports;
using PgGitOps.LiveTests.Fleet;

namespace PgGitOps.LiveTests.Writing;

/// <summary>A configuration that the server could not start with is found while it runs, or its old one is put back.</summary>
public sealed class ConfigurationTrialTests
{
    private static readonly StepAction Restart = new StepAction.RestartServer("core-1");

    [LiveFact]
    public async Task AlterSystem_OfWhatTheServerCouldNotStartWith_IsRefusedInItsOwnWordsAndLeavesNothing()
    {
        await using var fleet = await FleetOnDisk.MakeAsync(new HostTransport.Local(null), null);
        await fleet.BringUpAsync(standby: false);
        await using var writer = await fleet.OpenAsync();
        var auto = await File.ReadAllTextAsync(fleet.PathOf("core-1", "data/postgresql.auto.conf"));

        foreach (
            var (name, value, said) in ((string, string, string)[])
                [
                    ("shared_preload_libraries", "pg_stat_statements_typo", "pg_stat_statements_typo"),
                    ("shared_buffers", "400TB", "shared"),
                    // A reload takes it, and only the next start would have found out.
                    ("ssl", "on", "server.crt"),
                    ("max_connections", "2", "superuser_reserved_connections"),
                    ("unix_socket_directories", "/nowhere/at/all", "/nowhere/at/all"),
                    ("log_directory", "/nowhere/at/all", "/nowhere/at/all"),
                    ("max_replication_slots", "0", "replication slots"),
                    // No session would begin any more, the engine's own not either.
                    ("session_preload_libraries", "no_such_library", "no_such_library"),
                ]
        )
        {
            var failed = Assert.IsType<StepOutcome.Failed>(
                await writer.RunAsync(WriterUnderTest.Alone(AlterSystem.Write(name, value), "SELECT pg_catalog.pg_reload_conf()"))
            );
            Assert.Contains(said, failed.Reason, StringComparison.Ordinal);
            Assert.Contains(name, failed.Reason, StringComparison.Ordinal);
            Assert.Contains("nothing was written", failed.Reason, StringComparison.Ordinal);
        }

        Assert.Equal(auto, await File.ReadAllTextAsync(fleet.PathOf("core-1", "data/postgresql.auto.conf")));
        Assert.IsType<StepOutcome.Done>(
            await writer.RunAsync(
                WriterUnderTest.Alone(
                    AlterSystem.Write("shared_preload_libraries", "auto_explain"),
                    AlterSystem.Write("shared_buffers", "24MB"),
                    "SELECT pg_catalog.pg_reload_conf()"
                )
            )
        );
        Assert.IsType<StepOutcome.Done>(await writer.RunAsync(Restart));
        Assert.Equal(
            "24MB auto_explain",
            await fleet.AskAsync(
                "core-1",
                "select current_setting('shared_buffers') || ' ' || current_setting('shared_preload_libraries')"
            )
        );
    }

    [LiveFact]
    public async Task Restart_WithAWaitingValueThatWouldKeepTheServerDown_DoesNotStopItAndWithdrawsTheValue()
    {
        await using var fleet = await FleetOnDisk.MakeAsync(new HostTransport.Local(null), null);
        await fleet.BringUpAsync(standby: false);
        await using var writer = await fleet.OpenAsync();
        var started = await fleet.AskAsync("core-1", "select pg_postmaster_start_time()");
        // By hand, or by an engine that tried nothing.
        await fleet.AskAsync("core-1", "alter system set shared_preload_libraries = 'typo'");

        var failed = Assert.IsType<StepOutcome.Failed>(
            await writer.RunAsync(FleetUnderTest.StepOf(Restart, effects: [Preload("typo")]), CancellationToken.None)
        );

        Assert.Contains("was not stopped", failed.Reason, StringComparison.Ordinal);
        Assert.Contains("could not access file \"typo\"", failed.Reason, StringComparison.Ordinal);
        Assert.Equal(started, await fleet.AskAsync("core-1", "select pg_postmaster_start_time()"));
        Assert.DoesNotContain(
            "typo",
            await File.ReadAllTextAsync(fleet.PathOf("core-1", "data/postgresql.auto.conf")),
            StringComparison.Ordinal
        );
    }

    [LiveFact]
    public async Task Restart_WithPreparedTransactionsOrLogicalSlotsThatTheNewValuesCannotCarry_DoesNotStopTheServer()
    {
        await using var fleet = await FleetOnDisk.MakeAsync(
            new HostTransport.Local(null),
            null,
            ("max_prepared_transactions", "5"),
            ("wal_level", "logical")
        );
        await fleet.BringUpAsync(standby: false);
        await using var writer = await fleet.OpenAsync();
        await fleet.AskAsync("core-1", "select pg_create_logical_replication_slot('feed', 'pgoutput')");
        await fleet.AskAsync("core-1", "alter system set wal_level = 'replica'");

        var failed = Assert.IsType<StepOutcome.Failed>(await writer.RunAsync(Restart));

        Assert.Contains("logical replication slots exist", failed.Reason, StringComparison.Ordinal);
        Assert.Equal("logical", await fleet.AskAsync("core-1", "show wal_level"));
        await fleet.AskAsync("core-1", "select pg_drop_replication_slot('feed')");
        Assert.IsType<StepOutcome.Done>(await writer.RunAsync(Restart));
    }

    [LiveFact]
    public async Task Restart_OfAServerThatDoesNotComeBack_PutsTheOldValuesBackAndSaysWhy()
    {
        await using var fleet = await FleetOnDisk.MakeAsync(new HostTransport.Local(null), null);
        await fleet.BringUpAsync(standby: false);
        await using var writer = await fleet.OpenAsync();
        // No trial binds an address: it may be there by the time of the start.
        await fleet.AskAsync("core-1", "alter system set listen_addresses = '192.0.2.1'");

        var failed = Assert.IsType<StepOutcome.Failed>(await writer.RunAsync(Restart));

        Assert.Contains("runs with its old values again", failed.Reason, StringComparison.Ordinal);
        Assert.Contains("Cannot assign requested address", failed.Reason, StringComparison.Ordinal);
        Assert.Equal(FleetUnderTest.PrimaryAddress, await fleet.AskAsync("core-1", "show listen_addresses"));
        Assert.True(File.Exists(fleet.PathOf("core-1", "data/postgresql.auto.conf.refused")));
        Assert.False(File.Exists(fleet.PathOf("core-1", ".auto.conf.before")));
        // The lock is held again: the writer goes on.
        Assert.IsType<StepOutcome.Done>(await writer.RunAsync(WriterUnderTest.Sql("create role later")));
    }

    [LiveFact]
    public async Task Start_AfterARestartThatWasCutOff_BringsTheServerUpWithItsOldValues()
    {
        await using var fleet = await FleetOnDisk.MakeAsync(new HostTransport.Local(null), null);
        await fleet.BringUpAsync(standby: false);
        var auto = fleet.PathOf("core-1", "data/postgresql.auto.conf");
        // As a process leaves it that was killed between the stop and the start.
        File.Copy(auto, fleet.PathOf("core-1", ".auto.conf.before"));
        await fleet.AskAsync("core-1", "alter system set listen_addresses = '192.0.2.1'");
        await fleet.StopAsync("core-1");

        await using var writer = await fleet.OpenAsync(fleet.Stopped());
        Assert.IsType<StepOutcome.Done>(await writer.RunAsync(new StepAction.StartServer("core-1")));

        Assert.Equal(FleetUnderTest.PrimaryAddress, await fleet.AskAsync("core-1", "show listen_addresses"));
        Assert.False(File.Exists(fleet.PathOf("core-1", ".auto.conf.before")));
    }

    [LiveTheory]
    [InlineData("shared_preload_libraries", "typo")]
    [InlineData("ssl", "on")]
    [InlineData("shared_buffers", "400TB")]
    // Each is right by itself; a start finds the slots of standbys only after it has read all settings.
    [InlineData("wal_level", "minimal'\nmax_wal_senders = '0")]
    public async Task Start_OfAServerThatItsSettingsKeepDown_TakesThoseOfGitWithoutAnyMemory(string name, string value)
    {
        await using var fleet = await FleetOnDisk.MakeAsync(new HostTransport.Local(null), null, ("work_mem", "7MB"));
        await fleet.BringUpAsync(standby: false);
        await fleet.StopAsync("core-1");
        var auto = fleet.PathOf("core-1", "data/postgresql.auto.conf");
        await File.AppendAllTextAsync(auto, $"{name} = '{value}'\nsynchronous_standby_names = 'nobody'\n");

        await using (var writer = await fleet.OpenAsync(fleet.Stopped()))
            Assert.IsType<StepOutcome.Done>(await writer.RunAsync(new StepAction.StartServer("core-1")));

        Assert.Equal(
            "7MB 16MB",
            await fleet.AskAsync("core-1", "select current_setting('work_mem') || ' ' || current_setting('shared_buffers')")
        );
        // What commits wait for is no setting of this kind: without it an acknowledged commit would be worth less.
        Assert.Equal("nobody", await fleet.AskAsync("core-1", "show synchronous_standby_names"));
        Assert.Contains(value, await File.ReadAllTextAsync(auto + ".refused"), StringComparison.Ordinal);
    }

    private static FacetState Preload(string value) =>
        new(
            new FacetKey("core", ObjectPath.Parse("member/core-1/parameter/shared_preload_libraries"), Field.Parse("value")),
            FacetValue.Of(value)
        );
}

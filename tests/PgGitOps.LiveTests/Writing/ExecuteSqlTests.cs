using PgGitOps.Core.Facets;
using PgGitOps.Core.Planning;
using PgGitOps.Core.Planning.Sql;
using PgGitOps.Core.Ports;
using PgGitOps.LiveTests.Fleet;
using static PgGitOps.LiveTests.Writing.WriterUnderTest;

namespace PgGitOps.LiveTests.Writing;

public sealed class ExecuteSqlTests : IAsyncLifetime
{
    private PostgresServer server = null!;
    private FleetUnderTest fleet = null!;
    private LeasedWriter writer = null!;

    public async Task InitializeAsync()
    {
        if (ServerPrograms.WhatIsMissing(["initdb"]) is not null)
            return;
        (server, fleet) = await StartPrimaryAsync(
            new ServerShape { Settings = new Dictionary<string, string> { ["log_statement"] = "all" } }
        );
        writer = await OpenAsync(fleet);
    }

    public async Task DisposeAsync()
    {
        if (server is null)
            return;
        await writer.DisposeAsync();
        await server.DisposeAsync();
    }

    private Task<string?> InventoryAsync() =>
        server.ScalarAsync(
            "select coalesce(string_agg(object || '@' || left(commit, 4), ',' order by object), '') from pggitops.inventory"
        );

    private static FacetState Effect(string path, string field, string? value) =>
        new(new FacetKey("core", ObjectPath.Parse(path), Field.Parse(field)), value is null ? null : FacetValue.Of(value));

    [LiveFact]
    public async Task Run_TransactionThatFails_LeavesNothingAndRecordsNothing()
    {
        var failed = Assert.IsType<StepOutcome.Failed>(
            await writer.RunAsync(Sql("create role r1", "create role r1"), ["role/r1"])
        );
        Assert.Contains("already exists", failed.Reason, StringComparison.Ordinal);
        Assert.Equal("0", await server.ScalarAsync("select count(*) from pg_roles where rolname = 'r1'"));
        Assert.Equal("", await InventoryAsync());
    }

    [LiveFact]
    public async Task Run_RevokeThatRevokesNothing_FailsAndLeavesNothing()
    {
        await server.ExecuteAsync("create role reader; create table t (); grant select on t to reader, public");

        var failed = Assert.IsType<StepOutcome.Failed>(
            await writer.RunAsync(
                Sql("create role r2", "set local role reader", "revoke select on t from public", "reset role"),
                ["role/r2"]
            )
        );

        Assert.Equal("no privileges could be revoked for \"t\"; nothing was changed", failed.Reason);
        Assert.Equal("0", await server.ScalarAsync("select count(*) from pg_roles where rolname = 'r2'"));
        Assert.Equal("", await InventoryAsync());
    }

    [LiveFact]
    public async Task Run_TransactionOnTheMaintenanceDatabase_RecordsOwnershipWithTheEffect()
    {
        Assert.IsType<StepOutcome.Done>(await writer.RunAsync(Sql("create role r1", "comment on role r1 is 'a;b'"), ["role/r1"]));
        Assert.Equal("role/r1@0123", await InventoryAsync());
    }

    [LiveFact]
    public async Task Run_CreateDatabaseThatFails_WithdrawsItsIntent_OneThatWorksKeepsIt()
    {
        Assert.IsType<StepOutcome.Failed>(await writer.RunAsync(Alone("create database d1 owner nobody"), ["database/d1"]));
        Assert.Equal("", await InventoryAsync());
        Assert.IsType<StepOutcome.Done>(await writer.RunAsync(Alone("create database d1"), ["database/d1"]));
        Assert.Equal("database/d1@0123", await InventoryAsync());
        Assert.IsType<StepOutcome.Done>(
            await writer.RunAsync(
                new StepAction.ExecuteSql("core-1", "d1", ["create schema s1"], true),
                ["database/d1/schema/s1"]
            )
        );
        Assert.Equal("database/d1@0123,database/d1/schema/s1@0123", await InventoryAsync());
        // Our own session on it must not be in the way.
        Assert.IsType<StepOutcome.Done>(await writer.RunAsync(Alone("drop database d1")));
    }

    [LiveFact]
    public async Task Run_BlockedByALock_FailsAndNamesTheBlocker()
    {
        await server.ExecuteAsync("create table t1 (a int)");
        await using var other = await server.OpenAsync();
        await using (
            var begin = new Npgsql.NpgsqlCommand("begin; set application_name = 'nightly report'; select * from t1", other)
        )
            await begin.ExecuteNonQueryAsync();
        var failed = Assert.IsType<StepOutcome.Failed>(await writer.RunAsync(Sql("alter table t1 add b int"), seconds: 1.5));
        Assert.Contains("lock timeout", failed.Reason, StringComparison.Ordinal);
        Assert.Contains("nightly report", failed.Hint, StringComparison.Ordinal);
        Assert.Contains($"pid {other.ProcessID}", failed.Hint, StringComparison.Ordinal);
    }

    [LiveFact]
    public async Task Run_TooLong_IsUncertainOutsideATransactionAndFailedInside()
    {
        Assert.IsType<StepOutcome.Uncertain>(await writer.RunAsync(Alone("select pg_sleep(60)"), seconds: 0.5));
        Assert.IsType<StepOutcome.Failed>(await writer.RunAsync(Sql("select pg_sleep(60)"), seconds: 0.5));
        Assert.IsType<StepOutcome.Done>(await writer.RunAsync(Sql("select 1")));
    }

    [LiveFact]
    public async Task Run_SecondOfTwoAutonomousStatementsFails_SaysThatTheFirstStays()
    {
        var uncertain = Assert.IsType<StepOutcome.Uncertain>(
            await writer.RunAsync(Alone("create database d1", "create database d1"))
        );
        Assert.Contains("statement 2 of 2", uncertain.Reason, StringComparison.Ordinal);
    }

    [LiveFact]
    public async Task Run_SecondOfTwoSettingsFails_PutsTheLineOfTheFirstBack()
    {
        await server.ExecuteAsync("alter system set work_mem = '3MB'");
        var file = Path.Combine(server.DataDirectory, "postgresql.auto.conf");
        var before = await File.ReadAllTextAsync(file);

        var failed = Assert.IsType<StepOutcome.Failed>(
            await writer.RunAsync(
                Alone(
                    AlterSystem.Write("work_mem", "5MB"),
                    AlterSystem.Write("search_path", "MySchema, public"),
                    // A line break is refused by the server alone.
                    AlterSystem.Write("log_line_prefix", "a\nb"),
                    "SELECT pg_catalog.pg_reload_conf()"
                )
            )
        );

        Assert.Contains("statement 3 of 4", failed.Reason, StringComparison.Ordinal);
        Assert.Contains("was reset", failed.Reason, StringComparison.Ordinal);
        Assert.Equal(before, await File.ReadAllTextAsync(file));
    }

    [LiveFact]
    public async Task Run_Reload_IsDoneWhenNewSessionsSeeTheValue()
    {
        for (var i = 1; i <= 15; i++)
        {
            Assert.IsType<StepOutcome.Done>(
                await writer.RunAsync(Alone($"alter system set work_mem = '{i}MB'", "select pg_catalog.pg_reload_conf()"))
            );
            Assert.Equal($"{i}MB", await server.ScalarAsync("show work_mem"));
        }
    }

    [LiveFact]
    public async Task Run_ServerDiesInTheMiddle_IsUncertainOutsideATransactionAndRefusedAfterwards()
    {
        var running = writer.RunAsync(Alone("select pg_sleep(60) /* victim */"));
        await Poll.UntilAsync(
            "the statement runs",
            async () =>
                await server.ScalarAsync(
                    "select count(*) from pg_stat_activity where query like '%victim%' and pid <> pg_backend_pid()"
                ) == "1"
        );
        await server.KillAsync();
        Assert.IsType<StepOutcome.Uncertain>(await running);
        Assert.IsType<StepOutcome.Refused>(await writer.RunAsync(Sql("select 1")));
    }

    [LiveFact]
    public async Task Run_WhileTheSynchronousStandbyIsMissing_DoesNotWaitForIt()
    {
        await server.ExecuteAsync("alter system set synchronous_standby_names = 'ghost'");
        await server.ExecuteAsync("select pg_reload_conf()");
        await Poll.UntilAsync(
            "commits would wait",
            async () => await server.ScalarAsync("show synchronous_standby_names") == "ghost"
        );
        Assert.IsType<StepOutcome.Done>(await writer.RunAsync(Sql("create role r1"), ["role/r1"], 5));
        Assert.IsType<StepOutcome.Done>(await writer.RunAsync(Alone("create database d1"), ["database/d1"], 20));
        Assert.IsType<StepOutcome.Done>(
            await writer.RecordAsync([FleetUnderTest.StepOf(Sql(), ["role/r2"])], "abc", CancellationToken.None)
        );
    }

    [LiveFact]
    public async Task Record_Steps_AreOneStateOfInventoryAndAppliedValues()
    {
        await writer.RecordAsync(
            [
                FleetUnderTest.StepOf(
                    Sql(),
                    ["role/a", "role/b"],
                    effects:
                    [
                        Effect("role/a", "login", "true"),
                        Effect("role/b", "login", "true"),
                        Effect("role/b/setting/x", "value", "1"),
                    ]
                ),
                FleetUnderTest.StepOf(Sql(), effects: [Effect("role/a", "login", "false")]),
            ],
            "c1",
            CancellationToken.None
        );
        await writer.RecordAsync(
            [
                FleetUnderTest.StepOf(
                    Sql(),
                    removes: ["role/b"],
                    effects: [Effect("role/a", "limit", "3"), Effect("role/b", "login", null)]
                ),
            ],
            "c2",
            CancellationToken.None
        );
        Assert.Equal("role/a@c1", await InventoryAsync());
        Assert.Equal(
            "role/a.limit=3@c2,role/a.login=false@c1",
            await server.ScalarAsync(
                "select string_agg(object || '.' || field || '=' || value || '@' || commit, ',' order by object, field) from pggitops.applied"
            )
        );
    }

    [LiveFact]
    public async Task Record_ByAWriterThatWasReplaced_IsRefused()
    {
        await server.ExecuteAsync("update pggitops.writer set token = token + 1, holder = 'somebody else'");
        Assert.IsType<StepOutcome.Refused>(
            await writer.RecordAsync([FleetUnderTest.StepOf(Sql(), ["role/a"])], "c1", CancellationToken.None)
        );
        var refused = Assert.IsType<StepOutcome.Refused>(await writer.RunAsync(Sql("create role late")));
        Assert.Contains("somebody else", refused.Precondition, StringComparison.Ordinal);
        Assert.Equal("", await InventoryAsync());
    }
}

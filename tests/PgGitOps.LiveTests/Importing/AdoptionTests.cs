using PgGitOps.Core.Reporting.Importing;
using PgGitOps.LiveTests.Fleet;
using PgGitOps.LiveTests.Observing;

namespace PgGitOps.LiveTests.Importing;

/// <summary>Servers made by hand become documents that mean what is there: no more, and told where less.</summary>
public sealed class AdoptionTests
{
    [LiveTheory]
    [InlineData(PublicSchemas.Bench)]
    [InlineData(PublicSchemas.Rental)]
    [InlineData(PublicSchemas.Tenants)]
    public async Task FirstEnforcingPass_OfAnAdoptedSetUp_ChangesNothingThatIsDumped(string setUp)
    {
        await using var server = await PostgresServer.StartAsync(
            new ServerShape
            {
                Name = "s-1",
                Address = "127.22.3.1",
                Authentication = ServerAuthentication.Scram,
            }
        );
        var parts = setUp.Split("\\c\n");
        foreach (var statement in parts[0].Split(';', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries))
            await server.ExecuteAsync(statement);
        await server.ExecuteAsync(parts[1], "shop");
        using var repository = new AdoptedRepository();
        Assert.Equal(0, (await repository.ImportAsync(server)).ExitCode);
        await repository.EnforceAsync();
        var before = await DumpAsync(server);

        var validated = await repository.RunAsync("validate");
        var plan = await repository.RunAsync("plan");
        var pass = await repository.RunAsync("reconcile", "--once");

        Assert.True(validated.ExitCode == 0, validated + await File.ReadAllTextAsync(repository.Document));
        Assert.True(
            plan.Out.Contains("nothing to do", StringComparison.Ordinal),
            plan + await File.ReadAllTextAsync(repository.Document)
        );
        Assert.True(pass.ExitCode == 0, pass.ToString());
        Assert.NotEqual("0", await server.ScalarAsync("select count(*) from pggitops.applied"));
        Assert.Equal(before, await DumpAsync(server));
        Assert.Contains("nothing to do", (await repository.RunAsync("plan")).Out, StringComparison.Ordinal);
    }

    [LiveFact]
    public async Task Import_OfGrantsOnEverythingThereIs_SpeaksOfLaterOnesOnlyWhereDefaultPrivilegesDo()
    {
        await using var server = await PostgresServer.StartAsync(new ServerShape { Name = "a1", Address = "127.22.3.2" });
        await server.ExecuteAsync("create role app login; create role report login; create role other login");
        await server.ExecuteAsync(
            """
            create extension pg_stat_statements;
            create schema api authorization app; create schema later authorization app; create schema shared authorization app; grant create on schema shared to other;
            set role app;
            create table api.price_list (id int); grant select on api.price_list to report;
            alter default privileges in schema later grant select on tables to report; create table later.t (id int); grant insert on later.t to report;
            alter default privileges in schema shared grant select on tables to report; create table shared.t (id int);
            """
        );

        var document = (await ImportAsync(server)).Yaml;

        Assert.Contains(
            "{ on: table, schema: api, object: price_list, to: report, privileges: [ SELECT ] }",
            document,
            StringComparison.Ordinal
        );
        Assert.Contains(
            "{ on: allTables, schema: later, to: report, privileges: [ SELECT ] }",
            document,
            StringComparison.Ordinal
        );
        Assert.Contains(
            "{ on: table, schema: shared, object: t, to: report, privileges: [ SELECT ] }",
            document,
            StringComparison.Ordinal
        );
        Assert.DoesNotContain("schema: public, to: public", document, StringComparison.Ordinal);
        Assert.Equal(1, document.Split("allTables").Length - 1);
    }

    [LiveFact]
    public async Task Import_OfACascadeAndALateStandby_SaysWhoSendsAndHowLate()
    {
        await using var primary = await PostgresServer.StartAsync(new ServerShape { Name = "r1", Address = "127.22.4.1" });
        var second = await primary.StartStandbyAsync("r2", slot: "r2", shape: new ServerShape { Address = "127.22.4.2" });
        var third = await second.StartStandbyAsync("r3", slot: "r3", shape: new ServerShape { Address = "127.22.4.3" });
        var late = await primary.StartStandbyAsync(
            "r4",
            slot: "r4",
            shape: new ServerShape
            {
                Address = "127.22.4.4",
                Settings = new Dictionary<string, string> { ["recovery_min_apply_delay"] = "'10min'" },
            }
        );
        await Poll.UntilAsync(
            "all stream",
            async () =>
                await primary.ScalarAsync("select count(*) from pg_stat_replication where state = 'streaming'") == "2"
                && await second.ScalarAsync("select count(*) from pg_stat_replication where state = 'streaming'") == "1"
        );

        var written = await ImportAsync(primary, second, third, late);

        Assert.Matches(@"\{ name: r3, host: host-r3, port: \d+, from: r2, dataDirectory:", written.Yaml);
        Assert.Matches(@"\{ name: r4, host: host-r4, port: \d+, replayDelay: 10m, dataDirectory:", written.Yaml);
        Assert.DoesNotMatch(@"name: r[12], [^\n]*from:", written.Yaml);
        ImportTests.AssertNothing(
            await ImportTests.PlanAsync(
                (written.Yaml, EnvironmentDocumentWriter.Write(ImportTests.Request(primary, second, third, late)))
            )
        );
    }

    [LiveFact]
    public async Task Import_OfAServerThatPatroniRuns_DeclaresItsManager()
    {
        await using var server = await PostgresServer.StartAsync(
            new ServerShape
            {
                Name = "a1",
                Address = "127.22.3.3",
                Settings = new Dictionary<string, string> { ["work_mem"] = "8MB" },
                // As Patroni starts a server.
                Arguments =
                [
                    "--cluster_name=batman",
                    "--wal_level=replica",
                    "--hot_standby=on",
                    "--max_connections=40",
                    "--max_wal_senders=10",
                    "--max_prepared_transactions=0",
                    "--max_locks_per_transaction=64",
                    "--track_commit_timestamp=off",
                    "--max_replication_slots=10",
                    "--max_worker_processes=8",
                    "--wal_log_hints=on",
                ],
            }
        );

        var written = await ImportAsync(server);

        Assert.Contains("manager: { patroni: { scope: batman } }", written.Yaml, StringComparison.Ordinal);
        Assert.Contains("parameter work_mem = 8MB, which Patroni writes", written.LeftOut);
        Assert.DoesNotContain("  parameters:", written.Yaml, StringComparison.Ordinal);
        ImportTests.AssertNothing(
            await ImportTests.PlanAsync((written.Yaml, EnvironmentDocumentWriter.Write(ImportTests.Request(server))))
        );
    }

    [LiveFact]
    public async Task Import_OfWhatValidateOrPlanRefuse_LeavesItOutAndSaysWhy()
    {
        await using var server = await PostgresServer.StartAsync(
            new ServerShape
            {
                Name = "a1",
                Address = "127.22.3.4",
                Settings = new Dictionary<string, string>
                {
                    ["wal_level"] = "MINIMAL",
                    ["max_wal_senders"] = "0",
                    ["fsync"] = "off",
                },
            }
        );
        await server.ExecuteAsync(
            "create role x connection limit 200000; create role y; alter role x set role = 'y'; alter role x set work_mem = '5MB'"
        );
        await server.ExecuteAsync(
            """
            create schema "*"; alter default privileges for role y in schema "*" grant select on tables to x; alter default privileges for role y grant insert on tables to x;
            create role "PUBLIC"; create table t (a int); grant select on t to "PUBLIC";
            """
        );

        var written = await ImportAsync(server);

        Assert.Contains("connectionLimit: 200000", written.Yaml, StringComparison.Ordinal);
        Assert.Contains("work_mem: 5MB", written.Yaml, StringComparison.Ordinal);
        Assert.Contains("fsync: 'off'", written.Yaml, StringComparison.Ordinal);
        Assert.Contains(written.LeftOut, l => l.Contains("wal_level", StringComparison.Ordinal));
        Assert.Contains("role: 'y'", written.Yaml, StringComparison.Ordinal);
        var plan = await ImportTests.PlanAsync((written.Yaml, EnvironmentDocumentWriter.Write(ImportTests.Request(server))));
        ImportTests.AssertNothing(plan);
    }

    [LiveFact]
    public async Task Drift_OfAnAdoptedServer_TellsEveryEscalationOfAnImportedRole()
    {
        await using var server = await PostgresServer.StartAsync(
            new ServerShape
            {
                Name = "s-1",
                Address = "127.22.3.5",
                Authentication = ServerAuthentication.Scram,
            }
        );
        await server.ExecuteAsync("create role plain login; create role grp; create role grouped login in role grp");
        await server.ExecuteAsync("create database shop owner plain");
        using var repository = new AdoptedRepository();
        Assert.Equal(0, (await repository.ImportAsync(server)).ExitCode);
        repository.Commit();
        Assert.Contains("nothing to do", (await repository.RunAsync("plan")).Out, StringComparison.Ordinal);
        foreach (
            var statement in (string[])
                [
                    "grant postgres to plain",
                    "grant pg_execute_server_program, pg_write_server_files to plain",
                    "alter role plain createdb createrole replication bypassrls connection limit 1 valid until '2020-01-01'",
                    "grant plain to grouped",
                    "create role eve login",
                    "grant plain to eve",
                    "alter database shop connection limit 1",
                    "alter database shop is_template true",
                    "grant alter system on parameter work_mem to plain",
                ]
        )
            await server.ExecuteAsync(statement);

        var drift = (await repository.RunAsync("drift")).Out;

        foreach (
            var told in (string[])
                [
                    "role/plain/memberOf/postgres",
                    "role/plain/memberOf/pg_execute_server_program",
                    "role/plain/memberOf/pg_write_server_files",
                    "role/plain createDb",
                    "role/plain createRole",
                    "role/plain replication",
                    "role/plain bypassRls",
                    "role/plain connectionLimit",
                    "role/plain validUntil",
                    "role/grouped/memberOf/plain",
                    "role/eve/memberOf/plain",
                    "database/shop connectionLimit",
                    "database/postgres/unmanaged/template database shop",
                    "database/postgres/unmanaged/privileges on parameter work_mem",
                ]
        )
            Assert.True(drift.Contains(told, StringComparison.Ordinal), $"{told}\n{drift}");
    }

    [LiveFact]
    public async Task Import_OfThousandsOfTables_FitsIntoAFileThatValidates()
    {
        await using var server = await PostgresServer.StartAsync(
            new ServerShape
            {
                Name = "a1",
                Address = "127.22.3.6",
                Settings = new Dictionary<string, string> { ["max_locks_per_transaction"] = "400" },
            }
        );
        await server.ExecuteAsync(
            """
            create role r1; create role r2; create role r3; create role r4; create schema s;
            do $$ begin for i in 1 .. 5000 loop execute format('create table s.one_of_many_tables_%s (id int)', i); end loop; end $$;
            grant select on all tables in schema s to r1, r2; grant insert on all tables in schema s to r3; grant update on all tables in schema s to r4;
            """
        );

        var written = await ImportAsync(server);

        Assert.InRange(System.Text.Encoding.UTF8.GetByteCount(written.Yaml), 500_000, 1 << 20);
        Assert.Equal(4 * 5000, written.Yaml.Split("- one_of_many_tables_").Length - 1);
        ImportTests.AssertNothing(
            await ImportTests.PlanAsync((written.Yaml, EnvironmentDocumentWriter.Write(ImportTests.Request(server))))
        );
    }

    private static async Task<ImportOutcome.Written> ImportAsync(params PostgresServer[] servers)
    {
        var outcome = ClusterDocumentWriter.Write(
            await ObservedServer.ObserveAsync(ImportTests.Target(servers)),
            ImportTests.Request(servers)
        );
        Assert.True(outcome is ImportOutcome.Written, outcome.ToString());
        return (ImportOutcome.Written)outcome;
    }

    /// <summary>Globals and both databases as pg_dump spells them, without the engine's own record.</summary>
    private static async Task<string> DumpAsync(PostgresServer server)
    {
        string[] to = ["-h", server.Address, "-p", $"{server.Port}", "-U", PostgresServer.User];
        var environment = new Dictionary<string, string> { ["PGPASSWORD"] = PostgresServer.Password };
        var text = await ServerPrograms.RunAsync(
            ServerPrograms.PathOf("pg_dumpall"),
            ["--globals-only", .. to],
            environment: environment
        );
        foreach (var database in (string[])["postgres", "shop", "template1"])
            text += await ServerPrograms.RunAsync(
                ServerPrograms.PathOf("pg_dump"),
                ["--create", "--exclude-schema=pggitops", .. to, database],
                environment: environment
            );
        // A word by chance around each dump, in newer releases.
        return string.Join('\n', text.Split('\n').Where(l => !l.Contains("restrict ", StringComparison.Ordinal)));
    }
}

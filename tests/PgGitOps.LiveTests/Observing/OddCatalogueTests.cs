using Npgsql;
using PgGitOps.Core.Observed;
using PgGitOps.Core.Ports;
using PgGitOps.LiveTests.Fleet;
using PgGitOps.LiveTests.Writing;

namespace PgGitOps.LiveTests.Observing;

/// <summary>Whatever anybody puts into a catalogue, a role, a database or the server's settings: the rest is read, and the engine can work.</summary>
public sealed class OddCatalogueTests
{
    private static readonly string[] Odd =
    [
        "create role far_future valid until '9999-12-31 23:59:59-05'",
        "create role farther valid until '20000-01-01'",
        "create role long_ago valid until '0044-03-15 BC'",
        "create role always valid until 'infinity'",
        "create role never valid until '-infinity'",
        "create role nobody_in login connection limit 0",
        "create role \"odd\tname\nwith \u001b[31m and \\ ' \"\"\" login",
        "create role gone",
        "create database ascii encoding 'SQL_ASCII' template template0 locale 'C'",
        "create database latin encoding 'LATIN1' template template0 locale 'C'",
        "create database closed allow_connections false",
        "create database pattern is_template true",
        "create database crowded connection limit 0",
        // As an interrupted DROP DATABASE leaves it.
        "create database broken",
        "update pg_database set datconnlimit = -2 where datname = 'broken'",
        // A setting of a database that is gone is nobody's.
        "insert into pg_db_role_setting values (999999, 0, array['synchronous_commit=off'])",
    ];

    /// <summary>What would freeze, blind or change a session that takes it.</summary>
    private static readonly string[] Hostile =
    [
        "alter role engine set default_transaction_read_only = on",
        "alter role engine set default_transaction_isolation = 'serializable'",
        "alter role engine set default_transaction_deferrable = on",
        "alter role engine set role = 'nobody_in'",
        "alter role engine set session_replication_role = 'replica'",
        "alter role engine set search_path = 'nowhere'",
        "alter role engine set statement_timeout = '1ms'",
        "alter role engine set lock_timeout = '1ms'",
        "alter role engine set idle_in_transaction_session_timeout = '1ms'",
        .. ServerPrograms.Major >= 14 ? (string[])["alter role engine set idle_session_timeout = '1ms'"] : [],
        .. ServerPrograms.Major >= 17 ? (string[])["alter role engine set transaction_timeout = '1ms'"] : [],
        "alter role engine set exit_on_error = on",
        "alter role engine set row_security = off",
        "alter role engine set standard_conforming_strings = off",
        "alter role engine set quote_all_identifiers = on",
        "alter role engine set datestyle = 'German'",
        "alter role engine set intervalstyle = 'iso_8601'",
        "alter role engine set bytea_output = 'escape'",
        "alter role engine set extra_float_digits = -15",
        "alter role engine set client_min_messages = 'error'",
        "alter role engine set default_tablespace = 'nowhere'",
        "alter role engine set local_preload_libraries = 'no_such_library'",
        "alter role engine set session_preload_libraries = 'no_such_library'",
        "alter database postgres set default_transaction_read_only = on",
        "alter system set default_transaction_read_only = on",
        "select pg_reload_conf()",
    ];

    [LiveFact]
    public async Task Observe_AServerFullOfOddities_ReadsAllOfItAndKnowsTheOddOnesByName()
    {
        var (server, _) = await WriterUnderTest.StartPrimaryAsync();
        await using var started = server;
        foreach (var statement in Odd)
            await server.ExecuteAsync(statement);
        var access = ObservedServer.Access();

        var snapshot = await ObservedServer.ObserveAsync(ObservedServer.Target(access, server) with { AllDatabases = true });

        var facts = snapshot.Facts("core-1");
        Assert.Equal(DateTimeOffset.MaxValue, facts.Roles.Single(r => r.Name == "far_future").ValidUntil);
        Assert.Equal(DateTimeOffset.MaxValue, facts.Roles.Single(r => r.Name == "farther").ValidUntil);
        Assert.Null(facts.Roles.Single(r => r.Name == "always").ValidUntil);
        Assert.Equal(DateTimeOffset.MinValue, facts.Roles.Single(r => r.Name == "never").ValidUntil);
        Assert.Equal(DateTimeOffset.MinValue, facts.Roles.Single(r => r.Name == "long_ago").ValidUntil);
        Assert.Contains(facts.Roles, r => r.Name.StartsWith("odd\tname", StringComparison.Ordinal));
        Assert.Equal(DatabaseFact.InvalidConnectionLimit, facts.Databases.Single(d => d.Name == "broken").ConnectionLimit);
        Assert.DoesNotContain(facts.ScopedSettings, s => s.Name == "synchronous_commit");
        foreach (var read in (string[])["postgres", "ascii", "latin"])
            Assert.NotEmpty(snapshot.Contents(read).Schemas);
        Assert.IsType<Observation<DatabaseFacts>.Unreadable>(snapshot.Databases.Single(d => d.Name == "broken").Contents);
    }

    [LiveFact]
    public async Task Observe_NamesOfAnotherEncoding_ReadsThemWithReplacementsAndTheRestAsItIs()
    {
        var (server, _) = await WriterUnderTest.StartPrimaryAsync();
        await using var started = server;
        await server.ExecuteAsync("create database latin encoding 'LATIN1' template template0 locale 'C'");
        await using (
            var connection = new NpgsqlConnection(
                $"Host={server.Address};Port={server.Port};Username={PostgresServer.User};Password={PostgresServer.Password};Database=latin;Pooling=false"
            )
        )
        {
            await connection.OpenAsync();
            await using var command = new NpgsqlCommand("create role \"l\u00e9z\"", connection);
            await command.ExecuteNonQueryAsync();
        }

        var facts = (await ObservedServer.ObserveAsync(ObservedServer.Target(ObservedServer.Access(), server))).Facts("core-1");

        Assert.Contains(facts.Roles, r => r.Name == "l\ufffdz");
        Assert.Contains(facts.Roles, r => r.Name == PostgresServer.User);
    }

    [LiveFact]
    public async Task ObserveAndWrite_WhateverIsSetForTheEnginesLogin_GoOnAsIfItWereNot()
    {
        var (server, fleet) = await WriterUnderTest.StartPrimaryAsync();
        await using var started = server;
        await server.ExecuteAsync("create role nobody_in");
        foreach (var statement in Hostile)
            await server.ExecuteAsync(statement);

        var access = fleet.Fleet.Environments[0].Access;
        var facts = (await ObservedServer.ObserveAsync(ObservedServer.Target(access, server) with { AllDatabases = true })).Facts(
            "core-1"
        );
        await using var writer = await WriterUnderTest.OpenAsync(fleet);
        Assert.IsType<StepOutcome.Done>(await writer.RunAsync(WriterUnderTest.Sql("create role made")));
        Assert.IsType<StepOutcome.Done>(await writer.RunAsync(WriterUnderTest.Alone("create database made")));

        // What was set is told all the same.
        Assert.Contains(facts.ScopedSettings, s => s is { Role: "engine", Name: "statement_timeout", Value: "1ms" });
        Assert.Equal("on", facts.Setting("default_transaction_read_only")?.Value);
    }
}

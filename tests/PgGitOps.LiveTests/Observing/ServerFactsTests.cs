using PgGitOps.Core.Observed;
using PgGitOps.LiveTests.Fleet;
using PgGitOps.Providers.Postgres.Observing;

namespace PgGitOps.LiveTests.Observing;

public sealed class ServerFactsTests
{
    [LiveFact]
    public async Task Observe_HandMadeServer_TellsWhatItsCatalogsSay()
    {
        await using var server = await PostgresServer.StartAsync(
            new ServerShape { Name = "a1", Arguments = ["-c", "work_mem=9MB", "-c", "statement_timeout=77s"] }
        );
        await server.ExecuteAsync(
            """
            create role grp nologin;
            create role app login noinherit connection limit 7 valid until '2031-02-03 04:05:06+00' password 'pw';
            create role forever login valid until 'infinity';
            grant grp to app with admin option;
            alter role app set work_mem = '3MB';
            alter role app in database postgres set search_path = 'a, b', 'c';
            alter role all set lock_timeout = '9s';
            """
        );
        await server.ExecuteAsync(
            "create database sales owner grp connection limit 5 template template0 encoding 'UTF8' lc_collate 'C' lc_ctype 'C'"
        );
        await server.ExecuteAsync("alter database sales set statement_timeout = '30s'");
        await server.ExecuteAsync("alter system set max_connections = 55");
        await server.ExecuteAsync("select pg_create_physical_replication_slot('kept')");
        await server.ExecuteAsync("select pg_reload_conf()");
        await Poll.UntilAsync(
            "the restart is pending",
            async () =>
                await server.ScalarAsync("select pending_restart from pg_settings where name = 'max_connections'") == "True"
        );

        var snapshot = await ObservedServer.ObserveAsync(
            ObservedServer.Target(ObservedServer.Access(), server) with
            {
                SettingNames = ["Random_Page_Cost"],
            }
        );
        var facts = snapshot.Facts("a1");

        Assert.InRange(facts.VersionNumber, 130000, 200000);
        Assert.Equal(await server.ScalarAsync("select system_identifier from pg_control_system()"), facts.SystemIdentifier);
        Assert.Equal((false, 1, true), (facts.InRecovery, facts.Timeline, facts.DataChecksums));
        Assert.NotNull(facts.Lsn);

        var app = facts.Roles.Single(r => r.Name == "app");
        Assert.Equal(
            (true, false, false, 7, new DateTimeOffset(2031, 2, 3, 4, 5, 6, TimeSpan.Zero)),
            (app.Login, app.Inherit, app.Superuser, app.ConnectionLimit, app.ValidUntil!.Value)
        );
        Assert.StartsWith("SCRAM-SHA-256$", app.PasswordVerifier!.Text, StringComparison.Ordinal);
        Assert.DoesNotContain("SCRAM", snapshot.ToString(), StringComparison.Ordinal);
        Assert.Null(facts.Roles.Single(r => r.Name == "forever").ValidUntil);
        Assert.Contains(
            new MembershipFact("grp", "app", true)
            {
                Grants = ServerPrograms.Major >= 16 ? [new MembershipGrant("postgres", true, true, true)] : [],
            },
            facts.Memberships
        );
        Assert.Contains(new DatabaseFact("sales", "grp", "UTF8", "C", "C", 5, true, false), facts.Databases);
        Assert.Contains(facts.Databases, d => d is { Name: "template0", AllowConnections: false, IsTemplate: true });
        Assert.Equal(
            [
                new(null, null, "lock_timeout", "9s"),
                new(null, "app", "work_mem", "3MB"),
                new("postgres", "app", "search_path", "\"a, b\", c"),
                new("sales", null, "statement_timeout", "30s"),
            ],
            facts.ScopedSettings
        );

        Assert.Equal(("9216", "kB", "command line"), Of(facts, "work_mem"));
        Assert.Equal(("77000", "ms", "command line"), Of(facts, "statement_timeout"));
        Assert.Equal("global", facts.Setting("lock_timeout")!.Source);
        Assert.Equal(("4", null, "default"), Of(facts, "random_page_cost"));
        Assert.Equal(("on", null, "default"), Of(facts, "full_page_writes"));
        Assert.Null(facts.Setting("default_transaction_read_only"));
        Assert.Null(facts.Setting("search_path"));
        Assert.True(facts.Setting("max_connections")!.PendingRestart);
        Assert.Contains(
            facts.FileSettings,
            f =>
                f is { Name: "max_connections", Value: "55" } && f.File.EndsWith("postgresql.auto.conf", StringComparison.Ordinal)
        );
        Assert.Contains("replica", facts.Setting("wal_level")!.EnumValues);
        Assert.Equal(
            [new("kept", "physical", false, null, null)],
            facts.Slots.Select(s => s with { RestartLsn = null, WalStatus = null })
        );
        Assert.Empty(facts.Standbys);
        Assert.IsType<Observation<ClusterRecord>.Absent>(snapshot.Record);
        Assert.Equal(facts.Settings.Select(s => s.Name).Order(StringComparer.Ordinal), facts.Settings.Select(s => s.Name));
    }

    /// <summary>A parallel worker shows what the engine's own session pinned as if the server had it.</summary>
    [LiveFact]
    public async Task Observe_ServerThatRunsEverythingInParallel_TellsItsOwnSettings()
    {
        var force = ServerPrograms.Major >= 16 ? "debug_parallel_query" : "force_parallel_mode";
        await using var server = await PostgresServer.StartAsync(
            new ServerShape
            {
                Name = "a1",
                Settings = new Dictionary<string, string> { [force] = "on", ["bytea_output"] = "escape" },
            }
        );

        var snapshot = await ObservedServer.ObserveAsync(ObservedServer.Target(ObservedServer.Access(), server));

        Assert.Equal("escape", snapshot.Facts("a1").Setting("bytea_output")!.Value);
    }

    [LiveFact]
    public async Task Observe_PrimaryAndStandby_TellsBothSidesOfTheStream()
    {
        await using var primary = await PostgresServer.StartAsync(new ServerShape { Name = "a1", Address = "127.0.21.1" });
        var standby = await primary.StartStandbyAsync("a2", slot: "a2", shape: new ServerShape { Address = "127.0.22.1" });
        await Poll.UntilAsync(
            "the standby streams",
            async () =>
                await primary.ScalarAsync("select state from pg_stat_replication where flush_lsn is not null") == "streaming"
        );

        var snapshot = await ObservedServer.ObserveAsync(ObservedServer.Target(ObservedServer.Access(), primary, standby));
        var (one, two) = (snapshot.Facts("a1"), snapshot.Facts("a2"));

        Assert.Equal("a1", Assert.Single(snapshot.Primaries).Name);
        Assert.Equal(one.SystemIdentifier, two.SystemIdentifier);
        Assert.True(two.InRecovery);
        Assert.Equal(1, two.Timeline);
        Assert.Equal(
            ("a2", "streaming", "async"),
            (one.Standbys[0].ApplicationName, one.Standbys[0].State, one.Standbys[0].SyncState)
        );
        Assert.True(one.Standbys[0].FlushLagBytes >= 0);
        Assert.True(one.Slots.Single(s => s.Name == "a2").Active);
        Assert.Equal(
            ("streaming", "127.0.21.1", primary.Port, "a2", 1),
            (
                two.WalReceiver!.Status,
                two.WalReceiver.SenderHost,
                two.WalReceiver.SenderPort,
                two.WalReceiver.SlotName,
                two.WalReceiver.ReceivedTimeline
            )
        );
        Assert.Null(one.WalReceiver);
    }

    [LiveFact]
    public async Task Observe_StandbyWithAPasswordInItsConnection_NeverTellsIt()
    {
        await using var primary = await PostgresServer.StartAsync(
            new ServerShape { Name = "a1", Authentication = ServerAuthentication.Scram }
        );
        var standby = await primary.StartStandbyAsync("a2");
        Assert.Contains(PostgresServer.Password, await standby.ScalarAsync("show primary_conninfo"), StringComparison.Ordinal);

        var snapshot = await ObservedServer.ObserveAsync(ObservedServer.Target(ObservedServer.Access(), primary, standby));
        var conninfo = snapshot.Facts("a2").Setting("primary_conninfo")!.Value;

        Assert.Contains("(redacted)", conninfo, StringComparison.Ordinal);
        Assert.Contains($"port={primary.Port}", conninfo, StringComparison.Ordinal);
        Assert.DoesNotContain(
            snapshot.Members.SelectMany(m => snapshot.Facts(m.Name).Settings),
            s => s.ToString().Contains(PostgresServer.Password, StringComparison.Ordinal)
        );
        Assert.DoesNotContain(
            snapshot.Facts("a2").FileSettings,
            s => s.ToString().Contains(PostgresServer.Password, StringComparison.Ordinal)
        );
    }

    [LiveFact]
    public async Task Observe_WithoutSuperuser_LeavesOutWhatIsNotPermittedAndReadsTheRest()
    {
        await using var server = await PostgresServer.StartAsync(
            new ServerShape
            {
                Name = "a1",
                Settings = new Dictionary<string, string> { ["work_mem"] = "6MB" },
            }
        );
        await server.ExecuteAsync("create role watcher login password 'w'");

        var snapshot = await ObservedServer.ObserveAsync(
            ObservedServer.Target(ObservedServer.Access(user: "watcher", password: "w"), server)
        );
        var facts = snapshot.Facts("a1");

        Assert.Contains(facts.Roles, r => r.Name == "postgres");
        Assert.All(facts.Roles, r => Assert.Null(r.PasswordVerifier));
        Assert.Empty(facts.FileSettings);
        Assert.Equal("6144", facts.Setting("work_mem")!.Value);
    }

    [LiveFact]
    public async Task Observe_HostileSearchPath_StillAsksTheCatalogs()
    {
        await using var server = await PostgresServer.StartAsync(new ServerShape { Name = "a1" });
        await server.ExecuteAsync(
            """
            create schema trap;
            create function trap.set_config(text, text, boolean) returns text language sql as $$ select 'no' $$;
            create function trap.lower(text) returns text language sql as $$ select 'no'::text $$;
            create function trap.pg_is_in_recovery() returns boolean language sql as $$ select true $$;
            create function trap.never(text, text) returns boolean language sql as $$ select false $$;
            create operator trap.= (leftarg = text, rightarg = text, function = trap.never);
            create operator trap.<> (leftarg = text, rightarg = text, function = trap.never);
            create view trap.pg_settings as select 'hacked'::text as name;
            create view trap.pg_roles as select 'hacked'::name as rolname;
            create view trap.pg_database as select 'hacked'::name as datname;
            alter role all set search_path = trap, pg_catalog;
            alter database postgres set search_path = trap, pg_catalog;
            alter role postgres in database postgres set search_path = trap, pg_catalog;
            """
        );
        Assert.Equal("hacked", await server.ScalarAsync("select rolname from pg_roles"));

        var target = ObservedServer.Target(ObservedServer.Access(), server) with
        {
            Databases = [new DatabaseTarget("postgres", null)],
        };
        var snapshot = await ObservedServer.ObserveAsync(target);

        Assert.False(snapshot.Facts("a1").InRecovery);
        Assert.Contains(snapshot.Facts("a1").Roles, r => r.Name == "postgres");
        Assert.Equal(3, snapshot.Facts("a1").Databases.Count);
        Assert.Equal("database user", snapshot.Facts("a1").Setting("search_path")!.Source);
        Assert.Contains(snapshot.Contents("postgres").Schemas, s => s.Name == "trap");
    }

    private static (string Value, string? Unit, string Source) Of(ServerFacts facts, string name)
    {
        var setting = facts.Setting(name)!;
        return (setting.Value, setting.Unit, setting.Source);
    }
}

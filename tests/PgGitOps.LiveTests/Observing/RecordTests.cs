using PgGitOps.Core.Observed;
using PgGitOps.LiveTests.Fleet;

namespace PgGitOps.LiveTests.Observing;

public sealed class RecordTests
{
    private const string Tables = """
        create schema pggitops;
        create table pggitops.inventory(object text primary key, commit text not null, created_at timestamptz not null default now());
        create table pggitops.applied(object text not null, field text not null, value text not null, commit text not null, at timestamptz not null default now(), primary key(object, field));
        create table pggitops.suspension(only_one boolean primary key default true check (only_one), reason text not null, owner text not null, since timestamptz not null default now(), expires timestamptz not null);
        create table pggitops.writer(only_one boolean primary key default true check (only_one), token bigint not null, holder text, since timestamptz);
        """;

    private const string Rows = """
        insert into pggitops.inventory values ('role/app', 'c1', '2031-01-01 00:00:00+00');
        insert into pggitops.applied values ('role/app', 'login', 'true', 'c2', '2031-01-02 00:00:00+00');
        insert into pggitops.suspension (reason, owner, since, expires) values ('migration', 'ada', '2031-01-03 00:00:00+00', '2031-01-04 00:00:00+00');
        """;

    [LiveFact]
    public async Task Observe_ReadsTheRecordThatTheClusterKeeps()
    {
        await using var server = await PostgresServer.StartAsync(new ServerShape { Name = "a1" });
        await server.ExecuteAsync(Tables + Rows);
        var record = Assert
            .IsType<Observation<ClusterRecord>.Seen>(
                (await ObservedServer.ObserveAsync(ObservedServer.Target(ObservedServer.Access(), server))).Record
            )
            .Value;
        Assert.Equal([new("role/app", "c1", Day(1))], record.Inventory);
        Assert.Equal([new("role/app", "login", "true", "c2", Day(2))], record.Applied);
        Assert.Equal(new Suspension("migration", "ada", Day(3), Day(4)), record.Suspension);
    }

    [LiveFact]
    public async Task Observe_RecordPlantedByAnotherRole_IsNotTrusted()
    {
        await using var server = await PostgresServer.StartAsync(new ServerShape { Name = "a1" });
        await server.ExecuteAsync("create role mallory login; grant create on database postgres to mallory");
        await server.ExecuteAsync(
            Tables + Rows + "grant usage on schema pggitops to public; grant select on all tables in schema pggitops to public",
            user: "mallory"
        );
        var record = (await ObservedServer.ObserveAsync(ObservedServer.Target(ObservedServer.Access(), server))).Record;
        Assert.Equal(UnreadableKind.Faulty, Assert.IsType<Observation<ClusterRecord>.Unreadable>(record).Kind);
    }

    [LiveFact]
    public async Task Observe_RecordThatMayNotBeRead_IsUnreadableAndNotAbsent()
    {
        await using var server = await PostgresServer.StartAsync(new ServerShape { Name = "a1" });
        await server.ExecuteAsync(Tables + Rows + "create role watcher login password 'w'");
        var record = (
            await ObservedServer.ObserveAsync(
                ObservedServer.Target(ObservedServer.Access(user: "watcher", password: "w"), server)
            )
        ).Record;
        Assert.Equal(UnreadableKind.AccessDenied, Assert.IsType<Observation<ClusterRecord>.Unreadable>(record).Kind);
    }

    [LiveFact]
    public async Task Observe_KeptConnection_NoticesTheRecordThatAppearsAndTheOneThatVanishes()
    {
        await using var server = await PostgresServer.StartAsync(new ServerShape { Name = "a1" });
        await using var connections = ObservedServer.Connections(keep: true);
        var observer = new Providers.Postgres.Observing.PostgresReader(connections, TimeProvider.System);
        var target = ObservedServer.Target(ObservedServer.Access(), server);
        async Task<Observation<ClusterRecord>> Record() =>
            (await observer.ObserveAsync([target], CancellationToken.None)).Clusters[0].Record;

        Assert.IsType<Observation<ClusterRecord>.Absent>(await Record());
        await server.ExecuteAsync(Tables + Rows);
        Assert.IsType<Observation<ClusterRecord>.Seen>(await Record());
        Assert.Single(Assert.IsType<Observation<ClusterRecord>.Seen>(await Record()).Value.Inventory);
        await server.ExecuteAsync("drop schema pggitops cascade");
        Assert.IsType<Observation<ClusterRecord>.Absent>(await Record());
    }

    private static DateTimeOffset Day(int day) => new(2031, 1, day, 0, 0, 0, TimeSpan.Zero);
}

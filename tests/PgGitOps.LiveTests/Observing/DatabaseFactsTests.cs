using PgGitOps.Core.Observed;
using PgGitOps.LiveTests.Fleet;
using PgGitOps.Providers.Postgres.Observing;

namespace PgGitOps.LiveTests.Observing;

public sealed class DatabaseFactsTests
{
    [LiveFact]
    public async Task Observe_Database_TellsPrivilegesAlsoThoseThatAnEmptyListImplies()
    {
        await using var server = await PostgresServer.StartAsync(new ServerShape { Name = "a1" });
        await server.ExecuteAsync("create role own; create role reader; create role writer");
        await server.ExecuteAsync("create database sales owner own");
        await server.ExecuteAsync(
            """
            create schema shop authorization own;
            create schema other;
            create extension pg_trgm schema other;
            set role own;
            create table shop.plain (id int);
            create table shop.granted (id serial);
            create view shop.v as select 1 as one;
            create function shop.f(a int, b text) returns int language sql as 'select 1';
            reset role;
            create table other.unseen (id int);
            grant usage on schema shop to reader, writer;
            grant select on shop.granted to reader;
            grant select, insert, update on shop.granted to writer;
            grant select on shop.granted to public;
            revoke all on function shop.f(int, text) from public;
            alter default privileges for role own in schema shop grant select on tables to reader;
            alter default privileges for role own revoke execute on functions from public;
            """,
            "sales"
        );

        var target = ObservedServer.Target(ObservedServer.Access(), server) with
        {
            Databases = [new DatabaseTarget("sales", ["shop"]), new DatabaseTarget("missing", null)],
        };
        var snapshot = await ObservedServer.ObserveAsync(target);
        var facts = snapshot.Contents("sales");

        var maintain = ServerPrograms.Major >= 17 ? "MAINTAIN " : "";
        var (publicOwner, everybody) = ServerPrograms.Major >= 15 ? ("pg_database_owner", "USAGE") : ("postgres", "CREATE USAGE");
        Assert.Equal([new("other", "postgres"), new("public", publicOwner), new("shop", "own")], facts.Schemas);
        Assert.Equal(
            [("pg_trgm", "other", true), ("plpgsql", "pg_catalog", false)],
            facts.Extensions.Select(e => (e.Name, e.Schema, e.DefaultVersion == e.Version))
        );
        Assert.Equal(
            [
                "database .sales own: CONNECT CREATE TEMPORARY",
                "database .sales public: CONNECT TEMPORARY",
                "function shop.f(a integer, b text) own: EXECUTE",
                "schema other.other postgres: CREATE USAGE",
                $"schema public.public {publicOwner}: CREATE USAGE",
                $"schema public.public public: {everybody}",
                "schema shop.shop own: CREATE USAGE",
                "schema shop.shop reader: USAGE",
                "schema shop.shop writer: USAGE",
                "sequence shop.granted_id_seq own: SELECT UPDATE USAGE",
                $"table shop.granted own: DELETE INSERT {maintain}REFERENCES SELECT TRIGGER TRUNCATE UPDATE",
                "table shop.granted public: SELECT",
                "table shop.granted reader: SELECT",
                "table shop.granted writer: INSERT SELECT UPDATE",
                $"table shop.plain own: DELETE INSERT {maintain}REFERENCES SELECT TRIGGER TRUNCATE UPDATE",
                $"table shop.v own: DELETE INSERT {maintain}REFERENCES SELECT TRIGGER TRUNCATE UPDATE",
            ],
            facts.Acls.Select(a => a.Text())
        );
        Assert.Equal(
            [("own", null, "functions", "own", "EXECUTE"), ("own", "shop", "tables", "reader", "SELECT")],
            facts.DefaultAcls.Select(d => (d.ForRole, d.Schema, d.On, d.Grantee, d.Privileges.Words()))
        );
        Assert.IsType<Observation<DatabaseFacts>.Absent>(snapshot.Databases.Single(d => d.Name == "missing").Contents);
    }

    [LiveFact]
    public async Task Observe_AllDatabases_ReadsEveryOneThatTakesConnections()
    {
        await using var server = await PostgresServer.StartAsync(new ServerShape { Name = "a1" });
        foreach (var name in (string[])["d1", "d2", "d3", "closed"])
            await server.ExecuteAsync($"create database {name}");
        await server.ExecuteAsync("alter database closed allow_connections false");

        var snapshot = await ObservedServer.ObserveAsync(
            ObservedServer.Target(ObservedServer.Access(), server) with
            {
                AllDatabases = true,
            }
        );

        Assert.Equal(["d1", "d2", "d3", "postgres"], snapshot.Databases.Select(d => d.Name));
        Assert.All(snapshot.Databases, d => Assert.NotEmpty(snapshot.Contents(d.Name).Schemas));
    }
}

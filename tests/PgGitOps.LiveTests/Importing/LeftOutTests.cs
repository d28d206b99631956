using PgGitOps.Core.Reporting.Importing;
using PgGitOps.LiveTests.Fleet;
using PgGitOps.LiveTests.Observing;

namespace PgGitOps.LiveTests.Importing;

/// <summary>Whatever has an owner or privileges of its own is in the documents, or in the list of what was left out.</summary>
public sealed class LeftOutTests
{
    /// <summary>By catalog and column, what was planted there: words that one line of the document or of the list holds.</summary>
    private static readonly Dictionary<string, string> Planted = new(StringComparer.Ordinal)
    {
        ["pg_attribute.attacl"] = "columns: [ a ]",
        ["pg_class.relacl"] = "privileges: [ SELECT ]",
        ["pg_class.relowner"] = "tables of schema s themselves, owned by own",
        ["pg_collation.collowner"] = "collation s.planted_collation (owner own)",
        ["pg_conversion.conowner"] = "conversion s.planted_conversion",
        ["pg_database.datacl"] = "on: database, to: rd",
        ["pg_database.datdba"] = "owner: own",
        ["pg_default_acl.defaclacl"] = "forRole: own, schema: s, on: tables, to: rd",
        ["pg_event_trigger.evtowner"] = "event trigger planted_trigger (owner postgres)",
        ["pg_extension.extowner"] = "pg_trgm",
        ["pg_foreign_data_wrapper.fdwacl"] =
            "foreign-data wrapper planted_wrapper (owner postgres; privileges postgres=U/postgres, rd=U/postgres)",
        ["pg_foreign_data_wrapper.fdwowner"] = "foreign-data wrapper planted_wrapper",
        ["pg_foreign_server.srvacl"] =
            "foreign server planted_server (owner postgres; privileges postgres=U/postgres, rd=U/postgres)",
        ["pg_foreign_server.srvowner"] = "foreign server planted_server",
        ["pg_language.lanacl"] = "language plpgsql (owner postgres; privileges postgres=U/postgres, rd=U/postgres)",
        ["pg_language.lanowner"] = "language planted_language",
        ["pg_largeobject_metadata.lomacl"] =
            "large objects 4242 (owner postgres; privileges postgres=rw/postgres, rd=r/postgres)",
        ["pg_largeobject_metadata.lomowner"] = "large objects 4242",
        ["pg_namespace.nspacl"] = "on: schema, schema: s, to: rd",
        ["pg_namespace.nspowner"] = "{ name: s, owner: own }",
        ["pg_opclass.opcowner"] = "operator class s.planted_class",
        ["pg_operator.oprowner"] = "operator s.===(s.ty,s.ty) (owner own)",
        ["pg_opfamily.opfowner"] = "operator family s.planted_family",
        ["pg_parameter_acl.paracl"] = "privileges on parameter log_min_duration_statement",
        ["pg_proc.proacl"] = "function s.planted(): grant to rd",
        ["pg_proc.proowner"] = "functions of schema s themselves, owned by own",
        ["pg_publication.pubowner"] = "name: planted_publication",
        ["pg_statistic_ext.stxowner"] = "statistics object s.planted_statistics",
        ["pg_subscription.subowner"] = "subscription planted_subscription",
        ["pg_tablespace.spcacl"] = "tablespace planted_space (owner postgres; privileges postgres=C/postgres, rd=C/postgres)",
        ["pg_tablespace.spcowner"] = "tablespace planted_space",
        ["pg_ts_config.cfgowner"] = "text search configuration s.planted_config",
        ["pg_ts_dict.dictowner"] = "text search dictionary s.planted_dictionary",
        ["pg_type.typacl"] = "type s.ty (owner own; privileges own=U/own, rd=U/own)",
        ["pg_type.typowner"] = "type s.planted_domain (owner own)",
    };

    [LiveFact]
    public async Task Import_OfEveryCatalogThatKnowsOwnersOrPrivileges_TellsWhatIsNotInTheDocument()
    {
        await using var server = await PostgresServer.StartAsync(
            new ServerShape
            {
                Name = "a1",
                Address = "127.22.2.1",
                Settings = new Dictionary<string, string> { ["allow_in_place_tablespaces"] = "on", ["wal_level"] = "logical" },
            }
        );
        await server.ExecuteAsync("create role own login; create role rd login; create role adm login");
        await server.ExecuteAsync("create tablespace planted_space location ''");
        await server.ExecuteAsync("grant create on tablespace planted_space to rd");
        await server.ExecuteAsync("create database shop owner own tablespace planted_space");
        await server.ExecuteAsync("create database golden is_template true");
        await server.ExecuteAsync(
            "grant connect on database shop to rd; grant set on parameter log_min_duration_statement to rd; grant alter system on parameter work_mem to adm"
        );
        await server.ExecuteAsync(
            """
            create schema s authorization own; set role own; grant usage on schema s to rd;
            create table s.t (a int, b int); grant select on s.t to rd; grant update (a) on s.t to rd;
            create type s.ty as enum ('x'); revoke usage on type s.ty from public; grant usage on type s.ty to rd;
            create domain s.planted_domain as int;
            create function s.planted() returns int language sql as 'select 1'; revoke execute on function s.planted() from public;
            grant execute on function s.planted() to rd;
            create function s.eq(s.ty, s.ty) returns bool language sql as 'select true';
            create operator s.=== (leftarg = s.ty, rightarg = s.ty, function = s.eq);
            create collation s.planted_collation (locale = 'C'); create statistics s.planted_statistics on a, b from s.t;
            create text search configuration s.planted_config (copy = simple); create text search dictionary s.planted_dictionary (template = simple);
            alter table s.t enable row level security; create policy planted_policy on s.t to rd using (a > 1);
            alter default privileges for role own in schema s grant insert on tables to rd;
            reset role;
            create conversion s.planted_conversion for 'LATIN1' to 'UTF8' from iso8859_1_to_utf8;
            create operator family s.planted_family using btree;
            create operator class s.planted_class for type s.ty using hash family s.planted_hash as operator 1 s.===;
            create cast (s.ty as int) with inout;
            create extension pg_trgm; create publication planted_publication for table s.t;
            create foreign data wrapper planted_wrapper; grant usage on foreign data wrapper planted_wrapper to rd;
            create server planted_server foreign data wrapper planted_wrapper; grant usage on foreign server planted_server to rd;
            create user mapping for rd server planted_server;
            create function s.planted_event() returns event_trigger language plpgsql as 'begin end';
            create event trigger planted_trigger on ddl_command_start execute function s.planted_event();
            create language planted_language handler plpgsql_call_handler;
            revoke usage on language plpgsql from public; grant usage on language plpgsql to rd;
            select lo_create(4242); grant select on large object 4242 to rd;
            create subscription planted_subscription connection 'host=127.9.9.9' publication p with (connect = false);
            grant execute on function pg_read_file(text) to rd;
            """.Replace(
                "create operator class s.planted_class",
                "create operator family s.planted_hash using hash; create operator class s.planted_class",
                StringComparison.Ordinal
            ),
            "shop"
        );
        await server.ExecuteAsync("select pg_create_logical_replication_slot('cdc', 'pgoutput')", "shop");
        var catalogs = (
            await server.ScalarAsync(
                """
                select string_agg(c.relname || '.' || a.attname, ' ')
                  from pg_attribute a join pg_class c on c.oid = a.attrelid
                 where c.oid < 16384 and c.relkind = 'r' and a.attnum > 0 and c.relnamespace = 'pg_catalog'::regnamespace and c.relname <> 'pg_init_privs'
                   and (a.atttypid = 'aclitem[]'::regtype or a.atttypid = 'oid'::regtype and a.attname ~ '(owner|dba)$')
                """
            )
        )!.Split(' ');

        var written = Assert.IsType<ImportOutcome.Written>(
            ClusterDocumentWriter.Write(
                await ObservedServer.ObserveAsync(ImportTests.Target(server)),
                ImportTests.Request(server)
            )
        );
        var lines = written.Yaml.Split('\n').Where(l => !l.TrimStart().StartsWith('#')).Concat(written.LeftOut).ToArray();

        Assert.Empty(catalogs.Except(Planted.Keys));
        Assert.Empty(
            catalogs
                .Where(c => !lines.Any(l => l.Contains(Planted[c], StringComparison.Ordinal)))
                .Select(c => $"{c}: {Planted[c]}")
        );
        foreach (
            var more in (string[])
                [
                    "cast (s.ty AS integer)",
                    "policy planted_policy on s.t",
                    "user mapping rd on server planted_server",
                    "template database golden",
                    "tablespace of database shop (planted_space)",
                    "privileges on function pg_catalog.pg_read_file(pg_catalog.text)",
                    "role postgres, which the engine logs in with",
                    "logical replication slot cdc on a1",
                ]
        )
            Assert.Contains(written.LeftOut, l => l.Contains(more, StringComparison.Ordinal));
        // Each stands in the file too.
        foreach (var left in written.LeftOut)
            Assert.Contains(
                left.Replace("database shop: ", "", StringComparison.Ordinal),
                written.Yaml,
                StringComparison.Ordinal
            );
        var plan = await ImportTests.PlanAsync((written.Yaml, EnvironmentDocumentWriter.Write(ImportTests.Request(server))));
        ImportTests.AssertNothing(plan);
        var dangers = plan.Clusters.Single().Changes.Select(c => c.Key.Object.ToString()).ToArray();
        foreach (
            var danger in (string[])
                [
                    "database/postgres/unmanaged/template database golden",
                    "database/postgres/unmanaged/privileges on parameter work_mem",
                    "database/shop/unmanaged/subscription planted_subscription",
                    "database/shop/unmanaged/privileges on function pg_catalog.pg_read_file(pg_catalog.text)",
                ]
        )
            Assert.Contains(danger, dangers);
        // What is harmless is not.
        Assert.DoesNotContain("database/shop/unmanaged/foreign server planted_server", dangers);
    }
}

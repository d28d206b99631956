namespace PgGitOps.LiveTests.Importing;

/// <summary>Set-ups in the manner of published ones: roles as the superuser, then the database <c>shop</c> as its owner makes it.</summary>
internal static class PublicSchemas
{
    /// <summary>In the manner of pgbench: one owner, everything in public, a reader.</summary>
    public const string Bench = """
        create role bench login password 'b'; create role bench_ro login; create database shop owner bench;
        \c
        grant create on schema public to bench; set role bench;
        create table pgbench_accounts (aid int primary key, bid int, abalance int, filler char(84)) with (fillfactor = 100);
        create table pgbench_branches (bid int primary key, bbalance int, filler char(88)); create table pgbench_tellers (tid int primary key, bid int, tbalance int);
        create table pgbench_history (tid int, bid int, aid int, delta int, mtime timestamp, filler char(22));
        insert into pgbench_branches select 1, 0; insert into pgbench_tellers select i, 1, 0 from generate_series(1, 10) i;
        grant select on pgbench_accounts, pgbench_branches to bench_ro; grant select (tid, tbalance) on pgbench_tellers to bench_ro;
        alter default privileges grant select on tables to bench_ro;
        """;

    /// <summary>In the manner of Pagila: domains, enums, functions, triggers, partitions, materialised views, roles by task.</summary>
    public const string Rental = """
        create role rental_admin createrole; create role rental_clerk; create role rental_report nologin;
        create role anna login in role rental_clerk valid until '2031-01-01'; create role ben login connection limit 5; grant rental_admin to ben with admin option;
        alter role rental_report set statement_timeout = '30s'; alter role rental_clerk set search_path = rental, public;
        create database shop owner rental_admin;
        alter database shop set timezone = 'Europe/Oslo'; revoke all on database shop from public; grant connect on database shop to rental_clerk, rental_report;
        \c
        create schema rental authorization rental_admin; create schema audit; revoke all on schema public from public;
        create extension pg_trgm schema rental; create extension pg_stat_statements;
        set role rental_admin;
        create domain rental.year as int check (value between 1901 and 2155); create type rental.mpaa_rating as enum ('G', 'PG', 'R');
        create table rental.film (film_id serial primary key, title text not null, release_year rental.year, rating rental.mpaa_rating default 'G', fulltext tsvector);
        create table rental.customer (customer_id serial primary key, email text, active bool default true);
        create table rental.payment (payment_id int, amount numeric(5, 2), payment_date timestamptz not null) partition by range (payment_date);
        create table rental.payment_2027_01 partition of rental.payment for values from ('2027-01-01') to ('2027-02-01');
        create view rental.film_list as select film_id, title from rental.film; create materialized view rental.sales as select sum(amount) as total from rental.payment;
        create function rental.film_in_stock(p_film int) returns int language sql security definer set search_path = rental as 'select 1';
        create function rental.last_updated() returns trigger language plpgsql as 'begin return new; end';
        create trigger last_updated before update on rental.film for each row execute function rental.last_updated();
        revoke execute on all functions in schema rental from public; grant execute on function rental.film_in_stock(int) to rental_clerk;
        grant usage on schema rental to rental_clerk, rental_report; grant select, insert, update on all tables in schema rental to rental_clerk;
        grant select on rental.film_list, rental.sales to rental_report with grant option; grant usage on all sequences in schema rental to rental_clerk;
        alter default privileges in schema rental grant select, insert, update on tables to rental_clerk;
        alter default privileges revoke execute on functions from public;
        reset role;
        create table audit.log (id bigserial, entry jsonb); grant usage on schema audit to rental_admin; grant insert on audit.log to rental_admin;
        """;

    /// <summary>In the manner of a large web application: a schema a tenant and one of partitions, row-level security, several owners, publications.</summary>
    public const string Tenants = """
        create role app_owner; create role app_migrator login in role app_owner; create role app_web login; create role app_worker login; create role "App-Reader" nologin;
        create role "oncall@example.org" login bypassrls; grant "App-Reader", pg_read_all_stats to "oncall@example.org"; alter role app_migrator set role = 'app_owner';
        alter role app_web set idle_in_transaction_session_timeout = '60s'; alter role app_web set default_transaction_isolation = 'repeatable read';
        create database shop owner app_owner connection limit 200;
        \c
        grant temporary on database shop to app_worker; revoke create on schema public from public;
        create extension btree_gist; create extension citext; create extension pgcrypto;
        create schema core authorization app_owner; create schema tenant_a authorization app_owner; create schema "Tenant B" authorization app_owner; create schema partitions_dynamic authorization app_owner;
        set role app_owner;
        create table core.users (id bigint generated always as identity primary key, email public.citext unique, password_hash text);
        create table core.projects (id bigserial primary key, owner_id bigint references core.users, visibility smallint default 0);
        create table tenant_a.invoices (id uuid default gen_random_uuid() primary key, tenant text not null, amount int);
        create table "Tenant B"."Order Lines" (id int, "Note" text); create sequence "Tenant B"."next No";
        alter table tenant_a.invoices enable row level security; alter table tenant_a.invoices force row level security;
        create policy tenant_isolation on tenant_a.invoices to app_web using (tenant = current_setting('app.tenant', true));
        create table core.events (id bigint, at timestamptz) partition by range (at);
        create table partitions_dynamic.events_1 partition of core.events for values from ('2027-01-01') to ('2027-02-01');
        create procedure core.archive_events(days int) language plpgsql as 'begin end';
        grant usage on schema core, tenant_a, "Tenant B", partitions_dynamic to app_web, app_worker, "App-Reader";
        grant select, insert, update, delete on all tables in schema core, tenant_a, "Tenant B", partitions_dynamic to app_web, app_worker;
        revoke select on core.users from app_web; grant select (id, email), update (email) on core.users to app_web;
        grant usage, select on all sequences in schema core to app_web; grant usage on sequence "Tenant B"."next No" to app_web;
        alter default privileges grant select, insert, update, delete on tables to app_web, app_worker;
        alter default privileges grant usage, select on sequences to app_web; alter default privileges grant select on tables to "App-Reader";
        alter default privileges revoke usage on types from public;
        create publication search_feed for table core.projects, core.users (id, email);
        reset role;
        """;
}

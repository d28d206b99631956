namespace PgGitOps.Providers.Postgres.Recording;

/// <summary>Where the cluster keeps what the engine made, what it applied last, and who writes.</summary>
internal static class RecordSchema
{
    /// <summary>First half of every advisory lock of the engine; the second is the purpose.</summary>
    public const int LockClass = 0x70676769; // "pggi"

    /// <summary>Guards the creation of the schema: CREATE SCHEMA IF NOT EXISTS fails when two sessions do it at once.</summary>
    public const int SchemaLock = 0;

    public const string IsMissing = """
        select to_regclass('pggitops.writer') is null or to_regclass('pggitops.suspension') is null
            or to_regclass('pggitops.applied') is null or to_regclass('pggitops.inventory') is null
            or not exists (select from pg_attribute where attrelid = to_regclass('pggitops.applied') and attname = 'adopted')
        """;

    /// <summary>Each can be run again, and together they may be one transaction.</summary>
    public static IReadOnlyList<string> Statements { get; } =
    [
        "create schema if not exists pggitops",
        """
            create table if not exists pggitops.inventory (
                object text primary key,
                commit text not null,
                created_at timestamptz not null default now())
            """,
        """
            create table if not exists pggitops.applied (
                object text not null,
                field text not null,
                value text not null,
                commit text not null,
                at timestamptz not null default now(),
                primary key (object, field))
            """,
        // True for a value that was found as declared: records of earlier versions hold none.
        "alter table pggitops.applied add column if not exists adopted boolean not null default false",
        """
            create table if not exists pggitops.suspension (
                only_one boolean primary key default true check (only_one),
                reason text not null,
                owner text not null,
                since timestamptz not null default now(),
                expires timestamptz not null)
            """,
        """
            create table if not exists pggitops.writer (
                only_one boolean primary key default true check (only_one),
                token bigint not null,
                holder text,
                since timestamptz)
            """,
        // Default privileges of the role may have granted what nobody asked for here.
        "revoke all on schema pggitops from public",
        "revoke all on all tables in schema pggitops from public",
    ];
}

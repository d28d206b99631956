using PgGitOps.Core.Observed;
using PgGitOps.Core.Sources;

namespace PgGitOps.Providers.Postgres.Observing;

/// <summary>What every login may ask.</summary>
internal static class ServerStatements
{
    /// <summary>Read even at their default: dangerous ones, and those a standby must not have lower than its primary.</summary>
    public static readonly IReadOnlyList<string> AlwaysRead =
    [
        "archive_command",
        "archive_mode",
        "data_checksums",
        "fsync",
        "full_page_writes",
        "listen_addresses",
        "log_statement",
        "max_connections",
        "max_locks_per_transaction",
        "max_prepared_transactions",
        "max_wal_senders",
        "max_worker_processes",
        "password_encryption",
        "synchronous_commit",
        "synchronous_standby_names",
        "wal_level",
    ];

    // The first eight hex digits of a WAL file's name are the timeline being written; pg_control only knows that of the last checkpoint.
    /// <summary>Expression: the timeline that a standby has come to, as far as statistics and pg_control tell it.</summary>
    public const string StandbyTimeline =
        "greatest((select max(received_tli) from pg_stat_wal_receiver), (select timeline_id from pg_control_checkpoint()), (select min_recovery_end_timeline from pg_control_recovery()))";

    /// <summary>Expression: up to where a standby has received or replayed; a receiver that has just begun tells less than was replayed.</summary>
    public const string StandbyPosition = "greatest(pg_last_wal_receive_lsn(), pg_last_wal_replay_lsn())";

    private const string Head = $"""
        select current_setting('server_version_num')::int4,
               (select system_identifier::text from pg_control_system()),
               pg_is_in_recovery(),
               case when pg_is_in_recovery()
                    then {StandbyTimeline}
                    else ('x' || substr(pg_walfile_name(pg_current_wal_lsn()), 1, 8))::bit(32)::int4 end,
               pg_postmaster_start_time(),
               current_setting('data_checksums') = 'on',
               case when pg_is_in_recovery() then {StandbyPosition} else pg_current_wal_flush_lsn() end::text,
               current_setting('cluster_name'),
               has_table_privilege('pg_catalog.pg_authid', 'select'),
               has_table_privilege('pg_catalog.pg_file_settings', 'select') and has_function_privilege('pg_catalog.pg_show_all_file_settings()', 'execute'),
               (select case
                           when count(*) < 3 then 'none'
                           when not bool_and((t.rolsuper or t.rolname = current_user) and (o.rolsuper or o.rolname = current_user)) then 'foreign'
                           when not bool_and(has_schema_privilege(n.oid, 'usage') and has_table_privilege(c.oid, 'select')) then 'denied'
                           else 'readable' end
                  from pg_class c
                  join pg_namespace n on n.oid = c.relnamespace
                  join pg_roles t on t.oid = c.relowner
                  join pg_roles o on o.oid = n.nspowner
                 where n.nspname = 'pggitops' and c.relname in ('inventory', 'applied', 'suspension') and c.relkind = 'r'),
               case when pg_is_in_recovery() then pg_is_wal_replay_paused() end,
               exists (select from pg_attribute a join pg_class c on c.oid = a.attrelid join pg_namespace n on n.oid = c.relnamespace
                        where n.nspname = 'pggitops' and c.relname = 'applied' and a.attname = 'adopted'),
               has_function_privilege('pg_catalog.pg_read_binary_file(text,int8,int8,bool)', 'execute') and has_function_privilege('pg_catalog.pg_stat_file(text,bool)', 'execute')
                   and pg_has_role('pg_read_server_files', 'usage'),
               (select setting from pg_settings where name = 'data_directory'),
               has_function_privilege('pg_catalog.pg_ls_waldir()', 'execute'),
               exists (select from pg_class c join pg_namespace n on n.oid = c.relnamespace
                        where n.nspname = 'pggitops' and c.relname = 'writer' and c.relkind = 'r' and has_schema_privilege(n.oid, 'usage') and has_table_privilege(c.oid, 'select'))
        """;

    private const string Databases = """
        select d.datname::text, pg_get_userbyid(d.datdba)::text, pg_encoding_to_char(d.encoding)::text, d.datcollate::text, d.datctype::text,
               d.datconnlimit, d.datallowconn, d.datistemplate
          from pg_database d
        """;

    // A change that waits for a restart leaves its source as it was: default, where nothing was set before.
    private const string Settings = """
        select name, case when source = 'session' then reset_val else setting end, unit, vartype, context, source, sourcefile, sourceline, boot_val, pending_restart, array_to_string(enumvals, ',')
          from pg_settings
         where source <> 'default' or pending_restart or lower(name) = any(string_to_array($1, ','))
        """;

    private const string Roles = """
        select rolname::text, rolsuper, rolinherit, rolcreaterole, rolcreatedb, rolcanlogin, rolreplication, rolbypassrls, rolconnlimit,
               case when rolvaliduntil <> 'infinity' then rolvaliduntil end
          from pg_roles
        """;

    // One membership may be granted by several roles (from version 16 on), a row each.
    private const string Memberships = """
        select pg_get_userbyid(roleid)::text, pg_get_userbyid(member)::text, admin_option,
               case when current_setting('server_version_num')::int >= 160000 then pg_get_userbyid(grantor)::text end,
               coalesce((to_jsonb(m) ->> 'inherit_option')::bool, true), coalesce((to_jsonb(m) ->> 'set_option')::bool, true)
          from pg_auth_members m
        """;

    // A row left over from a database or role that is gone speaks of nobody, not of everybody.
    private const string ScopedSettings = """
        select d.datname::text, r.rolname::text, split_part(c, '=', 1), substr(c, strpos(c, '=') + 1)
          from pg_db_role_setting s
          left join pg_database d on d.oid = s.setdatabase
          left join pg_roles r on r.oid = s.setrole
         cross join unnest(s.setconfig) c
         where (s.setdatabase = 0 or d.oid is not null) and (s.setrole = 0 or r.oid is not null)
        """;

    // What only newer versions tell is read from the row as a whole.
    private const string Slots = """
        select slot_name::text, slot_type, active, restart_lsn::text, wal_status, temporary, coalesce((to_jsonb(s) ->> 'synced')::bool, false) from pg_replication_slots s
        """;

    private const string Standbys = """
        select application_name, host(client_addr), coalesce(state, 'unknown'), coalesce(sync_state, 'unknown'), sent_lsn::text, flush_lsn::text, replay_lsn::text,
               pg_wal_lsn_diff(case when pg_is_in_recovery() then pg_last_wal_receive_lsn() else pg_current_wal_lsn() end, flush_lsn)::int8,
               extract(epoch from flush_lag)::float8, greatest(0, extract(epoch from clock_timestamp() - reply_time))::float8
          from pg_stat_replication
        """;

    private const string WalReceiver = """
        select coalesce(status, 'unknown'), sender_host, sender_port, slot_name, received_tli from pg_stat_wal_receiver where pid is not null
        """;

    public static readonly IReadOnlyList<ServerStatement> All =
    [
        new(
            Head,
            static (row, draft) =>
            {
                draft.Head = new ServerFacts
                {
                    VersionNumber = row.GetInt32(0),
                    SystemIdentifier = row.Word(1),
                    InRecovery = row.GetBoolean(2),
                    Timeline = row.GetInt32(3),
                    StartedAt = row.Instant(4),
                    DataChecksums = row.GetBoolean(5),
                    Lsn = row.Text(6),
                    Settings = [],
                    FileSettings = [],
                    Roles = [],
                    Memberships = [],
                    Databases = [],
                    ScopedSettings = [],
                    Slots = [],
                    Standbys = [],
                    WalReceiver = null,
                    ReplayPaused = row.IsDBNull(11) ? null : row.GetBoolean(11),
                    DataDirectory = row.Text(14),
                };
                draft.ClusterName = row.Word(7);
                draft.Rights = new ServerRights(
                    row.GetBoolean(8),
                    row.GetBoolean(9),
                    row.Word(10) switch
                    {
                        "readable" => RecordState.Readable,
                        "denied" => RecordState.Denied,
                        "foreign" => RecordState.Foreign,
                        _ => RecordState.None,
                    },
                    row.GetBoolean(12),
                    row.GetBoolean(13),
                    row.GetBoolean(15),
                    row.GetBoolean(16)
                );
            }
        ),
        new(
            Databases,
            static (row, draft) =>
                draft.Databases.Add(
                    new DatabaseFact(
                        row.Word(0),
                        row.Word(1),
                        row.Word(2),
                        row.Word(3),
                        row.Word(4),
                        row.GetInt32(5),
                        row.GetBoolean(6),
                        row.GetBoolean(7)
                    )
                )
        ),
        new(
            Settings,
            static (row, draft) =>
            {
                var name = row.Word(0);
                draft.Settings.Add(
                    new SettingFact(
                        name,
                        row.Text(1) ?? "",
                        row.Text(2),
                        row.Word(3),
                        row.Word(4),
                        row.Word(5),
                        row.Text(6),
                        row.Number(7),
                        row.Text(8),
                        row.GetBoolean(9),
                        row.IsDBNull(10) ? [] : row.Word(10).Split(',').ToEquatableArray()
                    )
                );
            },
            TakesNames: true
        ),
        new(
            Roles,
            static (row, draft) =>
                draft.Roles.Add(
                    new RoleFact(
                        row.Word(0),
                        row.GetBoolean(1),
                        row.GetBoolean(2),
                        row.GetBoolean(3),
                        row.GetBoolean(4),
                        row.GetBoolean(5),
                        row.GetBoolean(6),
                        row.GetBoolean(7),
                        row.GetInt32(8),
                        row.IsDBNull(9) ? null : row.Instant(9),
                        null
                    )
                )
        ),
        new(
            Memberships,
            static (row, draft) =>
                draft.Memberships.Add(
                    new MembershipFact(row.Word(0), row.Word(1), row.GetBoolean(2))
                    {
                        Grants = row.Text(3) is { } grantor
                            ? [new MembershipGrant(grantor, row.GetBoolean(2), row.GetBoolean(4), row.GetBoolean(5))]
                            : [],
                    }
                )
        ),
        new(
            ScopedSettings,
            static (row, draft) =>
            {
                var name = row.Word(2);
                draft.ScopedSettings.Add(new ScopedSettingFact(row.Text(0), row.Text(1), name, row.Word(3)));
            }
        ),
        new(
            Slots,
            static (row, draft) =>
                draft.Slots.Add(
                    new SlotFact(row.Word(0), row.Word(1), row.GetBoolean(2), row.Text(3), row.Text(4))
                    {
                        Temporary = row.GetBoolean(5),
                        Synced = row.GetBoolean(6),
                    }
                )
        ),
        new(
            Standbys,
            static (row, draft) =>
                draft.Standbys.Add(
                    new StandbyFact(
                        row.Text(0) ?? "",
                        row.Text(1),
                        row.Word(2),
                        row.Word(3),
                        row.Text(4),
                        row.Text(5),
                        row.Text(6),
                        row.IsDBNull(7) ? null : row.GetInt64(7),
                        row.IsDBNull(8) ? null : row.GetDouble(8),
                        row.IsDBNull(9) ? null : row.GetDouble(9)
                    )
                )
        ),
        new(
            WalReceiver,
            static (row, draft) =>
                draft.WalReceiver = new WalReceiverFact(row.Word(0), row.Text(1), row.Number(2), row.Text(3), row.Number(4))
        ),
    ];
}

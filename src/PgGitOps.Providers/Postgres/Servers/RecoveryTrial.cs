using Npgsql;

namespace PgGitOps.Providers.Postgres.Servers;

/// <summary>What a start refuses only when it comes to its data: asked of the running server, which knows what it holds.</summary>
internal static class RecoveryTrial
{
    // What waits is in the files; a row without an applied value is one that its line does not win.
    private const string Sql = """
        with waiting as (
            select distinct on (lower(f.name)) lower(f.name) as name, f.setting from pg_catalog.pg_file_settings f
             where f.setting is not null order by lower(f.name), f.seqno desc)
        select w.name, w.setting, case w.name
                   when 'max_prepared_transactions' then (select count(*) from pg_catalog.pg_prepared_xacts)
                   when 'wal_level' then (select count(*) from pg_catalog.pg_replication_slots where slot_type = 'logical')
                   else (select count(*) from pg_catalog.pg_replication_origin) end
          from waiting w
         where w.name in ('max_prepared_transactions', 'wal_level', 'max_active_replication_origins')
            or (w.name = 'max_replication_slots' and current_setting('server_version_num')::int < 180000)
        """;

    /// <summary>Null where nothing stands against it, or where the login may not see the files.</summary>
    public static async Task<string?> WhyNotAsync(NpgsqlConnection connection, CancellationToken cancel)
    {
        try
        {
            await using var command = new NpgsqlCommand(Sql, connection) { CommandTimeout = 10 };
            await using var reader = await command.ExecuteReaderAsync(cancel);
            while (await reader.ReadAsync(cancel))
            {
                var (name, setting, held) = (reader.GetString(0), reader.GetString(1), reader.GetInt64(2));
                if (name == "wal_level")
                {
                    if (held > 0 && !setting.Equals("logical", StringComparison.OrdinalIgnoreCase))
                        return FormattableString.Invariant(
                            $"{held} logical replication slots exist, and wal_level = {setting} cannot carry them"
                        );
                }
                else if (
                    long.TryParse(
                        setting,
                        System.Globalization.NumberStyles.None,
                        System.Globalization.CultureInfo.InvariantCulture,
                        out var room
                    )
                    && held > room
                )
                {
                    return FormattableString.Invariant(
                        $"{held} {(name == "max_prepared_transactions" ? "prepared transactions" : "replication origins")} exist, more than {name} = {room} allows"
                    );
                }
            }
            return null;
        }
        catch (PostgresException e) when (e.SqlState == PostgresErrorCodes.InsufficientPrivilege)
        {
            return null;
        }
    }
}

using System.Globalization;
using Npgsql;

namespace PgGitOps.Providers.Postgres.Observing;

/// <summary>First statement of every new connection; complete by itself, so nothing in a user's search_path can stand in for it.</summary>
/// <remarks>
/// Set in the session, not at startup: only then pg_settings still tells (reset_val) what the server itself would use. The few
/// that have to stand in the startup packet (<see cref="Connecting.SessionPins"/>, and a timeout that could end this very statement) are lifted apart.
/// The batch it leads is one transaction, which is made read-only as well. No part of it runs in a parallel worker: one would show as reset_val what the session itself set.
/// </remarks>
internal static class SessionPin
{
    private const string Sql = """
        select pg_catalog.set_config('search_path', 'pg_catalog', false),
               pg_catalog.set_config('quote_all_identifiers', 'off', false),
               pg_catalog.set_config('datestyle', 'ISO, YMD', false),
               pg_catalog.set_config('bytea_output', 'hex', false),
               pg_catalog.set_config('extra_float_digits', '1', false),
               pg_catalog.set_config('max_parallel_workers_per_gather', '0', false),
               pg_catalog.set_config('default_transaction_read_only', 'on', false),
               pg_catalog.set_config('transaction_read_only', 'on', true),
               pg_catalog.set_config('statement_timeout', $1, false),
               pg_catalog.set_config('lock_timeout', $1, false),
               pg_catalog.set_config('idle_in_transaction_session_timeout', $1, false)
        """;

    public static NpgsqlBatchCommand Command(TimeSpan timeout)
    {
        var command = new NpgsqlBatchCommand(Sql);
        command.Parameters.Add(
            new NpgsqlParameter<string>
            {
                TypedValue = ((long)Math.Max(1, timeout.TotalMilliseconds)).ToString(CultureInfo.InvariantCulture),
            }
        );
        return command;
    }
}

using System.Globalization;
using Npgsql;
using PgGitOps.Core.Desired;
using PgGitOps.Providers.Postgres.Recording;

namespace PgGitOps.Providers.Postgres.Leasing;

/// <summary>What came of asking for a cluster's writer lock: one of the four is set.</summary>
internal sealed record LockAnswer(LockSession? Session, string? HeldBy, string? Unreachable)
{
    /// <summary>The lock was free, and the cluster is suspended: in words.</summary>
    public string? Suspended { get; init; }
}

/// <summary>Takes the writer lock on a primary: advisory lock, then everybody older is put out, then a new token.</summary>
internal static class LockAcquisition
{
    private static readonly TimeSpan EndOfOthers = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan Pace = TimeSpan.FromMilliseconds(20);

    public static async Task<LockAnswer> TakeAsync(LeaseTerms terms, Member primary, CancellationToken cancel)
    {
        var (connection, reason) = await WriterConnection.OpenAsync(
            terms.Context,
            primary,
            Connecting.ServerTarget.MaintenanceDatabase,
            WriterConnection.Newcomer,
            cancel
        );
        if (connection is null)
            return new LockAnswer(null, null, reason);
        var answer = await TakeAsync(terms, primary, connection, cancel);
        if (answer.Session is null)
            await connection.DisposeAsync();
        return answer;
    }

    private static async Task<LockAnswer> TakeAsync(
        LeaseTerms terms,
        Member primary,
        NpgsqlConnection connection,
        CancellationToken cancel
    )
    {
        try
        {
            if (await ScalarAsync<bool>(connection, "select pg_is_in_recovery()", cancel))
                return new LockAnswer(null, null, $"{primary.Name} is not a primary any more");
            if (
                !await ScalarAsync<bool>(
                    connection,
                    "select pg_try_advisory_lock($1, hashtext($2))",
                    cancel,
                    RecordSchema.LockClass,
                    terms.Context.Cluster.Name
                )
            )
                return new LockAnswer(
                    null,
                    await HolderAsync(terms.Context.Cluster.Name, connection, cancel) ?? "a writer that has just ended",
                    null
                );
            // Before anything is written, the token too. A writer that slept since it looked finds here what happened meanwhile.
            if (await terms.SuspendedAsync(await RecordedSuspension.ReadAsync(connection, cancel), cancel) is { } suspended)
                return new LockAnswer(null, null, null) { Suspended = suspended };
            await ClusterRecordSchema.EnsureAsync(connection, cancel);
            // Whoever else calls itself a writer has lost the lock, perhaps without knowing. Before the new token is
            // written, so that none of their transactions holds the row; and once more after it, for sessions they opened
            // between: from then on the token refuses them before they can begin.
            if (await EndOlderAsync(connection, cancel) is { } stuck)
                return new LockAnswer(null, stuck, null);
            var token = await ScalarAsync<long>(
                connection,
                """
                insert into pggitops.writer (token, holder, since) values (1, $1, now())
                on conflict (only_one) do update set token = writer.token + 1, holder = excluded.holder, since = excluded.since
                returning token
                """,
                cancel,
                terms.Holder
            );
            if (await EndOlderAsync(connection, cancel) is { } late)
                return new LockAnswer(null, late, null);
            await ScalarAsync<string>(
                connection,
                "select set_config('application_name', $1, false)",
                cancel,
                WriterConnection.ApplicationName(token)
            );
            return new LockAnswer(new LockSession(connection, primary, token), null, null);
        }
        catch (Exception e) when (e is NpgsqlException or InvalidOperationException or TimeoutException)
        {
            return new LockAnswer(
                null,
                null,
                $"{primary.Name}: {Connecting.ConnectionFailure.Of(e, terms.Context.TargetOf(primary, Connecting.ServerTarget.MaintenanceDatabase)).Reason}"
            );
        }
    }

    /// <summary>Null once no session of an earlier writer is left, else which one does not end.</summary>
    private static async Task<string?> EndOlderAsync(NpgsqlConnection connection, CancellationToken cancel)
    {
        var since = System.Diagnostics.Stopwatch.StartNew();
        while (true)
        {
            var left = await ScalarAsync<string?>(
                connection,
                """
                select string_agg(format('pid %s (%s)', pid, application_name), ', ') from pg_stat_activity
                where application_name ~ '^pggitops writer/[0-9]+$' and usename = current_user and pid <> pg_backend_pid() and pg_terminate_backend(pid)
                """,
                cancel
            );
            if (left is null)
                return null;
            if (since.Elapsed > EndOfOthers)
                return $"an earlier writer whose session does not end: {left}";
            await Task.Delay(Pace, cancel);
        }
    }

    /// <summary>Who holds the lock, as far as PostgreSQL shows it; null when nobody does.</summary>
    public static async Task<string?> HolderAsync(string cluster, NpgsqlConnection connection, CancellationToken cancel)
    {
        var session = await ScalarAsync<string?>(
            connection,
            """
            select format('pid %s, %s from %s, connected since %s', a.pid, a.application_name, coalesce(host(a.client_addr), 'a local socket'), to_char(a.backend_start at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS"Z"'))
            from pg_locks l join pg_stat_activity a using (pid)
            where l.locktype = 'advisory' and l.granted and l.objsubid = 2 and l.classid::bigint = $1 and l.objid::bigint = (hashtext($2)::bigint & 4294967295)
            """,
            cancel,
            (long)RecordSchema.LockClass,
            cluster
        );
        if (session is null)
            return null;
        var known = await ScalarAsync<bool>(connection, "select to_regclass('pggitops.writer') is not null", cancel);
        var holder = known ? await ScalarAsync<string?>(connection, "select holder from pggitops.writer", cancel) : null;
        return holder is null ? session : string.Create(CultureInfo.InvariantCulture, $"{holder} ({session})");
    }

    private static async Task<T?> ScalarAsync<T>(
        NpgsqlConnection connection,
        string sql,
        CancellationToken cancel,
        params object[] values
    )
    {
        await using var command = new NpgsqlCommand(sql, connection) { CommandTimeout = 10 };
        foreach (var value in values)
            command.Parameters.Add(new NpgsqlParameter { Value = value });
        var answer = await command.ExecuteScalarAsync(cancel);
        return answer is null or DBNull ? default : (T)answer;
    }
}

using Npgsql;
using NpgsqlTypes;
using PgGitOps.Core.Planning;

namespace PgGitOps.Providers.Postgres.Writing;

/// <summary>
/// Ownership written down before an effect that cannot share a transaction with it: CREATE DATABASE, and everything
/// inside other databases. Killed between the two, we own an object that does not exist, which the next run creates or
/// forgets; the other way round an object of ours would be nobody's and could never be removed again.
/// </summary>
internal sealed class IntentRecord(LockSession session, string[] objects)
{
    public string? Problem { get; private init; }

    /// <summary>Null where the step creates nothing, or nothing that is not recorded already.</summary>
    public static async Task<IntentRecord?> WriteAsync(
        WriterContext context,
        LockSession? session,
        Step step,
        CancellationToken cancel
    )
    {
        if (step.Creates.Count == 0 || session is null)
            return null;
        try
        {
            var (held, inserted) = await session
                .AskAsync(
                    """
                    with held as materialized (select from pggitops.writer where token = $1 for share),
                    made as (insert into pggitops.inventory (object, commit) select o, $2 from unnest($3) o, held on conflict (object) do nothing returning object)
                    select (select count(*)::int from held), (select coalesce(array_agg(object), '{}') from made)
                    """,
                    static r => (r.GetInt32(0) == 1, r.GetFieldValue<string[]>(1)),
                    cancel,
                    new NpgsqlParameter<long> { TypedValue = session.Token },
                    new NpgsqlParameter<string> { TypedValue = context.Commit },
                    new NpgsqlParameter<string[]>
                    {
                        TypedValue = [.. step.Creates.Select(c => c.ToString())],
                        NpgsqlDbType = NpgsqlDbType.Array | NpgsqlDbType.Text,
                    }
                )
                .ConfigureAwait(false);
            return new IntentRecord(session, inserted) { Problem = held ? null : "another writer took over" };
        }
        catch (Exception e) when (e is NpgsqlException or InvalidOperationException or TimeoutException)
        {
            return new IntentRecord(session, [])
            {
                Problem =
                    $"the ownership of what the step creates could not be recorded: {(e as PostgresException)?.MessageText ?? e.Message}",
            };
        }
    }

    /// <summary>After a step that certainly did nothing. Where this fails too the row stays, as after a kill.</summary>
    public async Task WithdrawAsync(CancellationToken cancel)
    {
        if (objects.Length == 0)
            return;
        try
        {
            await session
                .AskAsync(
                    "with gone as (delete from pggitops.inventory where object = any ($1) returning 1) select count(*)::int from gone",
                    static r => r.GetInt32(0),
                    cancel,
                    new NpgsqlParameter<string[]> { TypedValue = objects, NpgsqlDbType = NpgsqlDbType.Array | NpgsqlDbType.Text }
                )
                .ConfigureAwait(false);
        }
        catch (Exception e) when (e is NpgsqlException or InvalidOperationException or TimeoutException) { }
    }
}

using Npgsql;
using NpgsqlTypes;
using PgGitOps.Core.Planning;
using PgGitOps.Providers.Postgres.Connecting;
using PgGitOps.Providers.Postgres.Servers;

namespace PgGitOps.Providers.Postgres.Running;

/// <summary>
/// Ownership written down before an effect that cannot share a transaction with it: CREATE DATABASE, and everything
/// inside other databases. Killed between the two, we own an object that does not exist, which the next run creates or
/// forgets; the other way round an object of ours would be nobody's and could never be removed again.
/// </summary>
internal sealed class IntentRecord(StepContext context, WorkSessions sessions, string[] objects)
{
    // The share lock makes a newcomer wait with its own token until this statement has ended.
    private const string Write = """
        with held as materialized (select from pggitops.writer where token = $1 for share),
        made as (insert into pggitops.inventory (object, commit) select o, $2 from unnest($3) o, held on conflict (object) do nothing returning object)
        select (select count(*)::int from held), (select coalesce(array_agg(object), '{}') from made)
        """;

    private const string Delete = "delete from pggitops.inventory where object = any ($1)";

    public string? Problem { get; private init; }

    /// <summary>Null where the step creates nothing, or there is no primary yet that could record it.</summary>
    public static async Task<IntentRecord?> WriteAsync(
        StepContext context,
        WorkSessions sessions,
        Step step,
        CancellationToken cancel
    )
    {
        if (step.Creates.Count == 0 || context.At.Lease.Primary is null)
            return null;
        try
        {
            var (connection, reason) = await ConnectAsync(context, sessions, cancel);
            if (connection is null)
                return new IntentRecord(context, sessions, []) { Problem = NotRecorded(reason!) };
            await using var command = new NpgsqlCommand(Write, connection)
            {
                CommandTimeout = 10,
                Parameters =
                {
                    new NpgsqlParameter<long> { TypedValue = context.At.Lease.FencingToken },
                    new NpgsqlParameter<string> { TypedValue = context.Commit },
                    Texts([.. step.Creates.Select(c => c.ToString())]),
                },
            };
            await using var row = await command.ExecuteReaderAsync(cancel);
            await row.ReadAsync(cancel);
            return new IntentRecord(context, sessions, row.GetFieldValue<string[]>(1))
            {
                Problem = row.GetInt32(0) == 1 ? null : "another writer took over",
            };
        }
        catch (Exception e) when (e is NpgsqlException or InvalidOperationException or TimeoutException)
        {
            return new IntentRecord(context, sessions, [])
            {
                Problem = NotRecorded((e as PostgresException)?.MessageText ?? e.Message),
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
            var (connection, _) = await ConnectAsync(context, sessions, cancel);
            if (connection is null)
                return;
            await using var command = new NpgsqlCommand(Delete, connection)
            {
                CommandTimeout = 10,
                Parameters = { Texts(objects) },
            };
            await command.ExecuteNonQueryAsync(cancel);
        }
        catch (Exception e) when (e is NpgsqlException or InvalidOperationException or TimeoutException) { }
    }

    private static Task<(NpgsqlConnection? Connection, string? Reason)> ConnectAsync(
        StepContext context,
        WorkSessions sessions,
        CancellationToken cancel
    ) => sessions.ConnectAsync(context.MemberNamed(context.At.Lease.Primary!), ServerTarget.MaintenanceDatabase, cancel);

    private static NpgsqlParameter<string[]> Texts(string[] texts) =>
        new NpgsqlParameter<string[]> { TypedValue = texts, NpgsqlDbType = NpgsqlDbType.Array | NpgsqlDbType.Text };

    private static string NotRecorded(string why) => $"the ownership of what the step creates could not be recorded: {why}";
}

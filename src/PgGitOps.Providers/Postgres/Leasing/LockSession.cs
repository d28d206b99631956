using System.Data;
using Npgsql;
using PgGitOps.Core.Desired;
using PgGitOps.Core.Observed;
using PgGitOps.Providers.Postgres.Recording;

namespace PgGitOps.Providers.Postgres.Leasing;

/// <summary>The session on the primary that holds the cluster's writer lock and knows its fencing token.</summary>
internal sealed class LockSession : IAsyncDisposable
{
    private static readonly TimeSpan AnswerTimeout = TimeSpan.FromSeconds(10);

    private static readonly TimeSpan ReleaseLimit = TimeSpan.FromSeconds(2);

    private readonly NpgsqlConnection connection;

    // One connection answers one question at a time, whoever asks.
    private readonly SemaphoreSlim turn = new(1, 1);

    public LockSession(NpgsqlConnection connection, Member primary, long token)
    {
        this.connection = connection;
        Primary = primary;
        Token = token;
    }

    public Member Primary { get; }

    public long Token { get; }

    /// <summary>Why this writer may write no more, or null while it may.</summary>
    public async Task<string?> WhyLostAsync(CancellationToken cancel)
    {
        try
        {
            var (token, holder) = await AskAsync(
                "select token, holder from pggitops.writer",
                static r => (r.GetInt64(0), r.IsDBNull(1) ? null : r.GetString(1)),
                cancel
            );
            return token == Token
                ? null
                : $"another writer took over: {holder ?? "unnamed"} holds token {token}, ours is {Token}";
        }
        catch (Exception e)
            when (e is NpgsqlException or InvalidOperationException or TimeoutException
                || (e is OperationCanceledException && !cancel.IsCancellationRequested)
            )
        {
            return $"the session that held the writer's lock has ended: {(e as PostgresException)?.MessageText ?? e.Message}";
        }
    }

    /// <summary>What the record says of a suspension, by the session that holds the lock.</summary>
    public async Task<Suspension?> SuspensionAsync(CancellationToken cancel) =>
        await AskAsync(
            "select s.reason, s.owner, s.since, s.expires from (values (true)) one(row) left join pggitops.suspension s on true",
            static r => r.IsDBNull(0) ? null : RecordedSuspension.Read(r, 0),
            cancel
        );

    /// <summary>First row of a query's answer.</summary>
    public async Task<T> AskAsync<T>(
        string sql,
        Func<NpgsqlDataReader, T> read,
        CancellationToken cancel,
        params NpgsqlParameter[] parameters
    )
    {
        using var batch = new NpgsqlBatch();
        var command = new NpgsqlBatchCommand(sql);
        command.Parameters.AddRange(parameters);
        batch.BatchCommands.Add(command);
        return await AskAsync(batch, read, cancel);
    }

    public async Task<T> AskAsync<T>(NpgsqlBatch batch, Func<NpgsqlDataReader, T> read, CancellationToken cancel)
    {
        using var deadline = CancellationTokenSource.CreateLinkedTokenSource(cancel);
        deadline.CancelAfter(AnswerTimeout);
        await turn.WaitAsync(deadline.Token);
        try
        {
            if (connection.FullState != ConnectionState.Open)
                throw new InvalidOperationException("the connection is closed");
            batch.Connection = connection;
            batch.Timeout = (int)AnswerTimeout.TotalSeconds;
            await using var reader = await batch.ExecuteReaderAsync(deadline.Token);
            while (reader.FieldCount == 0 && await reader.NextResultAsync(deadline.Token)) { }
            if (!await reader.ReadAsync(deadline.Token))
                throw new InvalidOperationException("the answer holds no row");
            return read(reader);
        }
        finally
        {
            turn.Release();
        }
    }

    public async ValueTask DisposeAsync()
    {
        // The server notices a closed connection a moment later; whoever writes next need not find the lock still held.
        using var limit = new CancellationTokenSource(ReleaseLimit);
        try
        {
            await AskAsync("select true from pg_advisory_unlock_all()", static r => r.GetBoolean(0), limit.Token);
        }
        catch (Exception e)
            when (e is NpgsqlException or InvalidOperationException or TimeoutException or OperationCanceledException)
        {
            // The end of the session releases the lock in any case.
        }
        await connection.DisposeAsync();
        turn.Dispose();
    }
}

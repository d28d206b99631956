using Npgsql;

namespace PgGitOps.Providers.Postgres.Recording;

/// <summary>Makes the record schema where it is missing.</summary>
internal static class ClusterRecordSchema
{
    public static async Task EnsureAsync(NpgsqlConnection connection, CancellationToken cancel)
    {
        await using var ask = new NpgsqlCommand(RecordSchema.IsMissing, connection) { CommandTimeout = 10 };
        if (await ask.ExecuteScalarAsync(cancel) is not true)
            return;
        await using var transaction = await connection.BeginTransactionAsync(cancel);
        await using var batch = new NpgsqlBatch(connection, transaction) { Timeout = 30 };
        batch.BatchCommands.Add(
            new NpgsqlBatchCommand("select pg_advisory_xact_lock($1, $2)")
            {
                Parameters =
                {
                    new NpgsqlParameter<int> { TypedValue = RecordSchema.LockClass },
                    new NpgsqlParameter<int> { TypedValue = RecordSchema.SchemaLock },
                },
            }
        );
        foreach (var statement in RecordSchema.Statements)
            batch.BatchCommands.Add(new NpgsqlBatchCommand(statement));
        await batch.ExecuteNonQueryAsync(cancel);
        await transaction.CommitAsync(cancel);
    }
}

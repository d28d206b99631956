using Npgsql;
using NpgsqlTypes;
using PgGitOps.Core.Facets;
using PgGitOps.Core.Planning;
using PgGitOps.Core.Planning.Sql;

namespace PgGitOps.Providers.Postgres.Recording;

/// <summary>What steps leave in inventory and applied values.</summary>
internal sealed record StepRecord(ObjectPath[] Made, ObjectPath[] Removed, FacetKey[] Forgotten, FacetState[] Applied)
{
    public bool IsEmpty => Made.Length + Removed.Length + Forgotten.Length + Applied.Length == 0;

    /// <summary>Of steps in the order they were done: the last word on an object or a value counts.</summary>
    public static StepRecord Of(IEnumerable<Step> steps)
    {
        var objects = new SortedDictionary<ObjectPath, bool>();
        var values = new SortedDictionary<FacetKey, FacetValue?>();
        foreach (var step in steps)
        {
            foreach (var made in step.Creates)
                objects[made] = true;
            foreach (var removed in step.Removes)
                objects[removed] = false;
            foreach (var effect in step.Effects)
                values[effect.Key] = effect.Value;
        }
        return new StepRecord(
            [.. objects.Where(o => o.Value).Select(o => o.Key)],
            [.. objects.Where(o => !o.Value).Select(o => o.Key)],
            [.. values.Where(v => v.Value is null).Select(v => v.Key)],
            [.. values.Where(v => v.Value is not null).Select(v => new FacetState(v.Key, v.Value))]
        );
    }

    /// <summary>One statement, so one transaction and one round trip. Returns the number of rows that still carry our token: 1, or 0 for a writer that was replaced.</summary>
    /// <remarks>
    /// The share lock makes a newcomer wait with its own token until this transaction has ended. A value that was found so,
    /// and is only put back to what it was, stays one that was found.
    /// </remarks>
    private const string Sql = """
        with held as materialized (select token from pggitops.writer where token = $1 for share),
        made as (insert into pggitops.inventory (object, commit)
            select o, $2 from unnest($3) o, held on conflict (object) do nothing),
        unmade as (delete from pggitops.inventory i using held where i.object = any ($4)),
        forgotten as (delete from pggitops.applied a using held
            where (exists (select from unnest($5, $6) f (object, field) where (f.object, f.field) = (a.object, a.field))
                or exists (select from unnest($4) r where a.object = r or starts_with(a.object, r || '/')))
              and not exists (select from unnest($7, $8) k (object, field) where (k.object, k.field) = (a.object, a.field))),
        kept as (insert into pggitops.applied (object, field, value, commit)
            select o, f, v, $2 from unnest($7, $8, $9) k (o, f, v), held
            on conflict (object, field) do update set value = excluded.value, commit = excluded.commit, at = now(),
                adopted = applied.adopted and applied.value = excluded.value)
        select count(*)::int from held
        """;

    public NpgsqlBatchCommand ToCommand(long token, string commit)
    {
        var command = new NpgsqlBatchCommand(Sql);
        command.Parameters.Add(new NpgsqlParameter<long> { TypedValue = token });
        command.Parameters.Add(new NpgsqlParameter<string> { TypedValue = commit });
        foreach (
            var texts in (string[][])
                [
                    [.. Made.Select(m => m.ToString())],
                    [.. Removed.Select(r => r.ToString())],
                    [.. Forgotten.Select(f => f.Object.ToString())],
                    [.. Forgotten.Select(f => f.Field.ToString())],
                    [.. Applied.Select(a => a.Key.Object.ToString())],
                    [.. Applied.Select(a => a.Key.Field.ToString())],
                    [.. Applied.Select(a => a.Value!.Canonical)],
                ]
        )
            command.Parameters.Add(
                new NpgsqlParameter<string[]> { TypedValue = texts, NpgsqlDbType = NpgsqlDbType.Array | NpgsqlDbType.Text }
            );
        return command;
    }

    /// <returns>False where another writer took over: then nothing was written, and the transaction is to be rolled back.</returns>
    public async Task<bool> WriteAsync(
        NpgsqlConnection connection,
        NpgsqlTransaction transaction,
        long token,
        string commit,
        CancellationToken cancel
    )
    {
        await using var batch = new NpgsqlBatch(connection, transaction) { Timeout = 30 };
        batch.BatchCommands.Add(ToCommand(token, commit));
        return await batch.ExecuteScalarAsync(cancel) is 1;
    }

    /// <summary>The same as texts with literals, for a server that nobody else can reach yet.</summary>
    public IEnumerable<string> ToStatements(string commit)
    {
        foreach (var made in Made)
            yield return $"insert into pggitops.inventory (object, commit) values ({SqlLiteral.Quote(made.ToString())}, {SqlLiteral.Quote(commit)})";
        foreach (var applied in Applied)
            yield return $"insert into pggitops.applied (object, field, value, commit) values ({SqlLiteral.Quote(applied.Key.Object.ToString())}, {SqlLiteral.Quote(applied.Key.Field.ToString())}, {SqlLiteral.Quote(applied.Value!.Canonical)}, {SqlLiteral.Quote(commit)})";
    }
}

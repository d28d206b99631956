using Npgsql;
using NpgsqlTypes;
using PgGitOps.Core.Planning;

namespace PgGitOps.Providers.Postgres.Recording;

/// <summary>What was found as declared, for the applied values.</summary>
internal static class FoundRecord
{
    /// <summary>As in <see cref="StepRecord"/>: one statement, and the number of rows that still carry our token.</summary>
    private const string Sql = """
        with held as materialized (select token from pggitops.writer where token = $1 for share),
        kept as (insert into pggitops.applied (object, field, value, commit, adopted)
            select o, f, v, $2, true from unnest($3, $4, $5) k (o, f, v), held
            on conflict (object, field) do update set value = excluded.value, commit = excluded.commit, at = now(), adopted = true
            where applied.value <> excluded.value)
        select count(*)::int from held
        """;

    public static NpgsqlBatchCommand ToCommand(IReadOnlyCollection<FacetState> found, long token, string commit)
    {
        var command = new NpgsqlBatchCommand(Sql);
        command.Parameters.Add(new NpgsqlParameter<long> { TypedValue = token });
        command.Parameters.Add(new NpgsqlParameter<string> { TypedValue = commit });
        foreach (
            var texts in (string[][])
                [
                    [.. found.Select(f => f.Key.Object.ToString())],
                    [.. found.Select(f => f.Key.Field.ToString())],
                    [.. found.Select(f => f.Value!.Canonical)],
                ]
        )
            command.Parameters.Add(
                new NpgsqlParameter<string[]> { TypedValue = texts, NpgsqlDbType = NpgsqlDbType.Array | NpgsqlDbType.Text }
            );
        return command;
    }
}

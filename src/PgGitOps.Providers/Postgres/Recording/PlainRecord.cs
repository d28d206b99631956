using System.Text.Json.Nodes;
using Npgsql;
using NpgsqlTypes;
using PgGitOps.Core.Facets;
using PgGitOps.Core.Settings;

namespace PgGitOps.Providers.Postgres.Recording;

/// <summary>Values of settings that may hold secrets, which earlier versions recorded as they were.</summary>
internal sealed record PlainRecord(IReadOnlyList<(string Object, string Field, string Digest)> Rows)
{
    /// <summary>One row: recorded values of settings, and the names of those on this server that are no text.</summary>
    public const string Query = """
        select (select coalesce(json_agg(json_build_array(object, field, value)), '[]') from pggitops.applied where object ~ '/(parameter|setting)/')::text,
               (select coalesce(json_agg(name), '[]') from pg_settings where vartype <> 'string' and name like '%.%')::text
        """;

    private const string Sql = """
        with held as materialized (select token from pggitops.writer where token = $1 for share),
        hidden as (update pggitops.applied a set value = n.v from unnest($2, $3, $4) n (o, f, v), held where a.object = n.o and a.field = n.f)
        select count(*)::int from held
        """;

    public static PlainRecord Read(NpgsqlDataReader row)
    {
        var typed = Texts(JsonNode.Parse(row.GetString(1))!).ToHashSet(StringComparer.OrdinalIgnoreCase);
        List<(string, string, string)> rows = [];
        foreach (var entry in JsonNode.Parse(row.GetString(0))!.AsArray())
        {
            if (
                Texts(entry!) is not [var path, var field, var value]
                || ObjectPath.Parse(path).ParameterName is not { } name
                || typed.Contains(name)
            )
                continue;
            var digest = SecretSettings.Redact(name, null, value);
            if (digest != value)
                rows.Add((path, field, digest));
        }
        return new PlainRecord(rows);
    }

    public NpgsqlBatchCommand ToCommand(long token)
    {
        var command = new NpgsqlBatchCommand(Sql);
        command.Parameters.Add(new NpgsqlParameter<long> { TypedValue = token });
        foreach (
            var texts in (string[][])
                [
                    [.. Rows.Select(r => r.Object)],
                    [.. Rows.Select(r => r.Field)],
                    [.. Rows.Select(r => r.Digest)],
                ]
        )
            command.Parameters.Add(
                new NpgsqlParameter<string[]> { TypedValue = texts, NpgsqlDbType = NpgsqlDbType.Array | NpgsqlDbType.Text }
            );
        return command;
    }

    private static string[] Texts(JsonNode list) => [.. list.AsArray().Select(n => n!.GetValue<string>())];
}

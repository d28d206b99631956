using Npgsql;
using PgGitOps.Core.Observed;
using PgGitOps.Core.Sources;

namespace PgGitOps.Providers.Postgres.Observing;

/// <summary>A statement on one database whose rows one kind of object reads for itself.</summary>
/// <param name="Sql">By the server's major version, and whether all of the database is asked for, as an import does. Every column is text; a null is read as the empty text.</param>
internal sealed record CatalogStatement(string Name, Func<int, bool, string> Sql);

/// <summary>The statements of kinds that bring their own: read with everything else of a database, in the same round trip.</summary>
internal static class CatalogStatements
{
    private static readonly CatalogStatement[] All =
    [
        new("publications", static (major, _) => Publications(major)),
        new(UnmanagedStatements.Name, UnmanagedStatements.Of),
    ];

    internal static IEnumerable<NpgsqlBatchCommand> Commands(int major, bool all) =>
        All.Select(s => new NpgsqlBatchCommand(s.Sql(major, all)));

    // Versions before 15 know neither schemas nor lists of columns nor row filters.
    private static string Publications(int major) =>
        $"""
            select p.pubname::text, pg_get_userbyid(p.pubowner)::text, p.puballtables::text,
                   concat_ws(',', case when p.pubinsert then 'insert' end, case when p.pubupdate then 'update' end,
                                  case when p.pubdelete then 'delete' end, case when p.pubtruncate then 'truncate' end),
                   p.pubviaroot::text,
                   (select coalesce(json_agg(json_build_object('schema', n.nspname, 'table', c.relname,
                               'columns', {(
                major < 15
                    ? "null"
                    : "(select json_agg(a.attname order by a.attnum) from pg_attribute a where a.attrelid = r.prrelid and a.attnum = any (r.prattrs))"
            )},
                               'filtered', {(
                major < 15 ? "false" : "r.prqual is not null"
            )}) order by n.nspname, c.relname), '[]')
                      from pg_publication_rel r join pg_class c on c.oid = r.prrelid join pg_namespace n on n.oid = c.relnamespace
                     where r.prpubid = p.oid)::text,
                   {(
                major < 15
                    ? "'[]'"
                    : "(select coalesce(json_agg(n.nspname order by n.nspname), '[]') from pg_publication_namespace s join pg_namespace n on n.oid = s.pnnspid where s.pnpubid = p.oid)::text"
            )}
              from pg_publication p
            """;

    /// <summary>Reads the results of <see cref="Commands"/>, the first of which the reader stands at.</summary>
    internal static async Task<EquatableArray<CatalogRow>> ReadAsync(NpgsqlDataReader reader)
    {
        List<CatalogRow> rows = [];
        foreach (var statement in All)
        {
            while (await reader.ReadAsync())
                rows.Add(
                    new CatalogRow(
                        statement.Name,
                        Enumerable.Range(0, reader.FieldCount).Select(i => reader.Text(i) ?? "").ToEquatableArray()
                    )
                );
            await reader.NextResultAsync();
        }
        return rows.OrderBy(r => r.Catalog, StringComparer.Ordinal)
            .ThenBy(r => string.Join('\0', r.Columns), StringComparer.Ordinal)
            .ToEquatableArray();
    }
}

using Npgsql;
using PgGitOps.Core.Observed;
using PgGitOps.Core.Sources;

namespace PgGitOps.Providers.Postgres.Observing;

/// <summary>A statement on one database whose rows one kind of object reads for itself.</summary>
/// <param name="Sql">By the server's major version. Every column is text; a null is read as the empty text.</param>
internal sealed record CatalogStatement(string Name, Func<int, string> Sql);

/// <summary>The statements of kinds that bring their own: read with everything else of a database, in the same round trip.</summary>
internal static class CatalogStatements
{
    private static readonly CatalogStatement[] All = [];

    internal static IEnumerable<NpgsqlBatchCommand> Commands(int major) => All.Select(s => new NpgsqlBatchCommand(s.Sql(major)));

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

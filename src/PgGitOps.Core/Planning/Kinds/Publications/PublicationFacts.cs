using System.Text.Json;
using System.Text.Json.Serialization;
using PgGitOps.Core.Facets;
using PgGitOps.Core.Observed;
using PgGitOps.Core.Planning.Sql;
using PgGitOps.Core.Sources;

namespace PgGitOps.Core.Planning.Kinds.Publications;

/// <summary>A publication as its catalog row tells it.</summary>
/// <param name="Operations">Of insert, update, delete, truncate; ordered.</param>
internal sealed record PublicationFacts(
    string Name,
    string Owner,
    bool AllTables,
    EquatableArray<string> Operations,
    bool ViaPartitionRoot,
    EquatableArray<PublishedTableFact> Tables,
    EquatableArray<string> Schemas
)
{
    internal const string Catalog = "publications";

    /// <summary>Some rows are held back, which no document can say.</summary>
    internal bool HasRowFilter => Tables.Any(t => t.HasRowFilter);

    internal static IEnumerable<PublicationFacts> In(IEnumerable<CatalogRow> rows) =>
        rows.Where(r => r.Catalog == Catalog).Select(r => Read(r.Columns));

    private static PublicationFacts Read(EquatableArray<string> columns) =>
        new(
            columns[0],
            columns[1],
            columns[2] == "true",
            columns[3].Split(',', StringSplitOptions.RemoveEmptyEntries).Order(StringComparer.Ordinal).ToEquatableArray(),
            columns[4] == "true",
            JsonSerializer
                .Deserialize(columns[5], PublicationJson.Default.PublishedTableRowArray)!
                .Select(t => new PublishedTableFact(t.Schema, t.Table, (t.Columns ?? []).ToEquatableArray(), t.Filtered))
                .ToEquatableArray(),
            JsonSerializer.Deserialize(columns[6], PublicationJson.Default.StringArray)!.ToEquatableArray()
        );
}

/// <summary>A table of a publication as the server writes it.</summary>
/// <param name="Columns">Null for all.</param>
internal sealed record PublishedTableRow(string Schema, string Table, string[]? Columns, bool Filtered);

[JsonSerializable(typeof(PublishedTableRow[]))]
[JsonSerializable(typeof(string[]))]
[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase,
    RespectNullableAnnotations = true,
    RespectRequiredConstructorParameters = true
)]
internal sealed partial class PublicationJson : JsonSerializerContext;

/// <param name="Columns">None for all columns, also of those that are added later.</param>
internal sealed record PublishedTableFact(string Schema, string Table, EquatableArray<string> Columns, bool HasRowFilter);

/// <summary>What publications hold, as facets: SQL that names it is its canonical form, for it spells one list in one way.</summary>
internal static class PublicationValues
{
    internal static readonly Field AllTables = Field.OfKind("allTables");
    internal static readonly Field Tables = Field.OfKind("tables");
    internal static readonly Field Schemas = Field.OfKind("schemas");
    internal static readonly Field Operations = Field.OfKind("operations");
    internal static readonly Field ViaPartitionRoot = Field.OfKind("viaPartitionRoot");

    internal static FacetValue OfTables(IEnumerable<(string Schema, string Table, EquatableArray<string> Columns)> tables) =>
        List(
            tables.Select(t =>
                (
                    Sql: SqlIdentifier.Quote(t.Schema, t.Table)
                        + (
                            t.Columns.Count == 0
                                ? ""
                                : $" ({string.Join(", ", t.Columns.Order(StringComparer.Ordinal).Select(c => SqlIdentifier.Quote(c)))})"
                        ),
                    Words: $"{t.Schema}.{t.Table}"
                        + (t.Columns.Count == 0 ? "" : $" ({string.Join(", ", t.Columns.Order(StringComparer.Ordinal))})")
                )
            )
        );

    internal static FacetValue OfSchemas(IEnumerable<string> schemas) =>
        List(schemas.Select(s => (Sql: SqlIdentifier.Quote(s), Words: s)));

    internal static FacetValue OfOperations(IEnumerable<string> operations) =>
        List(operations.Distinct(StringComparer.Ordinal).Select(o => (o, o)));

    private static FacetValue List(IEnumerable<(string Sql, string Words)> parts)
    {
        var ordered = parts.OrderBy(p => p.Sql, StringComparer.Ordinal).ToArray();
        var sql = string.Join(", ", ordered.Select(p => p.Sql));
        return new FacetValue(sql, sql, ordered.Length == 0 ? "(none)" : string.Join(", ", ordered.Select(p => p.Words)));
    }
}

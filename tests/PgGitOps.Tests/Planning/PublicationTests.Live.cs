using System.Text.Json;
using PgGitOps.Core.Observed;

namespace PgGitOps.Tests.Planning;

public partial class PublicationTests
{
    /// <summary>A row of the catalog, as the observer's statement shows it.</summary>
    private sealed record Live(string Name)
    {
        public string Owner { get; init; } = "postgres";
        public bool AllTables { get; init; }
        public string Operations { get; init; } = "insert,update,delete,truncate";
        public bool ViaPartitionRoot { get; init; }
        public LiveTable[] Tables { get; init; } = [];
        public string[] Schemas { get; init; } = [];

        public CatalogRow Row =>
            new(
                "publications",
                [
                    Name,
                    Owner,
                    AllTables ? "true" : "false",
                    Operations,
                    ViaPartitionRoot ? "true" : "false",
                    JsonSerializer.Serialize(
                        Tables.Select(t => new
                        {
                            schema = t.Schema,
                            table = t.Table,
                            columns = t.Columns.Length == 0 ? null : t.Columns,
                            filtered = t.Filtered,
                        })
                    ),
                    JsonSerializer.Serialize(Schemas),
                ]
            );
    }

    private sealed record LiveTable(string Schema, string Table, params string[] Columns)
    {
        public bool Filtered { get; init; }
    }
}

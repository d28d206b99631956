using PgGitOps.Core.Importing;

namespace PgGitOps.Core.Planning.Kinds.Publications;

internal static class ImportedPublications
{
    internal static void Write(ImportedDatabase database) =>
        database.Yaml.Under(
            "  publications",
            () =>
            {
                foreach (var publication in PublicationFacts.In(database.Contents.Catalog))
                {
                    if (WhyNot(publication) is { } why)
                        database.Yaml.LeftOut($"  publication {publication.Name}, which {why}");
                    else
                        database.Yaml.Line("  - " + YamlText.Flow(Fields(database, publication)));
                }
            }
        );

    private static string? WhyNot(PublicationFacts publication)
    {
        var schemas = publication.Schemas.Concat(publication.Tables.Select(t => t.Schema)).ToArray();
        var names = schemas.Append(publication.Name).Concat(publication.Tables.SelectMany(t => t.Columns.Prepend(t.Table)));
        return publication.HasRowFilter ? "has row filters"
            : !publication.AllTables && schemas.Length == 0 ? "publishes nothing"
            : schemas.Contains("pggitops") ? "publishes what this engine keeps of the cluster"
            : names.Any(n => n.Any(char.IsControl)) ? "has control characters in a name"
            : null;
    }

    private static IEnumerable<(string, string?)> Fields(ImportedDatabase database, PublicationFacts publication)
    {
        yield return ("name", YamlText.Scalar(publication.Name));
        yield return ("owner", database.IsDeclared(publication.Owner) ? YamlText.Scalar(publication.Owner) : null);
        yield return ("allTables", publication.AllTables ? "true" : null);
        yield return (
            "tables",
            publication.AllTables || publication.Tables.Count == 0
                ? null
                : $"[ {string.Join(", ", publication.Tables.Select(Table))} ]"
        );
        yield return ("schemas", publication.Schemas.Count == 0 ? null : YamlText.FlowList(publication.Schemas));
        yield return ("operations", publication.Operations.Count == 0 ? null : YamlText.FlowList(publication.Operations));
        yield return ("viaPartitionRoot", publication.ViaPartitionRoot ? "true" : "false");
    }

    private static string Table(PublishedTableFact table) =>
        YamlText.Flow([
            ("schema", YamlText.Scalar(table.Schema)),
            ("table", YamlText.Scalar(table.Table)),
            ("columns", table.Columns.Count == 0 ? null : YamlText.FlowList(table.Columns)),
        ]);
}

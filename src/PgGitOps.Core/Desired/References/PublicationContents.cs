using PgGitOps.Core.Sources;

namespace PgGitOps.Core.Desired.References;

/// <summary>Publications name roles, schemas and tables that can be published together.</summary>
internal sealed class PublicationContents : IClusterCheck
{
    public void Check(PlacedCluster placed, List<Diagnostic> findings)
    {
        foreach (var database in placed.Cluster.Databases.Where(d => d.Publications.Count > 0))
        {
            var roles = placed.Cluster.Roles.Select(r => r.Name).ToHashSet(StringComparer.Ordinal);
            Names.FindRepeated("publication", database.Publications.Select(p => (p.Name, p.At)), findings);
            foreach (var publication in database.Publications)
            {
                Names.FindTooLong(publication.Name, publication.At, findings);
                if (publication.Owner is { } owner && !RoleNames.IsKnown(placed, roles, owner.Value))
                    findings.Add(Names.Unknown(ReferenceRules.UnknownRole, "role", owner, roles, "in the cluster"));
                foreach (
                    var schema in publication
                        .Schemas.Concat(publication.Tables.Select(t => t.Schema))
                        .Where(s => !DatabaseNames.HasSchema(database, s.Value))
                )
                    findings.Add(DatabaseNames.UnknownSchema(database, schema.Value, schema.Span));
                foreach (var tables in publication.Tables.GroupBy(t => t.Schema.Value, StringComparer.Ordinal))
                    Names.FindRepeated("table", tables.Select(t => (t.Table, t.At)), findings);
                foreach (var table in publication.Tables)
                {
                    foreach (var name in table.Columns.Prepend(table.Table))
                        Names.FindTooLong(name, table.At, findings);
                }
                FindMisfit(publication, findings);
            }
        }
    }

    private static void FindMisfit(Publication publication, List<Diagnostic> findings)
    {
        var isListed = publication.Tables.Count + publication.Schemas.Count > 0;
        if (publication.AllTables && isListed)
            findings.Add(
                ReferenceRules.PublicationContents.At(
                    publication.At,
                    $"publication '{publication.Name}' is of all tables, and lists some",
                    "leave out allTables, or the lists"
                )
            );
        else if (!publication.AllTables && !isListed)
            findings.Add(
                ReferenceRules.PublicationContents.At(
                    publication.At,
                    $"publication '{publication.Name}' publishes nothing",
                    "give it tables, schemas or allTables: true"
                )
            );
        if (publication.Schemas.Count > 0 && publication.Tables.FirstOrDefault(t => t.Columns.Count > 0) is { } listed)
            findings.Add(
                ReferenceRules.PublicationContents.At(
                    listed.At,
                    $"publication '{publication.Name}' lists columns of a table beside whole schemas",
                    "publish the table in a publication of its own"
                )
            );
    }
}

using PgGitOps.Core.Desired;
using PgGitOps.Core.Facets;
using PgGitOps.Core.Observed;
using PgGitOps.Core.Ownership;
using PgGitOps.Core.Planning.Checking;
using PgGitOps.Core.Planning.Live;
using PgGitOps.Core.Planning.Sql;

namespace PgGitOps.Core.Planning.Kinds.Publications;

/// <summary>What logical replication gives away of a database: tables, schemas or everything.</summary>
/// <remarks>Row filters cannot be declared; what has one is left alone, for to write its list of tables without them would give away the rows that they hold back.</remarks>
internal sealed class PublicationKind : ObjectKind<PublicationPath>
{
    internal override int Rank => 115;

    internal override KindWords Words { get; } = new("publication", Field.Exists);

    internal override IReadOnlyList<Field> Fields { get; } =
    [
        Field.Exists,
        Field.Owner,
        PublicationValues.AllTables,
        PublicationValues.Tables,
        PublicationValues.Schemas,
        PublicationValues.Operations,
        PublicationValues.ViaPartitionRoot,
        Field.Undeclared,
    ];

    // It holds no rows of its own.
    internal override Recreation Recreation => Recreation.Free;

    internal override Drafting Drafting { get; } = new Drafting.InDatabase(DraftStage.Contents, PublicationSteps.Draft);

    internal override Import Import { get; } =
        new Import.InDatabase(60, ImportedPublications.Write, c => PublicationFacts.In(c.Catalog).Any());

    internal override OwnerRule WrittenBy { get; } = OwnerRule.Engine;

    internal override void Declare(DesiredDraft desired)
    {
        foreach (var database in desired.Databases)
        {
            foreach (var publication in database.Publications)
            {
                var path = new PublicationPath(database.Name, publication.Name);
                if (NamesFit(desired, publication, path) && Fits(desired, publication, path))
                    Declare(desired, path, publication);
            }
        }
    }

    internal override IEnumerable<(ObjectPath Path, Field Field)> ReadBeside(LiveReader live, Cluster cluster, string? primary) =>
        [];

    internal override IEnumerable<(ObjectPath Path, string Owner)> OwningRoles(ClusterSnapshot snapshot, ServerFacts? primary) =>
        snapshot.Databases.SelectMany(d =>
            d.Contents is Observation<DatabaseFacts>.Seen { Value: var contents }
                ? PublicationFacts.In(contents.Catalog).Select(p => ((ObjectPath)new PublicationPath(d.Name, p.Name), p.Owner))
                : []
        );

    internal override bool IsTakenBack(Field field) => false;

    internal override IEnumerable<Danger> Dangers(DangerScope seen)
    {
        foreach (var (database, contents) in seen.Databases)
        {
            foreach (var publication in PublicationFacts.In(contents.Catalog))
            {
                var path = new PublicationPath(database, publication.Name);
                if (seen.IsDeclared(path, Field.Exists) || (!publication.AllTables && publication.Schemas.Count == 0))
                    continue;
                yield return new Danger(
                    path,
                    Field.Undeclared,
                    publication.AllTables
                        ? "for all tables"
                        : $"for all tables in schema {string.Join(", ", publication.Schemas)}",
                    "whoever subscribes gets every row, and those of tables that are made later"
                );
            }
        }
    }

    internal override ObjectPath? ReadPath(ObjectPathText.Inner text) =>
        text is { Parent: ObjectPath.Database database, Kind: PublicationPath.Kind }
            ? new PublicationPath(database.Name, text.Name)
            : null;

    protected override Reading Read(LiveReader live, PublicationPath path, Field field, FacetValue? wanted)
    {
        if (live.Contents(path.Database, out var otherwise) is not { } contents)
            return otherwise;
        if (PublicationFacts.In(contents.Rows(PublicationFacts.Catalog)).FirstOrDefault(p => p.Name == path.Name) is not { } seen)
            return Reading.Absent;
        if (field == Field.Exists)
            return CanonicalForm.Exists;
        if (field == Field.Owner)
            return FacetValue.Of(seen.Owner);
        if (field == PublicationValues.AllTables)
            return CanonicalForm.Bool(seen.AllTables);
        if (field == PublicationValues.Operations)
            return PublicationValues.OfOperations(seen.Operations);
        if (field == PublicationValues.ViaPartitionRoot)
            return CanonicalForm.Bool(seen.ViaPartitionRoot);
        // One statement sets tables and schemas, so that neither is set where the filters would go with it.
        if (seen.HasRowFilter)
            return new Reading(
                null,
                $"publication {path.Database}.{path.Name} has row filters, which documents cannot declare: its tables and schemas are left alone"
            );
        if (field == PublicationValues.Schemas)
            return PublicationValues.OfSchemas(seen.Schemas);
        return field == PublicationValues.Tables
            ? PublicationValues.OfTables(seen.Tables.Select(t => (t.Schema, t.Table, t.Columns)))
            : throw new InvalidOperationException($"A publication has no field {field}.");
    }

    protected override Fresh? Fresh(Made made, PublicationPath path, DesiredFacet facet) => null;

    protected override Removal Remove(PlanDraft draft, PublicationPath path) =>
        new Removal.Statement(
            0,
            $"DROP PUBLICATION {SqlIdentifier.Quote(path.Name)}",
            $"drop publication {path.Name} from {path.Database}",
            path.Database,
            InTransaction: true,
            new Hazard(HazardKind.AccessLoss, $"subscriptions to {path.Name} fail, and their slots keep WAL")
        );

    private static void Declare(DesiredDraft desired, PublicationPath path, Publication publication)
    {
        var at = publication.At;
        desired.Set(path, Field.Exists, CanonicalForm.Exists, at);
        if (publication.Owner is { } owner)
            desired.Set(path, Field.Owner, FacetValue.Of(owner.Value), owner.Span);
        desired.Set(path, PublicationValues.AllTables, CanonicalForm.Bool(publication.AllTables), at);
        if (!publication.AllTables)
        {
            desired.Set(
                path,
                PublicationValues.Tables,
                PublicationValues.OfTables(publication.Tables.Select(t => (t.Schema.Value, t.Table, t.Columns))),
                at
            );
            // Versions before have no such list, and none is declared for them.
            if (desired.Cluster.PostgresMajor >= 15)
                desired.Set(
                    path,
                    PublicationValues.Schemas,
                    PublicationValues.OfSchemas(publication.Schemas.Select(s => s.Value)),
                    at
                );
        }
        if (publication.Operations.Count > 0)
            desired.Set(path, PublicationValues.Operations, PublicationValues.OfOperations(publication.Operations), at);
        if (publication.ViaPartitionRoot is { } viaRoot)
            desired.Set(path, PublicationValues.ViaPartitionRoot, CanonicalForm.Bool(viaRoot), at);
    }

    private static bool NamesFit(DesiredDraft desired, Publication publication, PublicationPath path) =>
        desired.NameFits(publication.Name, "publication", publication.At, path)
        && publication.Tables.All(t =>
            desired.NameFits(t.Table, "table", t.At, path) && t.Columns.All(c => desired.NameFits(c, "column", t.At, path))
        );

    /// <summary>What the server would refuse is refused before anything is done.</summary>
    private static bool Fits(DesiredDraft desired, Publication publication, PublicationPath path)
    {
        var why =
            desired.Cluster.PostgresMajor < 15
            && (publication.Schemas.Count > 0 || publication.Tables.Any(t => t.Columns.Count > 0))
                ? $"schemas and lists of columns are published from PostgreSQL 15 on, and {desired.Cluster.Name} runs {desired.Cluster.PostgresMajor}"
            : (publication.AllTables || publication.Schemas.Count > 0)
            && publication.Owner is { } owner
            && desired.Cluster.Roles.Any(r => r.Name == owner.Value && !r.Superuser)
                ? $"whoever owns a publication of all tables, or of a schema, has to be a superuser, and {owner.Value} is none"
            : null;
        if (why is null)
            return true;
        desired.Refuse(new Refusal(PlanRule.BadValue, $"Publication {publication.Name}: {why}.", null, publication.At), path);
        return false;
    }
}

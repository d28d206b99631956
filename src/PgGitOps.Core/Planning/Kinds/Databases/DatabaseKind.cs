using PgGitOps.Core.Desired;
using PgGitOps.Core.Facets;
using PgGitOps.Core.Observed;
using PgGitOps.Core.Ownership;
using PgGitOps.Core.Planning.Live;
using PgGitOps.Core.Planning.Sql;

namespace PgGitOps.Core.Planning.Kinds.Databases;

internal sealed class DatabaseKind : ObjectKind<ObjectPath.Database>
{
    internal override int Rank => 80;

    internal override KindWords Words { get; } = new("database", Field.Exists);

    internal override IReadOnlyList<Field> Fields { get; } =
    [Field.Exists, Field.Owner, Field.Encoding, Field.Locale, Field.ConnectionLimit];

    internal override Recreation Recreation => Recreation.ByApproval;

    internal override Drafting Drafting { get; } = new Drafting.InCluster(DraftStage.Databases, DatabaseSteps.Draft);

    internal override Import Import { get; } = new Import.InCluster(ImportedDatabases.Write);

    internal override OwnerRule WrittenBy { get; } = OwnerRule.Engine;

    internal override void Declare(DesiredDraft desired)
    {
        foreach (var database in desired.Cluster.Databases)
        {
            var path = new ObjectPath.Database(database.Name);
            if (!desired.NameFits(database.Name, "database", database.At, path))
                continue;
            desired.Set(path, Field.Exists, CanonicalForm.Exists, database.At);
            if (database.Owner is { } owner)
                desired.Set(path, Field.Owner, FacetValue.Of(owner.Value), owner.Span);
            if (database.Encoding is { } encoding)
                desired.Set(path, Field.Encoding, CanonicalForm.Encoding(encoding), database.At);
            if (database.Locale is { } locale)
                desired.Set(path, Field.Locale, CanonicalForm.Locale(locale), database.At);
            if (database.ConnectionLimit is { } limit)
                desired.Set(path, Field.ConnectionLimit, CanonicalForm.Number(limit), database.At);
        }
    }

    internal override IEnumerable<(ObjectPath Path, Field Field)> ReadBeside(LiveReader live, Cluster cluster, string? primary) =>
        [];

    internal override IEnumerable<(ObjectPath Path, string Owner)> OwningRoles(ClusterSnapshot snapshot, ServerFacts? primary) =>
        (primary?.Databases ?? []).Select(d => ((ObjectPath)new ObjectPath.Database(d.Name), d.Owner));

    internal override IEnumerable<Danger> Dangers(DangerScope seen) => [];

    internal override bool IsTakenBack(Field field) => false;

    protected override Reading Read(LiveReader live, ObjectPath.Database path, Field field, FacetValue? wanted) =>
        live.Database(path.Name, out var otherwise) is { } database ? Read(database, field) : otherwise;

    protected override Fresh? Fresh(Made made, ObjectPath.Database path, DesiredFacet facet) =>
        // What initdb makes.
        made is Made.Server
        && path.Name is "postgres" or "template0" or "template1"
            ? new Fresh(OfInitdb(facet.Key.Field, made.Problem.Environment.Access.User))
            : null;

    protected override Removal Remove(PlanDraft draft, ObjectPath.Database path) =>
        new Removal.Statement(
            2,
            $"DROP DATABASE {SqlIdentifier.Quote(path.Name)}",
            $"drop database {path.Name}",
            "postgres",
            InTransaction: false,
            new Hazard(HazardKind.DataLoss, $"all data of database {path.Name} is gone")
        );

    private static FacetValue Read(DatabaseFact database, Field field)
    {
        if (field == Field.Exists)
            return CanonicalForm.Exists;
        if (field == Field.Owner)
            return FacetValue.Of(database.Owner);
        if (field == Field.Encoding)
            return CanonicalForm.Encoding(database.Encoding);
        if (field == Field.Locale)
            return CanonicalForm.Locale(database.Collate, database.Ctype);
        return field == Field.ConnectionLimit
            ? CanonicalForm.Number(database.ConnectionLimit)
            : throw new InvalidOperationException($"A database has no field {field}.");
    }

    private static FacetValue OfInitdb(Field field, string user)
    {
        if (field == Field.Owner)
            return FacetValue.Of(user);
        if (field == Field.Encoding)
            return CanonicalForm.Encoding("UTF8");
        return field == Field.ConnectionLimit ? FacetValue.Of("-1")
            : field == Field.Locale ? CanonicalForm.Locale("C")
            : CanonicalForm.Exists;
    }
}

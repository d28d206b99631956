using PgGitOps.Core.Desired;
using PgGitOps.Core.Facets;
using PgGitOps.Core.Importing;
using PgGitOps.Core.Observed;
using PgGitOps.Core.Ownership;
using PgGitOps.Core.Planning.Live;
using PgGitOps.Core.Planning.Sql;

namespace PgGitOps.Core.Planning.Kinds.Schemas;

internal sealed class SchemaKind : ObjectKind<ObjectPath.Schema>
{
    internal override int Rank => 100;

    internal override KindWords Words { get; } = new("schema", Field.Exists);

    internal override IReadOnlyList<Field> Fields { get; } = [Field.Exists, Field.Owner];

    internal override Recreation Recreation => Recreation.ByApproval;

    internal override Drafting Drafting { get; } = new Drafting.InDatabase(DraftStage.Contents, SchemaSteps.Draft);

    internal override Import Import { get; } = new Import.InDatabase(30, Write, c => c.Schemas.Any(IsPeoples));

    internal override OwnerRule WrittenBy { get; } = OwnerRule.Engine;

    internal override void Declare(DesiredDraft desired)
    {
        foreach (var database in desired.Databases)
        {
            foreach (var schema in database.Schemas)
            {
                var path = new ObjectPath.Schema(database.Name, schema.Name);
                if (!desired.NameFits(schema.Name, "schema", schema.At, path))
                    continue;
                desired.Set(path, Field.Exists, CanonicalForm.Exists, schema.At);
                if (schema.Owner is { } owner)
                    desired.Set(path, Field.Owner, FacetValue.Of(owner.Value), owner.Span);
            }
        }
    }

    internal override IEnumerable<(ObjectPath Path, Field Field)> ReadBeside(LiveReader live, Cluster cluster, string? primary) =>
        [];

    internal override IEnumerable<(ObjectPath Path, string Owner)> OwningRoles(ClusterSnapshot snapshot, ServerFacts? primary) =>
        snapshot.Databases.SelectMany(d =>
            d.Contents is Observation<DatabaseFacts>.Seen { Value: var contents }
                ? contents.Schemas.Select(s => ((ObjectPath)new ObjectPath.Schema(d.Name, s.Name), s.Owner))
                : []
        );

    internal override IEnumerable<Danger> Dangers(DangerScope seen) => [];

    internal override bool IsTakenBack(Field field) => false;

    protected override Reading Read(LiveReader live, ObjectPath.Schema path, Field field, FacetValue? wanted) =>
        live.Contents(path.Database, out var otherwise) is not { } contents ? otherwise
        : contents.Schema(path.Name) is not { } schema ? null
        : field == Field.Owner ? FacetValue.Of(schema.Owner)
        : CanonicalForm.Exists;

    protected override Fresh? Fresh(Made made, ObjectPath.Schema path, DesiredFacet facet) =>
        made is Made.Contents && path.Name == "public"
            ? new Fresh(facet.Key.Field == Field.Owner ? OwnerOfPublic(made.Problem) : CanonicalForm.Exists)
            : null;

    protected override Removal Remove(PlanDraft draft, ObjectPath.Schema path) =>
        new Removal.Statement(
            1,
            $"DROP SCHEMA {SqlIdentifier.Quote(path.Name)} RESTRICT",
            $"drop schema {path.Database}.{path.Name} (only if it is empty)",
            path.Database,
            InTransaction: true,
            new Hazard(HazardKind.AccessLoss, "queries that name the schema fail")
        );

    /// <summary>Since PostgreSQL 15 PUBLIC may use schema public and no longer create in it.</summary>
    private static FacetValue OwnerOfPublic(ClusterProblem problem) =>
        FacetValue.Of(problem.Cluster.PostgresMajor < 15 ? problem.Environment.Access.User : "pg_database_owner");

    private static bool IsPeoples(SchemaFact schema) => schema.Name is not ("public" or "pggitops");

    private static void Write(ImportedDatabase database) =>
        database.Yaml.Under(
            "  schemas",
            () =>
            {
                foreach (var schema in database.Contents.Schemas.Where(IsPeoples))
                    database.Yaml.Line(
                        "  - "
                            + YamlText.Flow([
                                ("name", YamlText.Scalar(schema.Name)),
                                ("owner", database.IsDeclared(schema.Owner) ? YamlText.Scalar(schema.Owner) : null),
                            ])
                    );
            }
        );
}

using PgGitOps.Core.Facets;
using PgGitOps.Core.Planning.Sql;

namespace PgGitOps.Core.Planning.Kinds;

internal sealed class SchemaKind : ObjectKind<ObjectPath.Schema>
{
    internal override void Declare(DesiredDraft desired)
    {
        foreach (var database in desired.Databases)
        {
            foreach (var schema in database.Schemas.Where(s => desired.NameFits(s.Name, "schema", s.At)))
            {
                var path = new ObjectPath.Schema(database.Name, schema.Name);
                desired.Set(path, Field.Exists, Normal.Exists, schema.At);
                if (schema.Owner is { } owner)
                    desired.Set(path, Field.Owner, FacetValue.Of(owner.Value), owner.Span);
            }
        }
    }

    internal override bool IsTakenBack(Field field) => false;

    protected override Reading Read(LiveReader live, ObjectPath.Schema path, Field field, FacetValue? wanted) =>
        live.Contents(path.Database, out var otherwise) is not { } contents ? otherwise
        : contents.Schema(path.Name) is not { } schema ? null
        : field == Field.Owner ? FacetValue.Of(schema.Owner)
        : Normal.Exists;

    protected override Removal Remove(PlanDraft draft, ObjectPath.Schema path) =>
        new Removal.Statement(
            1,
            $"DROP SCHEMA {SqlIdentifier.Quote(path.Name)} RESTRICT",
            $"drop schema {path.Database}.{path.Name} (only if it is empty)",
            path.Database,
            InTransaction: true,
            new Hazard(HazardKind.AccessLoss, "queries that name the schema fail")
        );
}

using PgGitOps.Core.Facets;
using PgGitOps.Core.Observed;
using PgGitOps.Core.Planning.Sql;

namespace PgGitOps.Core.Planning.Kinds;

internal sealed class ExtensionKind : ObjectKind<ObjectPath.Extension>
{
    internal override void Declare(DesiredDraft desired)
    {
        foreach (var database in desired.Databases)
        {
            foreach (var extension in database.Extensions.Where(e => desired.NameFits(e.Name, "extension", e.At)))
            {
                var path = new ObjectPath.Extension(database.Name, extension.Name);
                desired.Set(path, Field.Exists, Normal.Exists, extension.At);
                if (extension.Version is { } version)
                    desired.Set(path, Field.Version, FacetValue.Of(version), extension.At);
                if (extension.Schema is { } schema)
                    desired.Set(path, Field.Schema, FacetValue.Of(schema), extension.At);
            }
        }
    }

    internal override bool IsTakenBack(Field field) => false;

    protected override Reading Read(LiveReader live, ObjectPath.Extension path, Field field, FacetValue? wanted) =>
        live.Contents(path.Database, out var otherwise) is not { } contents ? otherwise
        : contents.Extension(path.Name) is { } extension ? Read(extension, field)
        : null;

    protected override Removal Remove(PlanDraft draft, ObjectPath.Extension path) =>
        new Removal.Statement(
            0,
            $"DROP EXTENSION {SqlIdentifier.Quote(path.Name)} RESTRICT",
            $"drop extension {path.Name} from {path.Database}",
            path.Database,
            InTransaction: true,
            new Hazard(HazardKind.DataLoss, "what the extension's own tables hold is gone")
        );

    private static FacetValue Read(ExtensionFact extension, Field field) =>
        field == Field.Version ? FacetValue.Of(extension.Version)
        : field == Field.Schema ? FacetValue.Of(extension.Schema)
        : Normal.Exists;
}

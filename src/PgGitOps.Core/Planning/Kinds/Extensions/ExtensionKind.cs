using PgGitOps.Core.Desired;
using PgGitOps.Core.Facets;
using PgGitOps.Core.Importing;
using PgGitOps.Core.Observed;
using PgGitOps.Core.Ownership;
using PgGitOps.Core.Planning.Checking;
using PgGitOps.Core.Planning.Live;
using PgGitOps.Core.Planning.Sql;

namespace PgGitOps.Core.Planning.Kinds.Extensions;

internal sealed class ExtensionKind : ObjectKind<ObjectPath.Extension>
{
    internal override int Rank => 110;

    internal override KindWords Words { get; } = new("extension", Field.Exists);

    internal override IReadOnlyList<Field> Fields { get; } = [Field.Exists, Field.Version, Field.Schema];

    internal override Recreation Recreation => Recreation.Free;

    internal override Drafting Drafting { get; } = new Drafting.InDatabase(DraftStage.Contents, ExtensionSteps.Draft);

    internal override Import Import { get; } = new Import.InDatabase(20, Write, c => c.Extensions.Any(IsPeoples));

    internal override OwnerRule WrittenBy { get; } = OwnerRule.Engine;

    internal override void Declare(DesiredDraft desired)
    {
        foreach (var database in desired.Databases)
        {
            foreach (var extension in database.Extensions)
            {
                var path = new ObjectPath.Extension(database.Name, extension.Name);
                if (!desired.NameFits(extension.Name, "extension", extension.At, path))
                    continue;
                if (
                    desired.Objection(ServerObjection.Extension, extension.Name, extension.Version ?? "", database.Name) is
                    { } reason
                )
                {
                    desired.Refuse(
                        new Refusal(
                            PlanRule.ExtensionMissing,
                            $"Extension {extension.Name} cannot be had in {database.Name}: {reason}.",
                            "Install its package on the host of every member, or correct the document.",
                            extension.At
                        ),
                        path
                    );
                    continue;
                }
                desired.Set(path, Field.Exists, CanonicalForm.Exists, extension.At);
                if (extension.Version is { } version)
                    desired.Set(path, Field.Version, FacetValue.Of(version), extension.At);
                if (extension.Schema is { } schema)
                    desired.Set(path, Field.Schema, FacetValue.Of(schema), extension.At);
            }
        }
    }

    internal override IEnumerable<(ObjectPath Path, Field Field)> ReadBeside(LiveReader live, Cluster cluster, string? primary) =>
        [];

    internal override IEnumerable<(ObjectPath Path, string Owner)> OwningRoles(ClusterSnapshot snapshot, ServerFacts? primary) =>
        [];

    internal override IEnumerable<Danger> Dangers(DangerScope seen) => [];

    internal override bool IsTakenBack(Field field) => false;

    protected override Reading Read(LiveReader live, ObjectPath.Extension path, Field field, FacetValue? wanted) =>
        live.Contents(path.Database, out var otherwise) is not { } contents ? otherwise
        : contents.Extension(path.Name) is { } extension ? Read(extension, field)
        : null;

    protected override Fresh? Fresh(Made made, ObjectPath.Extension path, DesiredFacet facet) =>
        made is Made.Contents && path.Name == "plpgsql"
            ? new Fresh(
                facet.Key.Field == Field.Version ? FacetValue.Of("1.0")
                : facet.Key.Field == Field.Schema ? FacetValue.Of("pg_catalog")
                : CanonicalForm.Exists
            )
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
        : CanonicalForm.Exists;

    private static bool IsPeoples(ExtensionFact extension) => extension.Name != "plpgsql";

    private static void Write(ImportedDatabase database) =>
        database.Yaml.Under(
            "  extensions",
            () =>
            {
                foreach (var extension in database.Contents.Extensions.Where(IsPeoples))
                    database.Yaml.Line(
                        "  - "
                            + YamlText.Flow([
                                ("name", YamlText.Scalar(extension.Name)),
                                ("version", Text(extension.Version)),
                                ("schema", YamlText.Scalar(extension.Schema)),
                            ])
                    );
            }
        );

    /// <summary>A version such as 1.10 is a text: as a number it would lose its last digit.</summary>
    private static string Text(string version) => $"'{version.Replace("'", "''", StringComparison.Ordinal)}'";
}

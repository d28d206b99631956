using PgGitOps.Core.Desired;
using PgGitOps.Core.Facets;
using PgGitOps.Core.Observed;
using PgGitOps.Core.Ownership;
using PgGitOps.Core.Planning.Kinds.Databases;
using PgGitOps.Core.Planning.Live;

namespace PgGitOps.Core.Planning.Kinds.Unmanaged;

/// <summary>What no document can declare: it is listed where a cluster is imported, and reported where it is dangerous.</summary>
internal sealed class UnmanagedKind : ObjectKind<UnmanagedPath>
{
    internal override int Rank => 900;

    internal override KindWords Words { get; } = new("unmanaged object", Field.Undeclared);

    internal override IReadOnlyList<Field> Fields { get; } = [Field.Undeclared];

    internal override Recreation Recreation => Recreation.Free;

    internal override Drafting Drafting { get; } = new Drafting.With<DatabaseKind>();

    internal override Import Import { get; } = new Import.InCluster(ImportedUnmanaged.Write);

    internal override OwnerRule WrittenBy { get; } = OwnerRule.Engine;

    internal override void Declare(DesiredDraft desired) { }

    internal override IEnumerable<(ObjectPath Path, Field Field)> ReadBeside(LiveReader live, Cluster cluster, string? primary) =>
        [];

    internal override IEnumerable<(ObjectPath Path, string Owner)> OwningRoles(ClusterSnapshot snapshot, ServerFacts? primary) =>
        [];

    internal override IEnumerable<Danger> Dangers(DangerScope seen) =>
        seen
            .Databases.SelectMany(d => UnmanagedFacts.In(d.Contents.Catalog).Select(f => (Database: d.Name, Facts: f)))
            .Concat(UnmanagedFacts.In(seen.Primary?.Catalog ?? []).Select(f => (Database: "postgres", Facts: f)))
            .Where(f => f.Facts.Consequence is not null)
            .Select(f => new Danger(
                new UnmanagedPath(f.Database, f.Facts.Name),
                Field.Undeclared,
                f.Facts.Privileges is { Length: > 0 } privileges ? privileges : "present",
                f.Facts.Consequence!
            )
            {
                Advice = "no document can declare it: remove it, or take note of it in an exception",
            });

    internal override bool IsTakenBack(Field field) => false;

    internal override ObjectPath? ReadPath(ObjectPathText.Inner text) =>
        text is { Parent: ObjectPath.Database database, Kind: UnmanagedPath.Kind }
            ? new UnmanagedPath(database.Name, text.Name)
            : null;

    protected override Reading Read(LiveReader live, UnmanagedPath path, Field field, FacetValue? wanted) => Reading.Absent;

    protected override Fresh? Fresh(Made made, UnmanagedPath path, DesiredFacet facet) => null;

    protected override Removal Remove(PlanDraft draft, UnmanagedPath path) =>
        new Removal.Never("what no document can declare is never removed");
}

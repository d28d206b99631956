using PgGitOps.Core.Desired;
using PgGitOps.Core.Facets;
using PgGitOps.Core.Observed;
using PgGitOps.Core.Ownership;
using PgGitOps.Core.Planning.Kinds.Parameters;
using PgGitOps.Core.Planning.Live;

namespace PgGitOps.Core.Planning.Kinds.Databases;

/// <summary>A parameter of a database's sessions.</summary>
internal sealed class DatabaseSettingKind : ObjectKind<ObjectPath.DatabaseSetting>
{
    internal override int Rank => 90;

    internal override KindWords Words { get; } = new("setting of a database", Field.Value) { Plural = "settings of databases" };

    internal override IReadOnlyList<Field> Fields { get; } = [Field.Value];

    internal override Recreation Recreation => Recreation.Free;

    internal override Drafting Drafting { get; } = new Drafting.With<DatabaseKind>();

    internal override Import Import { get; } = new Import.InDatabase(10, ImportedDatabases.WriteSettings, _ => false);

    internal override OwnerRule WrittenBy { get; } = OwnerRule.Engine;

    internal override void Declare(DesiredDraft desired)
    {
        foreach (var database in desired.Databases)
            desired.SetSettings(database.Settings, name => new ObjectPath.DatabaseSetting(database.Name, name));
    }

    internal override IEnumerable<(ObjectPath Path, Field Field)> ReadBeside(LiveReader live, Cluster cluster, string? primary) =>
        [];

    internal override IEnumerable<(ObjectPath Path, string Owner)> OwningRoles(ClusterSnapshot snapshot, ServerFacts? primary) =>
        [];

    internal override IEnumerable<Danger> Dangers(DangerScope seen) =>
        seen.Primary is { } primary
            ? DangerousSettings.Scoped(seen.Problem, primary, s => s is { Role: null, Database: not null })
            : [];

    internal override bool IsTakenBack(Field field) => field == Field.Value;

    protected override Reading Read(LiveReader live, ObjectPath.DatabaseSetting path, Field field, FacetValue? wanted) =>
        live.Database(path.Database, out var otherwise) is null ? otherwise : live.Setting(path.Database, null, path.Name);

    protected override Fresh? Fresh(Made made, ObjectPath.DatabaseSetting path, DesiredFacet facet) => null;

    protected override Removal Remove(PlanDraft draft, ObjectPath.DatabaseSetting path) =>
        new Removal.Never("a setting is reset with the changes of its database");
}

using PgGitOps.Core.Facets;

namespace PgGitOps.Core.Planning.Kinds;

/// <summary>A parameter of a database's sessions.</summary>
internal sealed class DatabaseSettingKind : ObjectKind<ObjectPath.DatabaseSetting>
{
    internal override void Declare(DesiredDraft desired)
    {
        foreach (var database in desired.Databases)
            desired.SetSettings(database.Settings, name => new ObjectPath.DatabaseSetting(database.Name, name));
    }

    internal override bool IsTakenBack(Field field) => field == Field.Value;

    protected override Reading Read(LiveReader live, ObjectPath.DatabaseSetting path, Field field, FacetValue? wanted) =>
        live.Database(path.Database, out var otherwise) is null ? otherwise : live.Setting(path.Database, null, path.Name);

    protected override Removal Remove(PlanDraft draft, ObjectPath.DatabaseSetting path) =>
        new Removal.Never("a setting is reset with the changes of its database");
}

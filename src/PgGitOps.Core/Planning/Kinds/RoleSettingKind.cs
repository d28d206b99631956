using PgGitOps.Core.Facets;

namespace PgGitOps.Core.Planning.Kinds;

/// <summary>A parameter of a role's sessions.</summary>
internal sealed class RoleSettingKind : ObjectKind<ObjectPath.RoleSetting>
{
    internal override void Declare(DesiredDraft desired)
    {
        foreach (var role in desired.Roles)
            desired.SetSettings(role.Settings, name => new ObjectPath.RoleSetting(role.Name, name));
    }

    internal override bool IsTakenBack(Field field) => field == Field.Value;

    protected override Reading Read(LiveReader live, ObjectPath.RoleSetting path, Field field, FacetValue? wanted) =>
        live.Role(path.Role) is null ? null : live.Setting(null, path.Role, path.Name);

    protected override Removal Remove(PlanDraft draft, ObjectPath.RoleSetting path) =>
        new Removal.Never("a setting is reset with the changes of its role");
}

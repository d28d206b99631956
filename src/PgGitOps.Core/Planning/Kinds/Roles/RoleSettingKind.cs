using PgGitOps.Core.Desired;
using PgGitOps.Core.Facets;
using PgGitOps.Core.Observed;
using PgGitOps.Core.Ownership;
using PgGitOps.Core.Planning.Kinds.Parameters;
using PgGitOps.Core.Planning.Live;

namespace PgGitOps.Core.Planning.Kinds.Roles;

/// <summary>A parameter of a role's sessions.</summary>
internal sealed class RoleSettingKind : ObjectKind<ObjectPath.RoleSetting>
{
    internal override int Rank => 70;

    internal override KindWords Words { get; } = new("setting of a role", Field.Value) { Plural = "settings of roles" };

    internal override IReadOnlyList<Field> Fields { get; } = [Field.Value];

    internal override Recreation Recreation => Recreation.Free;

    internal override Drafting Drafting { get; } = new Drafting.With<RoleKind>();

    internal override Import Import { get; } = new Import.With<RoleKind>();

    internal override OwnerRule WrittenBy { get; } = OwnerRule.Engine;

    internal override void Declare(DesiredDraft desired)
    {
        foreach (var role in desired.Roles)
            desired.SetSettings(role.Settings, name => new ObjectPath.RoleSetting(role.Name, name));
    }

    internal override IEnumerable<(ObjectPath Path, Field Field)> ReadBeside(LiveReader live, Cluster cluster, string? primary) =>
        [];

    internal override IEnumerable<(ObjectPath Path, string Owner)> OwningRoles(ClusterSnapshot snapshot, ServerFacts? primary) =>
        [];

    // A setting of all roles, or of a role in one database, is nobody else's to report.
    internal override IEnumerable<Danger> Dangers(DangerScope seen) =>
        seen.Primary is { } primary
            ? DangerousSettings.Scoped(seen.Problem, primary, s => s.Role is not null || s.Database is null)
            : [];

    internal override bool IsTakenBack(Field field) => field == Field.Value;

    protected override Reading Read(LiveReader live, ObjectPath.RoleSetting path, Field field, FacetValue? wanted) =>
        live.Role(path.Role) is null ? null : live.Setting(null, path.Role, path.Name);

    protected override Fresh? Fresh(Made made, ObjectPath.RoleSetting path, DesiredFacet facet) => null;

    protected override Removal Remove(PlanDraft draft, ObjectPath.RoleSetting path) =>
        new Removal.Never("a setting is reset with the changes of its role");
}

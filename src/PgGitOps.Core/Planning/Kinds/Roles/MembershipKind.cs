using PgGitOps.Core.Desired;
using PgGitOps.Core.Facets;
using PgGitOps.Core.Observed;
using PgGitOps.Core.Ownership;
using PgGitOps.Core.Planning.Live;

namespace PgGitOps.Core.Planning.Kinds.Roles;

/// <summary>A role in a group.</summary>
internal sealed class MembershipKind : ObjectKind<ObjectPath.Membership>
{
    internal override int Rank => 60;

    internal override KindWords Words { get; } = new("membership", Field.Exists);

    internal override IReadOnlyList<Field> Fields { get; } = [Field.Exists, .. MembershipOption.All.Select(o => o.Field)];

    internal override Recreation Recreation => Recreation.Free;

    internal override Drafting Drafting { get; } = new Drafting.With<RoleKind>();

    internal override Import Import { get; } = new Import.With<RoleKind>();

    internal override OwnerRule WrittenBy { get; } = OwnerRule.Engine;

    internal override void Declare(DesiredDraft desired)
    {
        foreach (var role in desired.Roles)
        {
            foreach (var group in role.MemberOf)
            {
                var path = new ObjectPath.Membership(role.Name, group.Value);
                if (!desired.NameFits(group.Value, "role", group.Span, path))
                    continue;
                desired.Set(path, Field.Exists, CanonicalForm.Exists, group.Span);
                foreach (var option in MembershipOption.All)
                {
                    if (option.Declared(role, group.Value, desired.Cluster.PostgresMajor) is { } value)
                        desired.Set(path, option.Field, CanonicalForm.Bool(value), group.Span);
                }
            }
        }
    }

    internal override IEnumerable<(ObjectPath Path, Field Field)> ReadBeside(LiveReader live, Cluster cluster, string? primary) =>
        cluster
            .Roles.Where(r => r.ListsMemberships)
            .SelectMany(r => live.GroupsOf(r.Name).Select(g => ((ObjectPath)new ObjectPath.Membership(r.Name, g), Field.Exists)));

    internal override IEnumerable<(ObjectPath Path, string Owner)> OwningRoles(ClusterSnapshot snapshot, ServerFacts? primary) =>
        [];

    internal override IEnumerable<Danger> Dangers(DangerScope seen) =>
        seen.Primary is { } primary ? DangerousMemberships.Of(seen.Problem, primary) : [];

    internal override bool IsTakenBack(Field field) => field == Field.Exists;

    protected override Reading Read(LiveReader live, ObjectPath.Membership path, Field field, FacetValue? wanted) =>
        live.Role(path.Role) is not { } role || live.Membership(path.Role, path.Group) is not { } seen ? Reading.Absent
        : field == Field.Exists ? CanonicalForm.Exists
        : CanonicalForm.Bool(MembershipOption.Of(field).Seen(role, seen));

    protected override Fresh? Fresh(Made made, ObjectPath.Membership path, DesiredFacet facet) => null;

    protected override Removal Remove(PlanDraft draft, ObjectPath.Membership path) =>
        new Removal.Never("a membership is revoked with the changes of its role");
}

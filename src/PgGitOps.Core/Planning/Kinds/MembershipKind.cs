using PgGitOps.Core.Facets;

namespace PgGitOps.Core.Planning.Kinds;

/// <summary>A role in a group.</summary>
internal sealed class MembershipKind : ObjectKind<ObjectPath.Membership>
{
    internal override void Declare(DesiredDraft desired)
    {
        foreach (var role in desired.Roles)
        {
            foreach (var group in role.MemberOf.Where(g => desired.NameFits(g.Value, "role", g.Span)))
                desired.Set(new ObjectPath.Membership(role.Name, group.Value), Field.Exists, Normal.Exists, group.Span);
        }
    }

    internal override bool IsTakenBack(Field field) => field == Field.Exists;

    protected override Reading Read(LiveReader live, ObjectPath.Membership path, Field field, FacetValue? wanted) =>
        live.Role(path.Role) is not null && live.IsMember(path.Role, path.Group) ? Normal.Exists : null;

    protected override Removal Remove(PlanDraft draft, ObjectPath.Membership path) =>
        new Removal.Never("a membership is revoked with the changes of its role");
}

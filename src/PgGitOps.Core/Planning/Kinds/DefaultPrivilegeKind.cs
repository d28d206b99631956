using PgGitOps.Core.Facets;

namespace PgGitOps.Core.Planning.Kinds;

/// <summary>What a grantee gets on objects that a role makes later.</summary>
internal sealed class DefaultPrivilegeKind : ObjectKind<ObjectPath.DefaultPrivilege>
{
    internal override void Declare(DesiredDraft desired)
    {
        foreach (var database in desired.Databases)
        {
            foreach (var privilege in database.DefaultPrivileges)
                desired.Merge(
                    new ObjectPath.DefaultPrivilege(
                        database.Name,
                        privilege.ForRole.Value,
                        privilege.Schema,
                        privilege.On,
                        Normal.Grantee(privilege.To.Value)
                    ),
                    privilege.Privileges,
                    privilege.At
                );
        }
    }

    internal override bool IsTakenBack(Field field) => field == Field.Privileges;

    protected override Reading Read(LiveReader live, ObjectPath.DefaultPrivilege path, Field field, FacetValue? wanted) =>
        live.Contents(path.Database, out var otherwise)?.ReadDefault(path) ?? otherwise;

    protected override Removal Remove(PlanDraft draft, ObjectPath.DefaultPrivilege path) =>
        new Removal.Never("privileges are revoked, not removed");
}

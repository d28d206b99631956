using PgGitOps.Core.Facets;

namespace PgGitOps.Core.Planning.Kinds;

/// <summary>What one grantee may do with one target.</summary>
internal sealed class GrantKind : ObjectKind<ObjectPath.Grant>
{
    internal override void Declare(DesiredDraft desired)
    {
        foreach (var database in desired.Databases)
        {
            foreach (var grant in database.Grants)
                desired.Merge(
                    new ObjectPath.Grant(database.Name, grant.Target, grant.Schema, grant.Object, Normal.Grantee(grant.To.Value)),
                    grant.Privileges,
                    grant.At
                );
        }
    }

    internal override bool IsTakenBack(Field field) => field == Field.Privileges;

    protected override Reading Read(LiveReader live, ObjectPath.Grant path, Field field, FacetValue? wanted) =>
        live.Contents(path.Database, out var otherwise)?.ReadGrant(path, wanted) ?? otherwise;

    protected override Removal Remove(PlanDraft draft, ObjectPath.Grant path) =>
        new Removal.Never("privileges are revoked, not removed");
}

using PgGitOps.Core.Facets;

namespace PgGitOps.Core.Planning.Kinds;

/// <summary>pg_hba.conf of one server.</summary>
internal sealed class AccessListKind : ObjectKind<ObjectPath.AccessList>
{
    internal override void Declare(DesiredDraft desired)
    {
        if (!desired.IsNative)
            return;
        var lines = AccessList.ValueOf(AccessList.LinesOf(desired.Environment));
        var at = desired.Environment.Access.ClientsAt ?? desired.Environment.Head.At;
        foreach (var member in desired.AccessLists)
        {
            desired.Set(new ObjectPath.AccessList(member), Field.Lines, lines, at);
            desired.Set(new ObjectPath.AccessList(member), Field.Loaded, Normal.True, at);
        }
    }

    internal override bool IsTakenBack(Field field) => false;

    protected override Reading Read(LiveReader live, ObjectPath.AccessList path, Field field, FacetValue? wanted) =>
        live.Member(path.Member)?.ReadAccessList(field, wanted) ?? Reading.Absent;

    protected override Removal Remove(PlanDraft draft, ObjectPath.AccessList path) =>
        new Removal.Never("a server has a pg_hba.conf as long as it exists");
}

using PgGitOps.Core.Facets;

namespace PgGitOps.Core.Planning.Kinds;

/// <summary>A server.</summary>
internal sealed class MemberKind : ObjectKind<ObjectPath.Member>
{
    internal override void Declare(DesiredDraft desired)
    {
        if (!desired.IsNative)
            return;
        foreach (var member in desired.Cluster.Members)
        {
            var path = new ObjectPath.Member(member.Name);
            desired.Set(path, Field.Exists, Normal.Exists, member.At);
            desired.Set(path, Field.Running, Normal.True, member.At);
            // Where a server is looked for once it is down: data that lie elsewhere would be taken for lost.
            if (member.DataDirectory is { } declared)
                desired.Set(path, Field.DataDirectory, FacetValue.Of(declared.Value), declared.Span);
            else if (desired.Provisioned.Contains(member.Name))
                desired.Set(
                    path,
                    Field.DataDirectory,
                    FacetValue.Of(
                        $"{desired.Environment.Access.DataRoot.TrimEnd('/')}/{desired.Cluster.Name}/{member.Name}/data"
                    ),
                    member.At
                );
            if (desired.Primary is not null && member.Name != desired.Primary)
                desired.Set(path, Field.Streaming, Normal.True, member.At);
        }
    }

    internal override bool IsTakenBack(Field field) => false;

    protected override Reading Read(LiveReader live, ObjectPath.Member path, Field field, FacetValue? wanted) =>
        live.Member(path.Name)?.ReadMember(field, wanted) ?? Reading.Absent;

    protected override Removal Remove(PlanDraft draft, ObjectPath.Member path) =>
        new Removal.Never("a server is not removed by a plan: stop it and remove its data directory by hand");
}

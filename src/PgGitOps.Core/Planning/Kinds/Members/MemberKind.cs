using PgGitOps.Core.Desired;
using PgGitOps.Core.Facets;
using PgGitOps.Core.Observed;
using PgGitOps.Core.Ownership;
using PgGitOps.Core.Planning.Live;

namespace PgGitOps.Core.Planning.Kinds.Members;

/// <summary>A server.</summary>
internal sealed class MemberKind : ObjectKind<ObjectPath.Member>
{
    internal override int Rank => 10;

    internal override KindWords Words { get; } = new("server", Field.Exists);

    internal override IReadOnlyList<Field> Fields { get; } =
    [
        Field.Exists,
        Field.Running,
        Field.Role,
        Field.Streaming,
        Field.DataDirectory,
        Field.SystemIdentifier,
        Field.PasswordFile,
        Field.DataChecksums,
        Field.ConfigurationFile,
        Field.History,
        Field.Upstream,
        Field.Timeline,
    ];

    internal override Recreation Recreation => Recreation.ByApproval;

    internal override Drafting Drafting { get; } =
        new Drafting.InCluster(DraftStage.Members, MemberSteps.Draft)
        {
            // Without a primary nothing else can be done either, whoever brings it back.
            Otherwise = draft =>
            {
                if (draft.Primary is null)
                    MemberRefusals.WithoutPrimary(draft);
            },
        };

    internal override Import Import { get; } = new Import.InCluster(ImportedMembers.Write);

    internal override OwnerRule WrittenBy { get; } = OwnerRule.Manager((_, cluster) => cluster.Members[0].At);

    internal override void Declare(DesiredDraft desired)
    {
        foreach (var member in desired.Cluster.Members)
        {
            var path = new ObjectPath.Member(member.Name);
            desired.Set(path, Field.Exists, CanonicalForm.Exists, member.At);
            desired.Set(path, Field.Running, CanonicalForm.True, member.At);
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
                desired.Set(path, Field.Streaming, CanonicalForm.True, member.At);
        }
    }

    internal override IEnumerable<(ObjectPath Path, Field Field)> ReadBeside(LiveReader live, Cluster cluster, string? primary)
    {
        foreach (var member in cluster.Members)
        {
            var path = new ObjectPath.Member(member.Name);
            // Whoever manages the servers: SQL goes to the primary.
            yield return (path, Field.Exists);
            yield return (path, Field.Running);
            yield return (path, Field.Role);
            yield return (path, Field.SystemIdentifier);
            // Desired speaks of streaming only where a primary is known; a member about to become standby is asked for it too.
            if (primary is not null && member.Name != primary)
                yield return (path, Field.Streaming);
        }
    }

    internal override IEnumerable<(ObjectPath Path, string Owner)> OwningRoles(ClusterSnapshot snapshot, ServerFacts? primary) =>
        [];

    internal override IEnumerable<Danger> Dangers(DangerScope seen) => seen.Members.SelectMany(m => MemberDangers.Of(seen, m));

    internal override bool IsTakenBack(Field field) => false;

    protected override Reading Read(LiveReader live, ObjectPath.Member path, Field field, FacetValue? wanted) =>
        live.Member(path.Name) is { } member ? MemberReading.Read(member, field, wanted) : Reading.Absent;

    protected override Fresh? Fresh(Made made, ObjectPath.Member path, DesiredFacet facet) => null;

    protected override Removal Remove(PlanDraft draft, ObjectPath.Member path) =>
        new Removal.Never("a server is not removed by a plan: stop it and remove its data directory by hand");
}

using PgGitOps.Core.Desired;
using PgGitOps.Core.Facets;
using PgGitOps.Core.Observed;
using PgGitOps.Core.Ownership;
using PgGitOps.Core.Planning.Live;

namespace PgGitOps.Core.Planning.Kinds.AccessLists;

/// <summary>pg_hba.conf of one server.</summary>
internal sealed class AccessListKind : ObjectKind<ObjectPath.AccessList>
{
    internal override int Rank => 40;

    internal override KindWords Words { get; } = new("pg_hba.conf") { Plural = "pg_hba.conf" };

    internal override IReadOnlyList<Field> Fields { get; } = [Field.Lines, Field.Loaded, Field.Foreign, Field.Trust];

    internal override Recreation Recreation => Recreation.Free;

    internal override Drafting Drafting { get; } = new Drafting.InCluster(DraftStage.AccessLists, AccessListSteps.Draft);

    internal override Import Import { get; } =
        new Import.Never("who may connect follows from the environment, and a list that people keep stays theirs");

    internal override OwnerRule WrittenBy { get; } = OwnerRule.Manager((environment, _) => environment.Access.ClientsAt);

    internal override void Declare(DesiredDraft desired)
    {
        var lines = AccessList.ValueOf(AccessList.LinesOf(desired.Environment));
        var at = desired.Environment.Access.ClientsAt ?? desired.Environment.Head.At;
        foreach (var member in desired.AccessLists)
        {
            desired.Set(new ObjectPath.AccessList(member), Field.Lines, lines, at);
            desired.Set(new ObjectPath.AccessList(member), Field.Loaded, CanonicalForm.True, at);
        }
    }

    internal override IEnumerable<(ObjectPath Path, Field Field)> ReadBeside(LiveReader live, Cluster cluster, string? primary) =>
        [];

    internal override IEnumerable<(ObjectPath Path, string Owner)> OwningRoles(ClusterSnapshot snapshot, ServerFacts? primary) =>
        [];

    internal override IEnumerable<Danger> Dangers(DangerScope seen) =>
        seen.Members.SelectMany(m => DangerousAccess.Of(seen.Problem, m));

    internal override bool IsTakenBack(Field field) => false;

    protected override Reading Read(LiveReader live, ObjectPath.AccessList path, Field field, FacetValue? wanted)
    {
        if (live.Member(path.Member) is not { } member)
            return Reading.Absent;
        if (member.Facts(out var otherwise) is not { } facts)
            return otherwise;
        if (facts.AccessList is not { } list)
            return new Reading(null, $"pg_hba.conf of {path.Member} could not be read");
        return field == Field.Loaded ? CanonicalForm.Bool(list.IsLoaded) : AccessList.ValueOf(list.Lines, wanted);
    }

    protected override Fresh? Fresh(Made made, ObjectPath.AccessList path, DesiredFacet facet) =>
        // Written anew with the server, as declared.
        Kinds.Fresh.If(
            made is Made.Server server && server.Member == path.Member || made is Made.Copy copy && copy.Member == path.Member,
            facet
        );

    protected override Removal Remove(PlanDraft draft, ObjectPath.AccessList path) =>
        new Removal.Never("a server has a pg_hba.conf as long as it exists");
}

using PgGitOps.Core.Desired;
using PgGitOps.Core.Facets;
using PgGitOps.Core.Observed;
using PgGitOps.Core.Ownership;
using PgGitOps.Core.Planning.Checking;
using PgGitOps.Core.Planning.Kinds.Members;
using PgGitOps.Core.Planning.Live;
using PgGitOps.Core.Planning.Sql;

namespace PgGitOps.Core.Planning.Kinds.Slots;

/// <summary>A physical replication slot of a member's standby.</summary>
internal sealed class SlotKind : ObjectKind<ObjectPath.Slot>
{
    internal override int Rank => 30;

    internal override KindWords Words { get; } = new("replication slot", Field.Exists);

    internal override IReadOnlyList<Field> Fields { get; } = [Field.Exists, Field.WalStatus, Field.Undeclared, Field.Inactive];

    internal override Recreation Recreation => Recreation.Free;

    internal override Drafting Drafting { get; } = new Drafting.With<MemberKind>();

    internal override Import Import { get; } = new Import.With<MemberKind>();

    internal override OwnerRule WrittenBy { get; } =
        // Slots follow from the members, which are told.
        OwnerRule.Manager((_, _) => null);

    internal override void Declare(DesiredDraft desired)
    {
        foreach (var member in desired.Cluster.Members)
        {
            // A cascade is declared whoever is primary.
            var carrier = desired.Primary is not { } primary
                ? member.From is { } from && from.Value != member.Name
                    ? from.Value
                    : null
                : member.Name == primary
                    ? null
                    : Topology.UpstreamOf(member, primary);
            if (carrier is not null)
                desired.Set(new ObjectPath.Slot(carrier, member.SlotName), Field.Exists, CanonicalForm.Exists, member.At);
        }
    }

    internal override IEnumerable<(ObjectPath Path, Field Field)> ReadBeside(LiveReader live, Cluster cluster, string? primary) =>
        [];

    internal override IEnumerable<(ObjectPath Path, string Owner)> OwningRoles(ClusterSnapshot snapshot, ServerFacts? primary) =>
        [];

    internal override IEnumerable<Danger> Dangers(DangerScope seen) => seen.Members.SelectMany(m => SlotDangers.Of(seen, m));

    internal override bool IsTakenBack(Field field) => false;

    protected override Reading Read(LiveReader live, ObjectPath.Slot path, Field field, FacetValue? wanted) =>
        live.Member(path.Member) is not { } member ? Reading.Absent
        : member.Facts(out var otherwise) is not { } facts ? otherwise
        : facts.Slots.Any(s => s.Name == path.Name) ? CanonicalForm.Exists
        : null;

    protected override Fresh? Fresh(Made made, ObjectPath.Slot path, DesiredFacet facet) =>
        Kinds.Fresh.If(made is Made.Server server && server.Member == path.Member, facet);

    protected override Removal Remove(PlanDraft draft, ObjectPath.Slot path)
    {
        if (path.Member != draft.Primary)
            return new Removal.Elsewhere();
        return draft.Problem.ActiveSlots.Contains(path)
            ? new Removal.InUse(
                new Refusal(
                    PlanRule.StillNeeded,
                    $"Slot {path.Name} on {path.Member} is not dropped: it is in use.",
                    "Stop the standby that uses it first.",
                    null
                ),
                "it is in use"
            )
            : new Removal.Statement(
                4,
                $"SELECT pg_catalog.pg_drop_replication_slot({SqlLiteral.Quote(path.Name)})",
                $"drop replication slot {path.Name} on {path.Member}",
                "postgres",
                InTransaction: false,
                new Hazard(HazardKind.DataLoss, "WAL that only this slot kept may be recycled")
            );
    }
}

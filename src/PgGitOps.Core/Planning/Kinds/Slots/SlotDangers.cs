using PgGitOps.Core.Facets;

namespace PgGitOps.Core.Planning.Kinds.Slots;

/// <summary>Slots that keep WAL for nobody, and those of consumers that no document names.</summary>
internal static class SlotDangers
{
    internal static IEnumerable<Danger> Of(DangerScope seen, MemberView member) => Slots(seen.Problem, seen.Topology, member);

    private static IEnumerable<Danger> Slots(ClusterProblem problem, Topology topology, MemberView member)
    {
        var declared = SlotsOfMembers(problem, topology);
        foreach (var slot in member.Facts!.Slots)
        {
            var path = new ObjectPath.Slot(member.Name, slot.Name);
            if (slot.WalStatus is "lost" or "unreserved")
                yield return new Danger(
                    path,
                    Field.WalStatus,
                    slot.WalStatus,
                    "whoever uses it cannot catch up any more and has to be cloned again"
                );
            // A copy says nothing of its own: the primary's slot is told there. A base backup's goes with it.
            if (slot.Synced || (slot.Temporary && slot.Name.StartsWith("pg_basebackup_", StringComparison.Ordinal)))
                continue;
            var isExpected = slot.Type == "physical" && declared.Contains(slot.Name);
            if (!isExpected)
                yield return new Danger(
                    path,
                    slot.Active ? Field.Undeclared : Field.Inactive,
                    $"{slot.Type}{(slot.Active ? "" : ", inactive")}",
                    slot.Active
                        ? "a consumer that no document names receives every change"
                        : "it keeps WAL for nobody until the disk is full"
                );
            else if (!slot.Active && slot.RestartLsn is not null)
                yield return new Danger(
                    path,
                    Field.Inactive,
                    "physical, inactive",
                    "it keeps WAL for a standby that is not connected until the disk is full"
                );
        }
    }

    /// <summary>Slots by the members' names, and those that a member was told to use, or uses, under another name: it may have been set up by hand.</summary>
    private static HashSet<string> SlotsOfMembers(ClusterProblem problem, Topology topology)
    {
        var slots = problem.Cluster.Members.Select(m => m.SlotName).ToHashSet(StringComparer.Ordinal);
        foreach (var member in topology.Members)
        {
            if (member.Facts?.WalReceiver?.SlotName is { Length: > 0 } used)
                slots.Add(used);
            if (member.Facts?.Setting("primary_slot_name")?.Value is { Length: > 0 } told)
                slots.Add(told);
        }
        return slots;
    }
}

using PgGitOps.Core.Desired;
using PgGitOps.Core.Evidence;
using PgGitOps.Core.Observed;
using PgGitOps.Core.Planning.Checking;
using PgGitOps.Core.Sources;

namespace PgGitOps.Core.Planning;

/// <summary>Why nothing at all may be done to a cluster now: whose data these are, and who is primary, is not settled.</summary>
internal static class PlanningBlocks
{
    /// <summary>Members that hold what the primary's history does not, and so cannot follow it; in words.</summary>
    internal static Dictionary<string, string> StrayedOf(Topology topology, ClusterSnapshot snapshot)
    {
        var strayed = new Dictionary<string, string>(StringComparer.Ordinal);
        var histories = MemberHistory.Of(snapshot);
        if (topology.PrimaryName is not { } name || histories.FirstOrDefault(h => h.Member == name) is not { } primary)
            return strayed;
        foreach (var member in histories.Where(h => h.Member != name))
        {
            if (member.History.To(primary.History) is HistoryRelation.Left or HistoryRelation.Diverged)
                strayed.Add(
                    member.Member,
                    $"it holds {member.History}, and {name} holds {primary.History}{(member.History.ForkTo(primary.History) is { } fork ? $", which left that timeline at {fork}" : "")}"
                );
        }
        return strayed;
    }

    internal static EquatableArray<Refusal> Of(
        Cluster cluster,
        Topology topology,
        Primacy primacy,
        ClusterSnapshot snapshot,
        Allowances allowances
    )
    {
        List<Refusal> blocks = [];
        if (primacy is Primacy.Outdated outdated)
        {
            blocks.Add(
                new Refusal(
                    PlanRule.OutdatedPrimary,
                    $"{outdated.Member} accepts writes, and is not accepted as the primary of {cluster.Name}: {string.Join("; ", outdated.Claims.Select(c => $"{c.Holder} holds {c.Holds}"))}.",
                    $"Fence {outdated.Member} and bring back the member with the newest history. {Allowances.PrimaryHint(cluster.Name, outdated.Member)}",
                    cluster.Head.At
                )
            );
        }
        if (
            snapshot.Remembered is { } remembered
            && !ClusterMemory.WasRecreated(snapshot)
            && topology.Members.FirstOrDefault(m =>
                m.SystemIdentifier is { } id && id != remembered.SystemIdentifier && !allowances.Primaries.Contains(m.Name)
            )
                is { } stranger
        )
        {
            blocks.Add(
                new Refusal(
                    PlanRule.WrongServer,
                    $"{stranger.Name} has system identifier {stranger.SystemIdentifier}; {cluster.Name} is remembered with {remembered.SystemIdentifier}: these are the data of another cluster.",
                    $"Find out which address or directory leads where. {Allowances.PrimaryHint(cluster.Name, stranger.Name)}",
                    cluster.FindMember(stranger.Name)!.At
                )
            );
        }
        var primaries = topology.Primaries.Select(m => m.Name).ToArray();
        if (primaries.Length > 1)
        {
            blocks.Add(
                new Refusal(
                    PlanRule.TwoPrimaries,
                    $"{string.Join(" and ", primaries)} both accept writes: {cluster.Name} is split.",
                    "Find out which one holds the acknowledged writes, fence the other, and rejoin it. Nothing is changed until then.",
                    cluster.Head.At
                )
            );
        }
        foreach (
            var member in topology.Members.Where(m =>
                m.Facts is not null && m.Facts.VersionNumber / 10_000 != cluster.PostgresMajor
            )
        )
        {
            var at = cluster.FindMember(member.Name)!.At;
            blocks.Add(
                new Refusal(
                    PlanRule.WrongServer,
                    $"{member.Name} runs PostgreSQL {member.Facts!.VersionNumber / 10_000}, the document says {cluster.PostgresMajor}.",
                    "Correct spec.postgres, or upgrade the server.",
                    at
                )
            );
        }
        var identifiers = topology
            .Members.Where(m => m.SystemIdentifier is not null)
            .Select(m => m.SystemIdentifier)
            .Distinct()
            .ToArray();
        if (identifiers.Length > 1)
        {
            var listed = string.Join(
                ", ",
                topology.Members.Where(m => m.SystemIdentifier is not null).Select(m => $"{m.Name} {m.SystemIdentifier}")
            );
            blocks.Add(
                new Refusal(
                    PlanRule.WrongServer,
                    $"The members of {cluster.Name} do not belong together: their system identifiers differ ({listed}).",
                    "One of the addresses leads to another cluster.",
                    cluster.Head.At
                )
            );
        }
        return blocks.ToEquatableArray();
    }
}

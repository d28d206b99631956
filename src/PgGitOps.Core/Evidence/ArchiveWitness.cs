using System.Globalization;
using PgGitOps.Core.Observed;

namespace PgGitOps.Core.Evidence;

/// <summary>WAL archives as witnesses of history: whose is asked, what it holds against a member, and what it left unanswered.</summary>
/// <remarks>An archive outlives the disks of members, so it may be the only one left that knows of a promotion.</remarks>
public static class ArchiveWitness
{
    /// <summary>Members whose archive is to be asked in this pass; none where that could tell nothing new.</summary>
    /// <remarks>
    /// Asking runs a command of the operator's, so a healthy cluster goes without: its primary is the one that was seen last, on the same
    /// timeline, and nobody is out of sight who may have been promoted. Where nobody is primary a server may be started: then every archive is asked.
    /// </remarks>
    public static IReadOnlyList<MemberHistory> ToAsk(ClusterSnapshot snapshot)
    {
        var primaries = snapshot.Primaries.Select(p => p.Name).ToArray();
        // Two that accept writes are refused, whatever an archive says.
        return primaries.Length > 1 || (primaries is [var only] && IsSettled(only, snapshot)) ? [] : MemberHistory.Of(snapshot);
    }

    /// <summary>The member was the last that was seen as the primary, on its timeline of now, and no other is out of sight.</summary>
    public static bool IsSettled(string member, ClusterSnapshot snapshot)
    {
        var histories = MemberHistory.Of(snapshot).ToDictionary(h => h.Member, StringComparer.Ordinal);
        return snapshot.Remembered is { Primary: { } last, PrimaryTimeline: { } timeline }
            && last == member
            && histories.GetValueOrDefault(member)?.History.Timeline == timeline
            && snapshot.Members.All(m => histories.ContainsKey(m.Name));
    }

    /// <summary>What archives hold that a member lacks.</summary>
    public static IEnumerable<HistoryClaim> Against(MemberHistory candidate, ClusterSnapshot snapshot) =>
        HeldAgainst(candidate, snapshot)
            .Where(h => snapshot.Remembered?.Dismissed.Contains(h.Held) is not true)
            .Select(h => h.Claim);

    /// <summary>Histories that archives hold against a member, also those that a person has dismissed.</summary>
    internal static IEnumerable<TimelineAncestry> HistoriesAgainst(MemberHistory candidate, ClusterSnapshot snapshot) =>
        HeldAgainst(candidate, snapshot).Select(h => h.Held);

    /// <summary>Archives that left open whether they hold something newer, each with the reason; in the snapshot's order.</summary>
    public static IReadOnlyList<string> Unanswered(ClusterSnapshot snapshot) =>
        [
            .. snapshot
                .Members.Select(m => WhyUnanswered(m) is { } why ? $"what {NameOf(m.Name)} holds is not known: {why}" : null)
                .OfType<string>(),
        ];

    /// <summary>What each archive that was asked holds beyond its member, in words; in the snapshot's order.</summary>
    public static IReadOnlyList<string> Holdings(ClusterSnapshot snapshot) =>
        [
            .. snapshot
                .Members.Select(m => (m.Name, History: MemberHistory.Of(m), Youngest: Youngest(m)))
                .Where(m => m.Youngest is not null && m.History is not null && m.Youngest.Timeline > m.History.History.Timeline)
                .Select(m => $"{NameOf(m.Name)} holds {Words(m.Youngest!)}"),
        ];

    private static IEnumerable<(TimelineAncestry Held, HistoryClaim Claim)> HeldAgainst(
        MemberHistory candidate,
        ClusterSnapshot snapshot
    )
    {
        foreach (var member in snapshot.Members)
        {
            if (
                Youngest(member) is not { } held
                || MemberHistory.Of(member) is not { } owner
                || held.Timeline < candidate.History.Timeline
            )
                continue;
            var relation = candidate.History.To(
                new WalHistory(owner.History.SystemIdentifier, held.Timeline, null) { Ancestry = held.Forks }
            );
            if (relation is HistoryRelation.Behind or HistoryRelation.Left or HistoryRelation.Diverged)
                yield return (held, new HistoryClaim(NameOf(member.Name), Words(candidate.History, held, relation), relation));
        }
    }

    /// <summary>Null where the WAL of that timeline is another cluster's: then its history file is, too.</summary>
    private static TimelineAncestry? Youngest(MemberSnapshot member) =>
        member.Archive is Observation<ArchiveFacts>.Seen { Value: var facts } && !IsForeign(member, facts)
            ? facts.Timelines.MaxBy(t => t.Timeline)
            : null;

    private static bool IsForeign(MemberSnapshot member, ArchiveFacts facts) =>
        facts.SystemIdentifier is { } identifier
        && MemberHistory.Of(member) is { } owner
        && owner.History.SystemIdentifier != identifier;

    private static string? WhyUnanswered(MemberSnapshot member) =>
        member.Archive switch
        {
            Observation<ArchiveFacts>.Seen { Value: var facts } when IsForeign(member, facts) =>
                $"its timeline {Number(facts.Timelines.Max(t => t.Timeline))} is of another cluster (system identifier {facts.SystemIdentifier})",
            Observation<ArchiveFacts>.Seen { Value.Gap: { } gap } => gap,
            // Nobody declared how its host is reached: there is no archive to ask, as there is no disk to inspect.
            Observation<ArchiveFacts>.Unreadable { Kind: not UnreadableKind.NotRead } unreadable => unreadable.Reason,
            _ => null,
        };

    private static string NameOf(string member) => $"the archive of {member}";

    private static string Words(TimelineAncestry held) =>
        held.Forks is [.., var last]
            ? $"timeline {Number(held.Timeline)}, which left timeline {Number(last.Parent)} at {last.At}"
            : $"timeline {Number(held.Timeline)}";

    private static string Words(WalHistory candidate, TimelineAncestry held, HistoryRelation relation) =>
        relation switch
        {
            HistoryRelation.Left => $"{Words(held)}; {candidate} has gone on alone",
            HistoryRelation.Diverged => $"{Words(held)}, and does not descend from {candidate}, nor the other way round",
            _ => Words(held),
        };

    private static string Number(int timeline) => timeline.ToString(CultureInfo.InvariantCulture);
}

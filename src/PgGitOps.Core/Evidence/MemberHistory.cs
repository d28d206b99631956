using PgGitOps.Core.Observed;

namespace PgGitOps.Core.Evidence;

/// <summary>The history that one member's data hold, as seen in this pass.</summary>
/// <param name="IsPrimary">It runs and accepts writes.</param>
/// <param name="IsRunning">False where only its data directory was seen.</param>
public sealed record MemberHistory(string Member, WalHistory History, bool IsPrimary, bool IsRunning)
{
    /// <summary>Started as it is, it accepts writes; or it does already.</summary>
    public bool IsPrimarysData { get; init; }

    /// <summary>The youngest timeline it holds a history file of, where that is younger than its own: somebody was promoted.</summary>
    public WalHistory? KnowsOf { get; init; }

    /// <summary>Of every member whose data were seen, in the snapshot's order.</summary>
    public static IReadOnlyList<MemberHistory> Of(ClusterSnapshot snapshot) => [.. snapshot.Members.Select(Of).OfType<MemberHistory>()];

    public static MemberHistory? Of(MemberSnapshot member) => member switch
    {
        { Server: Observation<ServerFacts>.Seen { Value: var facts } } =>
            Of(member.Name, facts.SystemIdentifier, facts.Timeline, facts.Lsn, facts.KnownTimelines, !facts.InRecovery, true) with { IsPrimarysData = !facts.InRecovery },
        { Host: Observation<DataDirectoryFacts>.Seen { Value: { SystemIdentifier: { } id, Timeline: { } timeline } directory } } =>
            Of(member.Name, id, timeline, directory.Lsn, directory.KnownTimelines, false, false) with { IsPrimarysData = !directory.StandbySignal },
        _ => null,
    };

    private static MemberHistory Of(string member, string systemIdentifier, int timeline, string? end, Sources.EquatableArray<TimelineAncestry> known, bool isPrimary, bool isRunning) =>
        new(member, WalHistory.Of(systemIdentifier, timeline, end, known), isPrimary, isRunning)
        {
            KnowsOf = known.Where(k => k.Timeline > timeline).MaxBy(k => k.Timeline) is { } younger
                ? new WalHistory(systemIdentifier, younger.Timeline, null) { Ancestry = younger.Forks }
                : null,
        };
}

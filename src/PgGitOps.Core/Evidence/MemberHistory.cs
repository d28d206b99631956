using PgGitOps.Core.Observed;

namespace PgGitOps.Core.Evidence;

/// <summary>The history that one member's data hold, as seen in this pass.</summary>
/// <param name="IsPrimary">It runs and accepts writes.</param>
/// <param name="IsRunning">False where only its data directory was seen.</param>
public sealed record MemberHistory(string Member, WalHistory History, bool IsPrimary, bool IsRunning)
{
    /// <summary>Started as it is, it accepts writes; or it does already.</summary>
    public bool IsPrimarysData { get; init; }

    /// <summary>A standby that receives WAL at this moment, from a source that is not known to have less: it may have been read later than that, and show more.</summary>
    public bool IsReceiving { get; init; }

    /// <summary>The youngest timeline it holds a history file of, where that is younger than its own: somebody was promoted.</summary>
    public WalHistory? KnowsOf { get; init; }

    /// <summary>Of every member whose data were seen, in the snapshot's order.</summary>
    public static IReadOnlyList<MemberHistory> Of(ClusterSnapshot snapshot)
    {
        // A primary that was put back to an earlier time sends WAL all the same: its standby asks from the beginning of a segment. What the primary
        // itself says of both positions was read in one moment.
        var ahead = snapshot
            .Members.Select(m => m.Server)
            .OfType<Observation<ServerFacts>.Seen>()
            .Where(s => !s.Value.InRecovery)
            .SelectMany(s => s.Value.Standbys)
            .Where(s => s.FlushLagBytes < 0)
            .Select(s => s.ApplicationName)
            .ToHashSet(StringComparer.Ordinal);
        return
        [
            .. snapshot
                .Members.Select(Of)
                .OfType<MemberHistory>()
                .Select(h => ahead.Contains(h.Member) ? h with { IsReceiving = false } : h),
        ];
    }

    public static MemberHistory? Of(MemberSnapshot member) =>
        member switch
        {
            { Server: Observation<ServerFacts>.Seen { Value: var facts } } => Of(
                member.Name,
                facts.SystemIdentifier,
                facts.Timeline,
                facts.Lsn,
                facts.KnownTimelines,
                !facts.InRecovery,
                true
            ) with
            {
                IsPrimarysData = !facts.InRecovery,
                IsReceiving = facts is { InRecovery: true, WalReceiver: not null },
            },
            { Host: Observation<DataDirectoryFacts>.Seen { Value: var directory } } => Of(member.Name, directory),
            _ => null,
        };

    /// <returns>Null where what the data are of could not be read.</returns>
    public static MemberHistory? Of(string member, DataDirectoryFacts directory) =>
        directory is { SystemIdentifier: { } id, Timeline: { } timeline }
            ? Of(member, id, timeline, directory.Lsn, directory.KnownTimelines, false, false) with
            {
                IsPrimarysData = !directory.StandbySignal,
            }
            : null;

    private static MemberHistory Of(
        string member,
        string systemIdentifier,
        int timeline,
        string? end,
        Sources.EquatableArray<TimelineAncestry> known,
        bool isPrimary,
        bool isRunning
    ) =>
        new(member, WalHistory.Of(systemIdentifier, timeline, end, known), isPrimary, isRunning)
        {
            KnowsOf = known.Where(k => k.Timeline > timeline).MaxBy(k => k.Timeline) is { } younger
                ? new WalHistory(systemIdentifier, younger.Timeline, null) { Ancestry = younger.Forks }
                : null,
        };
}

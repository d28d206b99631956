using System.Globalization;
using PgGitOps.Core.Desired;
using PgGitOps.Core.Evidence;
using PgGitOps.Core.Observed;
using PgGitOps.Core.Planning.Settings;
using PgGitOps.Core.Sources;

namespace PgGitOps.Core.Planning;

public enum ClusterAlertKind
{
    /// <summary>Nobody accepts writes.</summary>
    NoPrimary,

    /// <summary>Two members accept writes, or one does and others hold history that it lacks.</summary>
    TwoHistories,

    /// <summary>The cluster existed, and no member has a data directory.</summary>
    Missing,
}

/// <summary>What has to be read before everything else about a cluster.</summary>
/// <param name="Headline">One line; its beginning in capitals.</param>
/// <param name="Since">Since when it is known to stand so.</param>
/// <param name="Evidence">Who holds what, the newest history first.</param>
/// <param name="Advice">What to do.</param>
public sealed record ClusterAlert(
    ClusterAlertKind Kind,
    string Headline,
    DateTimeOffset Since,
    EquatableArray<string> Evidence,
    string Advice
)
{
    /// <returns>Null where one proven primary answers, and for a cluster that was never made.</returns>
    internal static ClusterAlert? Of(
        Primacy primacy,
        Cluster cluster,
        ClusterSnapshot snapshot,
        Topology topology,
        DateTimeOffset now
    )
    {
        var since =
            snapshot.Remembered is { } remembered && remembered.Standing == primacy.Name ? remembered.StandingSince ?? now : now;
        return primacy.Match<ClusterAlert?>(
            _ => null,
            split => new ClusterAlert(
                ClusterAlertKind.TwoHistories,
                $"TWO HISTORIES: {Names(split.Members)} both accept writes",
                since,
                Holders(snapshot, topology),
                $"fence all but the one whose writes count (stop it, and keep it from being started), then rejoin what was fenced as a standby; nothing is changed on {cluster.Name} until one primary is left"
            ),
            outdated => new ClusterAlert(
                ClusterAlertKind.TwoHistories,
                $"TWO HISTORIES: {outdated.Member} accepts writes, and others hold what it lacks: {Names(outdated.Claims.Select(c => c.Holder).Distinct(StringComparer.Ordinal))}",
                since,
                Holders(snapshot, topology)
                    .Concat(outdated.Claims.Select(c => $"against {outdated.Member}: {c.Holder} holds {c.Holds}"))
                    .ToEquatableArray(),
                $"fence {outdated.Member} and bring back the member with the newest history; if {outdated.Member} is the one that counts, approve it by name (Approval, spec.allows: primary: {outdated.Member})"
            ),
            _ => new ClusterAlert(
                ClusterAlertKind.NoPrimary,
                $"NO PRIMARY: {NobodyWrites(cluster, topology)}{Last(snapshot)}",
                since,
                Holders(snapshot, topology),
                NobodyAdvice(snapshot, topology)
            ),
            missing => new ClusterAlert(
                ClusterAlertKind.Missing,
                $"MISSING: no member of {cluster.Name} has a data directory, and it existed{Last(snapshot)}",
                since,
                [
                    .. Holders(snapshot, topology),
                    .. missing.Remembered is { } known
                        ? (IEnumerable<string>)
                            [
                                $"remembered: system identifier {known.SystemIdentifier}, {known.Furthest} (of {known.FurthestBy}, {Moment(known.FurthestAt)})",
                            ]
                        : [],
                ],
                "find the data (an unmounted file system, a changed dataRoot, another host) or restore a backup; only an approval that names the cluster makes a new, empty one (Approval, spec.allows: recreate: cluster)"
            ),
            _ => null
        );
    }

    /// <summary>One that could not be read may accept writes all the same: where its login fails, nobody is to be promoted beside it.</summary>
    private static string NobodyWrites(Cluster cluster, Topology topology) =>
        topology.Members.Where(m => m.Status == MemberStatus.Unreadable).Select(m => m.Name).ToArray() is { Length: > 0 } unseen
            ? $"no member of {cluster.Name} that could be read accepts writes, and {Names(unseen)} could not be read"
            : $"no member of {cluster.Name} accepts writes";

    private static string Last(ClusterSnapshot snapshot) =>
        snapshot.Remembered is { Primary: { } primary, PrimarySeen: { } seen }
            ? $" (last primary {primary}, seen {Moment(seen)})"
            : "";

    /// <summary>Every member with what it holds; those with the newest history first, those that nobody could see last.</summary>
    private static EquatableArray<string> Holders(ClusterSnapshot snapshot, Topology topology)
    {
        var histories = MemberHistory
            .Of(snapshot)
            .OrderByDescending(h => h.History.Timeline)
            .ThenByDescending(h => h.History.End)
            .ThenBy(h => h.Member, StringComparer.Ordinal)
            .ToArray();
        return
        [
            .. histories.Select(h =>
                $"{h.Member} holds {h.History} ({Word(topology.Find(h.Member)?.Status)}){Beyond(h, histories)}{PointsTo(snapshot, h.Member)}"
            ),
            .. topology
                .Members.Where(m => histories.All(h => h.Member != m.Name))
                .Select(m =>
                    $"{m.Name}: {(m.Status == MemberStatus.Absent ? "no data" : "what it holds is not known")} ({m.Reason})"
                ),
            .. ArchiveWitness.Holdings(snapshot),
            .. ArchiveWitness.Unanswered(snapshot),
        ];
    }

    /// <summary>WAL that only this member has, because another was promoted without it.</summary>
    private static string Beyond(MemberHistory member, IEnumerable<MemberHistory> all) =>
        all.Where(o => member.History.To(o.History) == HistoryRelation.Left)
            .Select(o => member.History.ForkTo(o.History))
            .FirstOrDefault(f => f is not null)
            is { } fork
        && member.History.End is { } end
            ? string.Create(CultureInfo.InvariantCulture, $", {end.Bytes - fork.Bytes} bytes of it beyond the fork at {fork}")
            : "";

    private static string PointsTo(ClusterSnapshot snapshot, string member) =>
        snapshot.Find(member)?.Server is Observation<ServerFacts>.Seen { Value: { InRecovery: true } facts }
        && facts.Setting("primary_conninfo")?.Value is { Length: > 0 } text
        && Conninfo.Parse(text) is var words
        && words.TryGetValue("host", out var host)
            ? $", points to {host}:{words.GetValueOrDefault("port", "5432")}{(facts.WalReceiver is null ? " and receives nothing" : "")}"
            : "";

    private static string NobodyAdvice(ClusterSnapshot snapshot, Topology topology)
    {
        var unseen = topology.Members.Where(m => m.Status == MemberStatus.Unreadable).Select(m => m.Name).ToArray();
        var wait =
            unseen.Length > 0
                ? $"find out first whether {Names(unseen)} {(unseen.Length == 1 ? "lives" : "live")}: it may hold more, or be the primary; then "
                : "";
        var best = MemberHistory
            .Of(snapshot)
            .Where(h => Primacy.ClaimsAgainst(h.Member, snapshot).Count == 0)
            .Select(h => h.Member)
            .Order(StringComparer.Ordinal)
            .ToArray();
        return best.Length == 0
            ? $"{wait}find the data with the newest history, or restore a backup: no member that can be seen holds it"
            : $"{wait}bring back {(best.Length == 1 ? best[0] : $"one of {string.Join(", ", best)}")}, which {(best.Length == 1 ? "holds" : "hold")} the newest history that can be seen: start it, or promote it if it is a standby";
    }

    private static string Word(MemberStatus? status) =>
        status switch
        {
            MemberStatus.Primary => "primary",
            MemberStatus.Standby => "standby",
            MemberStatus.StoppedPrimary => "stopped, a primary's data",
            MemberStatus.StoppedStandby => "stopped, a standby's data",
            MemberStatus.Absent => "absent",
            MemberStatus.Unreadable or null => "cannot be asked",
        };

    private static string Names(IEnumerable<string> names)
    {
        string[] all = [.. names];
        return all.Length < 2 ? string.Concat(all) : $"{string.Join(", ", all[..^1])} and {all[^1]}";
    }

    private static string Moment(DateTimeOffset at) =>
        at.UtcDateTime.ToString("yyyy-MM-dd HH:mm:ss'Z'", CultureInfo.InvariantCulture);
}

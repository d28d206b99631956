using PgGitOps.Core.Desired;
using PgGitOps.Core.Facets;
using PgGitOps.Core.Observed;
using PgGitOps.Core.Sources;

namespace PgGitOps.Core.Evidence;

/// <summary>What a pass adds to what is remembered of a cluster.</summary>
public static class ClusterMemory
{
    /// <param name="before">Null where nothing is remembered.</param>
    /// <param name="accepted">Members whose history a person has accepted as the cluster's: it replaces what was remembered.</param>
    /// <returns>Null where there is nothing to remember yet.</returns>
    /// <remarks>The newest history stays, whoever shows it: an old copy that answers does not make it forgotten.</remarks>
    public static RememberedCluster? Learn(
        RememberedCluster? before,
        ClusterSnapshot seen,
        Cluster cluster,
        FleetEnvironment environment,
        Primacy primacy,
        IReadOnlySet<string> accepted,
        DateTimeOffset now
    )
    {
        var histories = MemberHistory.Of(seen).ToArray();
        var uses = UsesOf(before, seen);
        var dismissed = DismissedOf(before, histories, seen, accepted);
        if (
            primacy is Primacy.Proven { Member: var primary }
            && accepted.Contains(primary)
            && histories.FirstOrDefault(h => h.Member == primary) is { } chosen
            && before is not null
            && (
                before.SystemIdentifier != chosen.History.SystemIdentifier
                || before.Furthest.To(chosen.History) is not (HistoryRelation.Same or HistoryRelation.Behind)
            )
        )
            before = null;
        if (
            before is not null
            && primacy is Primacy.Proven { Member: var made }
            && WasRecreated(seen)
            && histories.FirstOrDefault(h => h.Member == made) is { } fresh
            && fresh.History.SystemIdentifier != before.SystemIdentifier
        )
            before = null;
        var identifier = before?.SystemIdentifier ?? IdentifierOf(histories);
        if (identifier is null)
            return before is null ? null : Standing(before with { Dismissed = dismissed }, primacy, now);
        var known = before ?? Begin(cluster.Name, identifier, histories, now);
        foreach (var history in histories.Where(h => h.History.SystemIdentifier == identifier))
        {
            if (known.Furthest.To(history.History) is HistoryRelation.Behind or HistoryRelation.Left)
                known = known with
                {
                    Furthest = history.History,
                    FurthestBy = history.Member,
                    FurthestAt = now,
                    Token = known.Furthest.Timeline == history.History.Timeline ? known.Token : 0,
                };
            // The same position again, told by somebody who could read its ancestry.
            else if (
                known.Furthest.Ancestry is null
                && history.History.Ancestry is not null
                && history.History.Timeline == known.Furthest.Timeline
            )
                known = known with { Furthest = known.Furthest with { Ancestry = history.History.Ancestry } };
        }
        if (primacy is Primacy.Proven { Member: var only })
        {
            known = known with { Primary = only, PrimarySeen = now, PrimaryTimeline = TimelineOf(histories, only) };
            if (
                seen.Record is Observation<ClusterRecord>.Seen { Value.Token: var token }
                && token > known.Token
                && TimelineOf(histories, only) == known.Furthest.Timeline
            )
                known = known with { Token = token };
        }
        return Standing(
            known with
            {
                Uses = uses,
                Dismissed = dismissed,
                Members = MembersOf(known, seen, cluster, environment, identifier, now),
            },
            primacy,
            now
        );
    }

    /// <summary>What two processes remember that looked at the same cluster at the same time: the newest of each, and nothing of either is lost.</summary>
    /// <param name="ours">Counts where they speak of two different clusters: a person may just have said which one it is.</param>
    public static RememberedCluster Merge(RememberedCluster theirs, RememberedCluster ours)
    {
        if (theirs.SystemIdentifier != ours.SystemIdentifier)
            return ours;
        var merged = ours.Furthest.To(theirs.Furthest) is HistoryRelation.Behind or HistoryRelation.Left
            ? ours with
            {
                Furthest = theirs.Furthest,
                FurthestBy = theirs.FurthestBy,
                FurthestAt = theirs.FurthestAt,
                Token = theirs.Token,
            }
            : ours;
        if (theirs.Furthest.Timeline == ours.Furthest.Timeline)
            merged = merged with { Token = Math.Max(theirs.Token, ours.Token) };
        if (theirs.PrimarySeen > (ours.PrimarySeen ?? DateTimeOffset.MinValue))
            merged = merged with
            {
                Primary = theirs.Primary,
                PrimarySeen = theirs.PrimarySeen,
                PrimaryTimeline = theirs.PrimaryTimeline,
            };
        return merged with
        {
            Members = theirs
                .Members.Concat(ours.Members)
                .GroupBy(m => m.Name, StringComparer.Ordinal)
                .Select(g => g.MaxBy(m => m.Seen)!)
                .OrderBy(m => m.Name, StringComparer.Ordinal)
                .ToEquatableArray(),
            Uses = ours
                .Uses.Concat(theirs.Uses)
                .DistinctBy(u => (u.Object, u.Field))
                .OrderBy(u => u.Object, StringComparer.Ordinal)
                .ThenBy(u => u.Field, StringComparer.Ordinal)
                .ToEquatableArray(),
            Dismissed = Ordered(ours.Dismissed.Concat(theirs.Dismissed)),
        };
    }

    /// <summary>Its record says that it was made anew with an approval that named the cluster: what was remembered is of the one before.</summary>
    public static bool WasRecreated(ClusterSnapshot seen) =>
        seen.Record is Observation<ClusterRecord>.Seen { Value: var record }
        && record.Applied.Any(a => a.Field == Whole && ObjectPath.Parse(a.Object) is ObjectPath.Approval);

    private const string Whole = "cluster";

    private static EquatableArray<ApprovalUse> UsesOf(RememberedCluster? before, ClusterSnapshot seen)
    {
        var uses = (before?.Uses ?? []).ToDictionary(u => (u.Object, u.Field));
        if (seen.Record is Observation<ClusterRecord>.Seen { Value: var record })
        {
            foreach (var use in record.Applied.Where(a => ObjectPath.Parse(a.Object) is ObjectPath.Approval))
                uses[(use.Object, use.Field)] = new ApprovalUse(use.Object, use.Field, use.Value);
        }
        return uses
            .Values.OrderBy(u => u.Object, StringComparer.Ordinal)
            .ThenBy(u => u.Field, StringComparer.Ordinal)
            .ToEquatableArray();
    }

    /// <summary>What an archive holds against a primary that a person has accepted is dismissed with it: an archive forgets nothing, and approvals end.</summary>
    private static EquatableArray<TimelineAncestry> DismissedOf(
        RememberedCluster? before,
        IEnumerable<MemberHistory> histories,
        ClusterSnapshot seen,
        IReadOnlySet<string> accepted
    ) =>
        Ordered(
            histories
                .Where(h => accepted.Contains(h.Member))
                .SelectMany(h => ArchiveWitness.HistoriesAgainst(h, seen))
                .Concat(before?.Dismissed ?? [])
        );

    private static EquatableArray<TimelineAncestry> Ordered(IEnumerable<TimelineAncestry> histories) =>
        histories
            .Distinct()
            .OrderBy(h => h.Timeline)
            .ThenBy(h => string.Join(',', h.Forks.Select(f => f.At)), StringComparer.Ordinal)
            .ToEquatableArray();

    private static RememberedCluster Begin(
        string cluster,
        string identifier,
        IEnumerable<MemberHistory> histories,
        DateTimeOffset now
    )
    {
        var first = histories.First(h => h.History.SystemIdentifier == identifier);
        return new RememberedCluster
        {
            Cluster = cluster,
            SystemIdentifier = identifier,
            Furthest = first.History,
            FurthestBy = first.Member,
            FurthestAt = now,
        };
    }

    /// <summary>Of servers that answer; where they do not agree, nobody knows which is the cluster's.</summary>
    private static string? IdentifierOf(IEnumerable<MemberHistory> histories) =>
        histories
            .Where(h => h.IsRunning)
            .Select(h => h.History.SystemIdentifier)
            .Distinct(StringComparer.Ordinal)
            .Take(2)
            .ToArray()
            is [var only]
            ? only
            : null;

    private static int? TimelineOf(IEnumerable<MemberHistory> histories, string member) =>
        histories.FirstOrDefault(h => h.Member == member)?.History.Timeline;

    private static RememberedCluster Standing(RememberedCluster known, Primacy primacy, DateTimeOffset now) =>
        known.Standing == primacy.Name ? known : known with { Standing = primacy.Name, StandingSince = now };

    private static EquatableArray<RememberedMember> MembersOf(
        RememberedCluster known,
        ClusterSnapshot seen,
        Cluster cluster,
        FleetEnvironment environment,
        string identifier,
        DateTimeOffset now
    )
    {
        var members = known.Members.ToDictionary(m => m.Name, StringComparer.Ordinal);
        foreach (var member in cluster.Members)
        {
            if (
                seen.Find(member.Name)?.Server is not Observation<ServerFacts>.Seen { Value: var facts }
                || facts.SystemIdentifier != identifier
            )
                continue;
            var before = members.GetValueOrDefault(member.Name);
            var address = environment.Hosts.FirstOrDefault(h => h.Name == member.Host)?.Address ?? "";
            // Without a record nobody knows who made it: then the earlier word stands, and a server nobody spoke for counts as found.
            var made = seen.Record is Observation<ClusterRecord>.Seen { Value: var record }
                ? record.Inventory.Any(i => i.Object == new ObjectPath.Member(member.Name).ToString())
                : before?.Made ?? false;
            members[member.Name] = new RememberedMember(
                member.Name,
                member.Host,
                address,
                member.Port,
                facts.DataDirectory ?? before?.DataDirectory,
                made,
                now
            );
        }
        return members.Values.OrderBy(m => m.Name, StringComparer.Ordinal).ToEquatableArray();
    }
}

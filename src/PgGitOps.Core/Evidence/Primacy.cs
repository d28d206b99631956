using PgGitOps.Core.Observed;
using PgGitOps.Core.Sources;

namespace PgGitOps.Core.Evidence;

/// <summary>Somebody who holds history that a member lacks.</summary>
/// <param name="Holder">A member, its archive, or what is remembered.</param>
/// <param name="Holds">What, in words.</param>
/// <param name="Relation">Of the member's history to the holder's.</param>
public sealed record HistoryClaim(string Holder, string Holds, HistoryRelation Relation);

/// <summary>Who may be primary, told by histories. Closed.</summary>
/// <remarks>
/// A member counts as the primary only if no member, no archive, and nothing remembered, holds a newer history. What could not be seen is not
/// held against it: an unreachable member is dealt with where a server would be started.
/// </remarks>
public abstract record Primacy
{
    private Primacy() { }

    /// <summary>The name by which it is remembered.</summary>
    public string Name => GetType().Name;

    /// <summary>One member accepts writes, and nobody holds a newer history.</summary>
    public sealed record Proven(string Member) : Primacy;

    /// <summary>More than one accepts writes.</summary>
    public sealed record Split(EquatableArray<string> Members) : Primacy;

    /// <summary>One accepts writes, and others hold history that it lacks.</summary>
    public sealed record Outdated(string Member, EquatableArray<HistoryClaim> Claims) : Primacy;

    /// <summary>Nobody accepts writes.</summary>
    public sealed record Nobody : Primacy;

    /// <summary>It is known to have existed, and no member has a data directory.</summary>
    /// <param name="Remembered">Null where only what was left on the hosts tells of it.</param>
    public sealed record Missing(RememberedCluster? Remembered) : Primacy;

    /// <summary>Nothing is there, and nothing is known to have been.</summary>
    public sealed record NeverMade : Primacy;

    public T Match<T>(
        Func<Proven, T> proven,
        Func<Split, T> split,
        Func<Outdated, T> outdated,
        Func<Nobody, T> nobody,
        Func<Missing, T> missing,
        Func<NeverMade, T> neverMade
    ) =>
        this switch
        {
            Proven p => proven(p),
            Split s => split(s),
            Outdated o => outdated(o),
            Nobody n => nobody(n),
            Missing m => missing(m),
            NeverMade n => neverMade(n),
            _ => throw new InvalidOperationException("Primacy is closed"),
        };

    /// <param name="accepted">Members whose history a person has accepted as the cluster's, whatever else is known.</param>
    public static Primacy Of(ClusterSnapshot snapshot, IReadOnlySet<string> accepted)
    {
        var primaries = snapshot.Primaries.Select(p => p.Name).ToArray();
        if (primaries.Length > 1)
            return new Split(primaries.ToEquatableArray());
        if (primaries is [var only])
        {
            var claims = accepted.Contains(only) ? [] : ClaimsAgainst(only, snapshot);
            return claims.Count == 0 ? new Proven(only) : new Outdated(only, claims.ToEquatableArray());
        }
        var allAbsent = snapshot.Members.All(m =>
            m.Server is Observation<ServerFacts>.Absent || m.Host is Observation<DataDirectoryFacts>.Absent
        );
        return !allAbsent ? new Nobody()
            : snapshot.Remembered is not null || TraceOf(snapshot) is not null ? new Missing(snapshot.Remembered)
            : new NeverMade();
    }

    /// <summary>What is left on a host of a server that was there once, in words; null where nothing is.</summary>
    public static string? TraceOf(ClusterSnapshot snapshot) =>
        snapshot
            .Members.Select(m => m.Host)
            .OfType<Observation<DataDirectoryFacts>.Absent>()
            .FirstOrDefault(h => h.WasThere)
            ?.Evidence;

    /// <summary>What others hold that this member lacks; empty where it holds the newest history that is known.</summary>
    public static IReadOnlyList<HistoryClaim> ClaimsAgainst(string member, ClusterSnapshot snapshot)
    {
        var histories = MemberHistory.Of(snapshot);
        if (histories.FirstOrDefault(h => h.Member == member) is not { } candidate)
            return [];
        List<HistoryClaim> claims = [];
        foreach (var other in histories.Where(h => h.Member != member))
        {
            if (Between(candidate, other) is { } claim)
                claims.Add(claim);
        }
        if (candidate.KnowsOf is { } own)
            claims.Add(
                new HistoryClaim(
                    member,
                    $"itself the history file of timeline {own.Timeline.ToString(System.Globalization.CultureInfo.InvariantCulture)}, which it does not follow: somebody was promoted",
                    candidate.History.To(own)
                )
            );
        claims.AddRange(ArchiveWitness.Against(candidate, snapshot));
        if (snapshot.Remembered is { } remembered && AgainstMemory(candidate, snapshot, remembered) is { } against)
            claims.Add(against);
        return claims;
    }

    /// <summary>What one holds that the other lacks; null where it stands not against it.</summary>
    public static HistoryClaim? Between(MemberHistory candidate, MemberHistory other)
    {
        var relation = candidate.History.To(other.History);
        if (IsNewer(relation, candidate, other))
            return new HistoryClaim(other.Member, Words(candidate.History, other.History, relation), relation);
        if (
            !candidate.IsRunning
            && relation == HistoryRelation.Same
            && candidate.History.End is null
            && other.History.End is not null
        )
            return new HistoryClaim(
                other.Member,
                $"{other.History}, and how far the WAL of {candidate.Member} reaches could not be read",
                relation
            );
        return other.KnowsOf is { } known && known.Timeline > candidate.History.Timeline
            ? new HistoryClaim(
                other.Member,
                $"the history file of timeline {known.Timeline.ToString(System.Globalization.CultureInfo.InvariantCulture)}: somebody was promoted",
                candidate.History.To(known)
            )
            : null;
    }

    /// <summary>Which of the stopped members with a primary's data may be started as the primary: the only one, the one that a person accepted, or the one that nobody stands against.</summary>
    /// <returns>Null where that cannot be told: a history that could not be read may be the newest, and two that nobody stands against are one and the same.</returns>
    public static string? Newest(ClusterSnapshot snapshot, IReadOnlyCollection<string> stopped, IReadOnlySet<string> accepted)
    {
        if (stopped.Count < 2)
            return stopped.FirstOrDefault();
        if (stopped.Where(accepted.Contains).ToArray() is [var only])
            return only;
        var known = MemberHistory.Of(snapshot).Where(h => h.History.End is not null).Select(h => h.Member).ToHashSet();
        return stopped.All(known.Contains) && stopped.Where(m => ClaimsAgainst(m, snapshot).Count == 0).ToArray() is [var newest]
            ? newest
            : null;
    }

    // Two running servers are never read in one moment: on one timeline a standby that receives may be read later than its primary, and show more.
    // One that receives nothing has what it had before; a primary that lacks it was put back to an earlier time.
    private static bool IsNewer(HistoryRelation relation, MemberHistory candidate, MemberHistory other) =>
        relation switch
        {
            HistoryRelation.Behind => candidate.History.Timeline < other.History.Timeline
                || !candidate.IsRunning
                || other is not ({ IsRunning: true, IsPrimary: true } or { IsReceiving: true }),
            HistoryRelation.Left or HistoryRelation.Diverged => true,
            HistoryRelation.Same or HistoryRelation.Ahead or HistoryRelation.LeftByOther or HistoryRelation.Foreign => false,
        };

    private static HistoryClaim? AgainstMemory(MemberHistory candidate, ClusterSnapshot snapshot, RememberedCluster remembered)
    {
        var relation = candidate.History.To(remembered.Furthest);
        var holder = FormattableString.Invariant(
            $"what was seen of {remembered.FurthestBy} at {remembered.FurthestAt.UtcDateTime:yyyy-MM-dd HH:mm:ss}Z"
        );
        if (relation is HistoryRelation.Behind or HistoryRelation.Left or HistoryRelation.Diverged)
            return new HistoryClaim(holder, Words(candidate.History, remembered.Furthest, relation), relation);
        // Each promotion takes a new number, so on one timeline only one member is ever primary. Two that were promoted from the same position apart from each
        // other have the same number and the same ancestry: no position tells them apart, only who it was.
        if (
            relation != HistoryRelation.Foreign
            && candidate.IsPrimarysData
            && remembered is { Primary: { } primary, PrimarySeen: { } seen, PrimaryTimeline: { } timeline }
            && timeline == candidate.History.Timeline
            && primary != candidate.Member
            && snapshot.Find(primary) is not null
        )
        {
            return new HistoryClaim(
                FormattableString.Invariant($"what was seen of {primary} at {seen.UtcDateTime:yyyy-MM-dd HH:mm:ss}Z"),
                FormattableString.Invariant(
                    $"timeline {timeline} as its primary: {candidate.Member} was promoted apart from it to the same number, or its data are a copy"
                ),
                HistoryRelation.Diverged
            );
        }
        // A token only grows. On the timeline that showed it, a lower one tells of data that were put back to an earlier time. A cluster that was
        // made anew by an approval counts from the beginning.
        return
            relation != HistoryRelation.Foreign
            && candidate.IsPrimary
            && candidate.History.Timeline == remembered.Furthest.Timeline
            && snapshot.Record is Observation<ClusterRecord>.Seen { Value.Token: > 0 and var token }
            && token < remembered.Token
            ? new HistoryClaim(
                holder,
                FormattableString.Invariant(
                    $"fencing token {remembered.Token}, and {candidate.Member} has {token}: its data are of an earlier time"
                ),
                HistoryRelation.Behind
            )
            : null;
    }

    private static string Words(WalHistory candidate, WalHistory other, HistoryRelation relation) =>
        relation switch
        {
            HistoryRelation.Left =>
                $"{other}, which left timeline {candidate.Timeline.ToString(System.Globalization.CultureInfo.InvariantCulture)} at {candidate.ForkTo(other)}; {candidate} has gone on alone",
            HistoryRelation.Diverged => $"{other}, which does not descend from {candidate}, nor the other way round",
            _ => other.ToString(),
        };
}

using System.Globalization;
using PgGitOps.Core.Observed;
using PgGitOps.Core.Sources;
using PgGitOps.Tests.Builders;

namespace PgGitOps.Tests.Lineage;

/// <summary>Histories and servers written short: <c>2 0/200 1@0/100</c> is timeline 2, ending at 0/200, which left timeline 1 at 0/100; ? is unknown.</summary>
internal static class Histories
{
    internal static WalHistory Read(string text)
    {
        var words = text.Split(' ');
        var timeline = int.Parse(words[0], CultureInfo.InvariantCulture);
        return new WalHistory("7001", timeline, Lsn.TryParse(words[1]))
        {
            Ancestry =
                words.Length < 3 ? []
                : words[2] == "?" ? null
                : Forks(words[2]),
        };
    }

    /// <summary>A running server with that history.</summary>
    internal static MemberSnapshot Running(string member, bool primary, string text)
    {
        var words = text.Split(' ');
        var facts = primary ? Snapshots.Primary() : Snapshots.Standby() with { WalReceiver = null };
        return Snapshots.Seen(
            member,
            facts with
            {
                Timeline = int.Parse(words[0], CultureInfo.InvariantCulture),
                Lsn = words[1] == "?" ? null : words[1],
                KnownTimelines = Known(words),
            }
        );
    }

    /// <summary>A standby with that history, to which WAL comes at this moment.</summary>
    internal static MemberSnapshot Receiving(string member, string text)
    {
        var seen = Running(member, false, text);
        var facts = ((Observation<ServerFacts>.Seen)seen.Server).Value;
        return Snapshots.Seen(
            member,
            facts with
            {
                WalReceiver = new WalReceiverFact("streaming", "10.0.0.1", 5432, member.Replace('-', '_'), facts.Timeline),
            }
        );
    }

    /// <summary>A stopped server with that history.</summary>
    internal static MemberSnapshot Stopped(string member, bool standby, string text)
    {
        var words = text.Split(' ');
        var stopped = Snapshots.Stopped(member, standby);
        var directory = ((Observation<DataDirectoryFacts>.Seen)stopped.Host!).Value;
        return stopped with
        {
            Host = new Observation<DataDirectoryFacts>.Seen(
                directory with
                {
                    Timeline = int.Parse(words[0], CultureInfo.InvariantCulture),
                    Lsn = words[1] == "?" ? null : words[1],
                    KnownTimelines = Known(words),
                },
                Snapshots.At
            ),
        };
    }

    /// <summary>Its archive gave these history files, written as <c>2 1@0/100</c>, and nothing else.</summary>
    internal static MemberSnapshot Archived(this MemberSnapshot member, params string[] histories) =>
        member with
        {
            Archive = new Observation<ArchiveFacts>.Seen(
                new ArchiveFacts
                {
                    Timelines = histories
                        .Select(h => h.Split(' '))
                        .Select(w => new TimelineAncestry(int.Parse(w[0], CultureInfo.InvariantCulture), Forks(w[1])))
                        .ToEquatableArray(),
                },
                Snapshots.At
            ),
        };

    /// <summary>The WAL beside them is of that cluster.</summary>
    internal static MemberSnapshot ArchivedBy(this MemberSnapshot member, string systemIdentifier) =>
        member with
        {
            Archive = new Observation<ArchiveFacts>.Seen(
                ((Observation<ArchiveFacts>.Seen)member.Archive!).Value with
                {
                    SystemIdentifier = systemIdentifier,
                },
                Snapshots.At
            ),
        };

    internal static MemberSnapshot ArchiveSilent(this MemberSnapshot member, string reason) =>
        member with
        {
            Archive = new Observation<ArchiveFacts>.Unreadable(UnreadableKind.Faulty, reason, Snapshots.At),
        };

    internal static RememberedCluster Remembered(string text, string by = "core-1", params RememberedMember[] members) =>
        new()
        {
            Cluster = "core",
            SystemIdentifier = "7001",
            Furthest = Read(text),
            FurthestBy = by,
            FurthestAt = Snapshots.At.AddHours(-1),
            Primary = by,
            PrimarySeen = Snapshots.At.AddHours(-1),
            Members = [.. members],
        };

    private static EquatableArray<TimelineAncestry> Known(string[] words) =>
        words.Length < 3 || words[2] == "?"
            ? []
            : [new TimelineAncestry(int.Parse(words[0], CultureInfo.InvariantCulture), Forks(words[2]))];

    private static EquatableArray<TimelineFork> Forks(string text) =>
        text.Split(',')
            .Select(f => f.Split('@'))
            .Select(f => new TimelineFork(int.Parse(f[0], CultureInfo.InvariantCulture), f[1]))
            .ToEquatableArray();
}

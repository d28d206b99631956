using System.Globalization;
using PgGitOps.Core.Desired;
using PgGitOps.Core.Evidence;
using PgGitOps.Core.Observed;

namespace PgGitOps.Core.Planning;

public enum MemberStatus
{
    Primary,
    Standby,

    /// <summary>A data directory without standby.signal, and no process.</summary>
    StoppedPrimary,

    /// <summary>A data directory with standby.signal, and no process.</summary>
    StoppedStandby,

    /// <summary>A witness on the host saw that there is no data directory.</summary>
    Absent,

    /// <summary>Nobody knows.</summary>
    Unreadable,
}

/// <param name="Reason">Evidence of the status, for a reader.</param>
internal sealed record MemberView(
    string Name,
    MemberStatus Status,
    string Reason,
    ServerFacts? Facts,
    DataDirectoryFacts? Directory
)
{
    internal string? SystemIdentifier => Facts?.SystemIdentifier ?? Directory?.SystemIdentifier;

    internal MemberOrigin Origin { get; init; }
}

/// <summary>What each declared member is right now.</summary>
internal sealed record Topology(IReadOnlyList<MemberView> Members)
{
    internal bool AllAbsent => Members.All(m => m.Status == MemberStatus.Absent);

    internal IEnumerable<MemberView> Primaries => Members.Where(m => m.Status == MemberStatus.Primary);

    /// <summary>Facts of the only primary; null when there is none or more than one.</summary>
    internal ServerFacts? PrimaryFacts => Primaries.Take(2).ToArray() is [var only] ? only.Facts : null;

    internal string? PrimaryName => Primaries.Take(2).ToArray() is [var only] ? only.Name : null;

    internal MemberView? Find(string name) => Members.FirstOrDefault(m => m.Name == name);

    /// <summary>Where a standby streams from: the declared cascade, else the primary.</summary>
    internal static string UpstreamOf(Member member, string primary) =>
        member.From is { } from && from.Value != member.Name ? from.Value : primary;

    internal static Topology Of(Cluster cluster, ClusterSnapshot snapshot) =>
        new([.. cluster.Members.Select(m => View(m, snapshot.Find(m.Name)) with { Origin = MemberOrigins.Of(m, snapshot) })]);

    private static MemberView View(Member member, MemberSnapshot? seen)
    {
        switch (seen?.Server)
        {
            case null:
                return new MemberView(member.Name, MemberStatus.Unreadable, "it was not observed", null, null);
            case Observation<ServerFacts>.Seen server:
                return new MemberView(
                    member.Name,
                    server.Value.InRecovery ? MemberStatus.Standby : MemberStatus.Primary,
                    "it answered",
                    server.Value,
                    null
                );
            case Observation<ServerFacts>.Absent absent when seen.Host is null:
                return new MemberView(member.Name, MemberStatus.Absent, absent.Evidence, null, null);
            case Observation<ServerFacts>.Unreadable
            {
                Kind: UnreadableKind.AccessDenied or UnreadableKind.NotReady or UnreadableKind.Faulty or UnreadableKind.Stranger
            } answered:
                // Something answers on the port: whatever the host shows, this is not a stopped or an absent member.
                return new MemberView(member.Name, MemberStatus.Unreadable, answered.Reason, null, null);
        }
        var why = seen.Server is Observation<ServerFacts>.Unreadable u ? u.Reason : "the server did not answer";
        return seen.Host switch
        {
            Observation<DataDirectoryFacts>.Absent absent => new MemberView(
                member.Name,
                MemberStatus.Absent,
                absent.Evidence,
                null,
                null
            ),
            Observation<DataDirectoryFacts>.Seen { Value: { Running: false } directory } => new MemberView(
                member.Name,
                directory.StandbySignal ? MemberStatus.StoppedStandby : MemberStatus.StoppedPrimary,
                $"no server runs on {directory.Path}",
                null,
                directory
            ),
            Observation<DataDirectoryFacts>.Seen { Value: var running } => new MemberView(
                member.Name,
                MemberStatus.Unreadable,
                running.Port is { } port && port != member.Port
                    ? string.Create(
                        CultureInfo.InvariantCulture,
                        $"the server of {running.Path} listens on port {port}, and the documents say {member.Port}"
                    )
                    : $"a server runs on {running.Path}, but {why}",
                null,
                null
            ),
            Observation<DataDirectoryFacts>.Unreadable host => new MemberView(
                member.Name,
                MemberStatus.Unreadable,
                $"{why}; its host: {host.Reason}",
                null,
                null
            ),
            _ => new MemberView(member.Name, MemberStatus.Unreadable, why, null, null),
        };
    }
}

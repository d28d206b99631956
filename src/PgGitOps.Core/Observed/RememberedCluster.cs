using PgGitOps.Core.Sources;

namespace PgGitOps.Core.Observed;

/// <summary>What is remembered of a cluster outside of it, so that neither a lost disk nor an old copy can make it forgotten.</summary>
public sealed record RememberedCluster
{
    public required string Cluster { get; init; }

    /// <summary>Of the data that were made or adopted. Servers with another one are another cluster.</summary>
    public required string SystemIdentifier { get; init; }

    /// <summary>The newest history that any member ever showed.</summary>
    public required WalHistory Furthest { get; init; }

    /// <summary>Member that showed it, and when.</summary>
    public required string FurthestBy { get; init; }

    public required DateTimeOffset FurthestAt { get; init; }

    /// <summary>Highest fencing token that a primary of <see cref="Furthest"/>'s timeline showed; 0 for none.</summary>
    public long Token { get; init; }

    /// <summary>The last member that was seen as the only primary, and when; null where none ever was.</summary>
    public string? Primary { get; init; }

    public DateTimeOffset? PrimarySeen { get; init; }

    /// <summary>On which timeline it was primary; null where that was not written down.</summary>
    public int? PrimaryTimeline { get; init; }

    /// <summary>Since when it stands as it does about its primary, and how: the name of a case of primacy.</summary>
    public string Standing { get; init; } = "";

    public DateTimeOffset? StandingSince { get; init; }

    /// <summary>Ordered by name.</summary>
    public EquatableArray<RememberedMember> Members { get; init; } = [];

    /// <summary>Approvals that were used, also of a cluster that was lost since; ordered.</summary>
    public EquatableArray<ApprovalUse> Uses { get; init; } = [];

    /// <summary>Histories that a WAL archive held when a person accepted a primary without them: they stand against nobody any more. Ordered by timeline.</summary>
    public EquatableArray<TimelineAncestry> Dismissed { get; init; } = [];

    public RememberedMember? Find(string member) => Members.FirstOrDefault(m => m.Name == member);
}

/// <summary>As the cluster's record holds it among the applied values.</summary>
/// <param name="Object">Such as <c>approval/core-anew</c>.</param>
/// <param name="Field">What it was used for, such as <c>cluster</c>.</param>
/// <param name="Value">Whose consent, until when.</param>
public sealed record ApprovalUse(string Object, string Field, string Value);

/// <param name="Host">Name of the host in the documents of that time.</param>
/// <param name="DataDirectory">As the server told it; null where it did not.</param>
/// <param name="Made">It was provisioned by the engine; false for a server that was found.</param>
/// <param name="Seen">When it answered last.</param>
public sealed record RememberedMember(
    string Name,
    string Host,
    string Address,
    int Port,
    string? DataDirectory,
    bool Made,
    DateTimeOffset Seen
);

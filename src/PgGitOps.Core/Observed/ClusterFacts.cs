using PgGitOps.Core.Sources;

namespace PgGitOps.Core.Observed;

/// <summary>What one source says of a cluster. Closed: <see cref="Servers"/>, <see cref="Management"/>, <see cref="Backups"/>.</summary>
public abstract record ClusterFacts
{
    private ClusterFacts() { }

    /// <summary>The servers themselves, and what is kept inside them.</summary>
    public sealed record Servers(
        EquatableArray<MemberSnapshot> Members,
        EquatableArray<DatabaseSnapshot> Databases,
        Observation<ClusterRecord> Record,
        EquatableArray<ServerObjection> Objections
    ) : ClusterFacts;

    public sealed record Management(Observation<ManagerFacts> Says) : ClusterFacts;

    public sealed record Backups(Observation<BackupFacts> Says) : ClusterFacts;
}

/// <summary>What the manager of a cluster says of it.</summary>
/// <param name="Scope">Its own name for the cluster.</param>
/// <param name="Leader">The member that holds its leader lock; null where none does.</param>
/// <param name="Paused">It was told to leave the cluster alone.</param>
/// <param name="Members">Ordered by name.</param>
public sealed record ManagerFacts(string Scope, string? Leader, bool Paused, EquatableArray<ManagedMember> Members);

/// <param name="Role">In the manager's own word, such as <c>primary</c> or <c>quorum_standby</c>.</param>
/// <param name="State">In the manager's own word, such as <c>streaming</c>.</param>
public sealed record ManagedMember(string Name, string Role, string State, int? Timeline);

/// <summary>What a backup tool says of the cluster's repositories.</summary>
/// <param name="Stanza">Its own name for the cluster.</param>
/// <param name="Backups">Oldest first.</param>
public sealed record BackupFacts(string Stanza, EquatableArray<BackupFact> Backups);

/// <param name="Label">Such as <c>20261127-020004F</c>.</param>
/// <param name="Repository">Number of the repository that holds it.</param>
/// <param name="FirstWal">First WAL segment that a restore of it needs.</param>
/// <param name="LastWal">Last one: with less the restored server is not consistent.</param>
/// <param name="Damaged">The tool found a page with a wrong checksum in it.</param>
public sealed record BackupFact(
    string Label,
    int Repository,
    DateTimeOffset Began,
    DateTimeOffset Ended,
    string FirstWal,
    string LastWal,
    bool Damaged
);

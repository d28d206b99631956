using PgGitOps.Core.Desired;
using PgGitOps.Core.Observed;

namespace PgGitOps.Core.Ports;

/// <summary>One writer's right to write into one cluster: its lock, and a fencing token. Disposing gives it back.</summary>
public interface IClusterLease : IAsyncDisposable
{
    /// <summary>Grows with every writer the cluster ever had; a step of an older one is refused in the cluster itself. 0 until there is a primary that gives one out.</summary>
    long FencingToken { get; }

    /// <summary>The member whose server holds the lock; null while a host stands for a cluster without primary.</summary>
    string? Primary { get; }

    /// <summary>Asked by a runner between its last look and its effect: why this writer may write no more, or null. Once lost stays lost.</summary>
    ValueTask<string?> WhyLostAsync(CancellationToken cancel);

    /// <summary>Asked by the engine right before a step.</summary>
    ValueTask<LeaseStanding> StandingAsync(CancellationToken cancel);

    /// <summary>Takes the lock in the cluster itself as soon as there is a primary; the host's stays until the end.</summary>
    /// <returns>Why not, or null once it is held.</returns>
    ValueTask<string?> MoveIntoClusterAsync(string primary, CancellationToken cancel);

    /// <summary>After a restart of the primary that a step of this writer asked for: the session with the lock went with the server.</summary>
    /// <returns>Why not, or null once it is held again, with another token.</returns>
    ValueTask<string?> TakeAgainAsync(CancellationToken cancel);
}

/// <param name="Lost">Why the lock or the token is gone, or null while both are held. Once lost stays lost.</param>
/// <param name="Suspension">What the cluster's own record says now; null where it says nothing, or where there is no primary to ask.</param>
public sealed record LeaseStanding(string? Lost, Suspension? Suspension)
{
    public static LeaseStanding Good { get; } = new(null, null);
}

/// <summary>Lets one writer at a time into a cluster.</summary>
public interface IClusterLeases
{
    ValueTask<LeaseOutcome> TakeAsync(ValidFleet fleet, Cluster cluster, ClusterSnapshot snapshot, CancellationToken cancel);
}

/// <summary>Closed: <see cref="Taken"/>, <see cref="Held"/>, <see cref="Suspended"/>, <see cref="Unreachable"/>.</summary>
public abstract record LeaseOutcome
{
    private LeaseOutcome() { }

    /// <param name="Record">Of the cluster, written under this lease.</param>
    public sealed record Taken(IClusterLease Lease, IClusterRecord Record) : LeaseOutcome;

    /// <param name="Holder">Who writes now, as far as PostgreSQL shows it.</param>
    public sealed record Held(string Holder) : LeaseOutcome;

    /// <summary>The cluster was found suspended once its lock was held; nothing was written, no token either.</summary>
    /// <param name="Words">By whom, until when and why.</param>
    public sealed record Suspended(string Words) : LeaseOutcome;

    public sealed record Unreachable(string Reason) : LeaseOutcome;
}
